#!/bin/sh
systemd-nspawn --boot --machine=web -U --network-veth
