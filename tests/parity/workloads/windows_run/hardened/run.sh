#!/bin/sh
docker run --detach --name web --isolation process --user ContainerUser --memory 256m mcr.microsoft.com/windows/nanoserver:ltsc2025
