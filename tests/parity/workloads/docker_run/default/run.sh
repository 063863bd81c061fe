#!/bin/sh
docker run --detach --name web registry.example/web:1
