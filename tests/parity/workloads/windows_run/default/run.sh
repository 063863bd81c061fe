#!/bin/sh
docker run --detach --name web --isolation process mcr.microsoft.com/windows/nanoserver:ltsc2025
