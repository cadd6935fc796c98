#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# needs: tc
# tc: extack only
. "$(dirname "$0")/lib.sh"
ip link add v0 type veth peer name v1; ip link set v0 up; ip link set v1 up
step tc qdisc add dev v0 root handle 1: htb default 10
step tc class add dev v0 parent 1: classid 1:1 htb rate 10mbit
step tc class add dev v0 parent 1:99 classid 1:5 htb rate 10mbit
step tc class add dev v0 parent 1:1 classid 1:10 htb rate 5mbit
step tc class add dev v0 parent 1:1 classid 1:10 htb rate 5mbit
step tc qdisc add dev v0 root handle 1: htb
step tc qdisc add dev v0 parent 1:10 handle 10: nosuchqdisc
step tc qdisc add dev v0 parent 1:10 handle 10: tbf rate 1mbit burst 32kbit latency 400ms
step tc qdisc del dev v0 parent 1:77
step tc filter add dev v0 parent 1: protocol ip prio 1 u32 match ip dst 10.0.0.1/32 flowid 1:10
step tc filter add dev v0 parent 9: protocol ip prio 1 u32 match ip dst 10.0.0.1/32 flowid 1:10
step tc filter add dev v0 parent 1: protocol ip prio 1 flower dst_ip 10.0.0.1 action drop
step tc filter add dev v0 parent 1: protocol ip prio 1 bpf obj /nonexistent
step tc filter del dev v0 parent 1: protocol ip prio 77 u32
step tc qdisc add dev v0 clsact
step tc qdisc add dev v0 clsact
step tc filter add dev v0 ingress protocol all prio 5 u32 match u32 0 0 action mirred egress redirect dev v1
step tc filter add dev v0 ingress chain 99 protocol all prio 5 u32 match u32 0 0 action goto chain 300000000
step tc chain del dev v0 ingress chain 44
step tc actions add action gact drop index 3
step tc actions del action mirred index 300
tc qdisc show dev v0 | sed -E 's/direct_packets_stat [0-9]+/direct_packets_stat N/'
step tc class show dev v0
