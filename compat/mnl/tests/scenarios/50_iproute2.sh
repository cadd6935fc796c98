#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# needs: ip tc bridge ss devlink rdma dcb tipc vdpa genl nstat
# The rest of iproute2: programs on generic netlink, sock_diag and rtnetlink, with what they refuse
. "$(dirname "$0")/lib.sh"
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02; ip addr add 10.0.0.1/24 dev v0; ip link set v0 up; ip link set v1 up
# Numbers that differ between two runs on one machine.
n() { sed -E 's/(ino|sk|cgroup|id|fwmark|ifindex|uid):[0-9a-fx]+/\1:N/g; s/ (users|timer):\(.*\)//; s/  +/ /g; s/[0-9]+(sec|ms)/N\1/g'; }
step devlink dev show
step devlink -j port show
step devlink dev info netdevsim/netdevsim1
step devlink dev param show
step devlink sb show
step devlink dpipe table show pci/0000:00:00.0
step devlink health show
step devlink trap policer show
step devlink dev eswitch show pci/0000:00:00.0
step rdma link show
step rdma dev show
step rdma resource show
step rdma system show
step rdma link add rxe0 type nosuch netdev v0
step rdma link delete nosuch
step rdma statistic show
step dcb ets show dev v0
step dcb buffer set dev v0 prio-buffer all:0
step dcb app show dev lo
step dcb maxrate show dev nosuch
step tipc nametable show | sed -E 's/[0-9]{6,}\s*/N/'
step tipc bearer enable media eth device v0
step tipc bearer list
step tipc bearer disable media eth device v0
step tipc link list
step tipc node get identity
step vdpa dev show
step vdpa mgmtdev show
step vdpa dev add name x mgmtdev nosuch
genl ctrl list | grep -A3 -E '^Name: (nlctrl|ethtool|devlink|mptcp_pm)$' | sed 's/ID: 0x[0-9a-f]*/ID: N/'
step genl ctrl get name nosuch
/usr/bin/python3 -c 'import socket, time; s = socket.socket(2, 2); s.bind(("10.0.0.1", 5353)); time.sleep(60)' & BG+=($!)
waitfor 10 grep -q 0100000A:14E9 /proc/net/udp
ss -lun -e | n
ss -tan | n
ss -x | wc -l | sed 's/[0-9]*/N/'
step ss -K dst 10.9.9.9
step ss -f nosuch
ss -f netlink -H | awk '{ print $3 }' | grep -v ss/ | sort -u | sed -E 's/[0-9]+$/N/' | sort -u
step nstat -z -a -s -j IpForwDatagrams
step IPUT -d link show dev v0
step IPUT -4 -j addr show dev v0
step IPUT nexthop add id 1 via 10.0.0.2 dev v0
step IPUT nexthop list
step IPUT netconf show dev v0
step IPUT rule list
step IPUT macsec show
step IPUT l2tp add tunnel tunnel_id 1 peer_tunnel_id 2 encap ip local 10.0.0.1 remote 10.0.0.2
step IPUT l2tp show tunnel
step IPUT fou add port 5555 ipproto 4
step IPUT fou show
step IPUT tcp_metrics show
step IPUT tcp_metrics delete 10.0.0.9
step IPUT ioam namespace add 5
step IPUT ioam namespace show
step IPUT sr tunsrc show
step IPUT mptcp limits show
step IPUT mptcp limits set subflows 99
step IPUT link add type nosuch
step tc -j qdisc show dev v0
step bridge -d -j link
step bridge vni show
timeout 20 stdbuf -oL ip -o monitor link > $T/m 2>&1 & BG+=($!)
waitfor 10 listening 0
ip link add w0 address 02:00:00:00:00:03 type veth peer name w1 address 02:00:00:00:00:04
waitfor 10 lines 1 $T/m
sed -E 's/^[0-9]+: //; s/ether [0-9a-f:]+/ether M/' $T/m | head -1
