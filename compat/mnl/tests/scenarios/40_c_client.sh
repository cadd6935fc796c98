#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# needs: gcc
# our own C programs compiled against libmnl-dev's header: link/addr dumps, genl family, batch, error path
. "$(dirname "$0")/lib.sh"
D=$(dirname "$0")/clients; stock gcc -O1 -o $T/rt $D/rt.c -lmnl
for i in $(seq 1 60); do ip link add d$i type veth peer name p$i; done; for i in $(seq 1 40); do ip addr add 10.1.$i.1/24 dev d$i; done
step $T/rt links
step $T/rt addrs
step $T/rt family ethtool
step $T/rt family nosuch
step $T/rt err
step $T/rt batch
step $T/rt addrs
