#!/bin/sh
docker run --detach --name web --privileged --network host --volume /var/run/docker.sock:/var/run/docker.sock registry.example/web:1
