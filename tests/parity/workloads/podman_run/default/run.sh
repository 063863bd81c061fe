#!/bin/sh
podman run --detach --name web registry.example/web:1
