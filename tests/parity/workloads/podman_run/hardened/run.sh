#!/bin/sh
podman run --detach --name web --user 10001:10001 --cap-drop ALL --security-opt no-new-privileges --read-only --memory 256m --pids-limit 256 registry.example/web:1
