#!/bin/sh
systemd-nspawn --boot --machine=web --bind=/run/docker.sock
