#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# needs: ethtool
# ethtool over ETHTOOL genl: get requests, dumps, set, error with extack
. "$(dirname "$0")/lib.sh"
ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up
step ethtool v0
step ethtool -k v0
step ethtool -l v0
step ethtool -L v0 rx 2
step ethtool -l v0
step ethtool -T v0
step ethtool -P v0
step ethtool -K v0 tx off tso off
step ethtool -k v0
step ethtool -K v0 rx-vlan-filter on
step ethtool -L v0 rx 77
step ethtool -g v0
step ethtool -c v0
step ethtool -a v0
step ethtool --show-eee v0
step ethtool --show-fec v0
step ethtool --show-tunnels v0
step ethtool --json -k lo
step ethtool nosuchdev
step ethtool -s v0 speed 10 duplex half autoneg off
step ethtool v0
