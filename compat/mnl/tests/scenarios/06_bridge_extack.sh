#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# needs: bridge
# bridge: extack only
. "$(dirname "$0")/lib.sh"
ip link add br0 type bridge; ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02; ip link set v0 master br0; ip link set br0 up; ip link set v0 up
step bridge fdb add 00:11:22:33:44:55 dev v0 master static
step bridge fdb add 00:11:22:33:44:55 dev v0 master static
step bridge fdb del 00:99:22:33:44:55 dev v0 master
step bridge fdb add 01:00:5e:00:00:01 dev v1 master
step bridge vlan add dev v0 vid 4095
step bridge vlan add dev v1 vid 10
step bridge mdb add dev br0 port v0 grp 239.1.1.1 permanent
step bridge mdb add dev br0 port v0 grp 239.1.1.1 permanent
step bridge mdb add dev br0 port v0 grp 224.0.0.1 permanent
step bridge mdb del dev br0 port v0 grp 239.9.9.9
step bridge link set dev v1 state 3
step bridge link set dev v0 isolated on
step bridge fdb show dev v0
step bridge mdb show dev br0
