#!/bin/sh
systemd-nspawn --machine=web -U --network-veth --user=web --drop-capability=all --no-new-privileges=yes --read-only \
  --property=MemoryMax=256M /usr/bin/web
