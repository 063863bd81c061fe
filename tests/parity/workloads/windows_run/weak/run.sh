#!/bin/sh
docker run --detach --name web --isolation process --volume "\\\\.\\pipe\\docker_engine:\\\\.\\pipe\\docker_engine" mcr.microsoft.com/windows/nanoserver:ltsc2025
