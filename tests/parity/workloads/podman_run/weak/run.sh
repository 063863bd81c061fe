#!/bin/sh
podman run --detach --name web --privileged --network host --volume /run/podman/podman.sock:/run/podman/podman.sock registry.example/web:1
