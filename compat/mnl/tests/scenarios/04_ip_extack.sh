#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# needs: ip
# ip: libmnl is used for extended-ACK parsing only -> provoke kernel errors and warnings
. "$(dirname "$0")/lib.sh"
ip link add v0 type veth peer name v1; ip addr add 10.0.0.1/24 dev v0; ip link set v0 up; ip link set v1 up
step IPUT route add 192.0.2.0/24 via 203.0.113.9
step IPUT route add 10.0.0.0/24 dev v0 proto kernel scope link src 10.0.0.1
step IPUT route del 198.51.100.0/24
step IPUT addr add 10.0.0.1/24 dev v0
step IPUT addr del 10.9.9.9/32 dev v0
step IPUT link add v0 type veth peer name v1
step IPUT link add name x1 type nosuchkind
step IPUT link set v0 mtu 1
step IPUT link set v0 mtu 99999999
step IPUT link set v0 master v1
step IPUT link set v0 address 00:00:00:00:00:00
step IPUT link set nosuch up
step IPUT link add link v0 name mv type macvlan mode bogus
step IPUT link add vx type vxlan id 16777216 dev v0
step IPUT link add vx type vxlan id 7 group 10.1.1.1 remote 10.2.2.2 dev v0
step IPUT neigh add 10.0.0.5 lladdr 00:11:22:33:44:55 dev lo nud bogus
step IPUT neigh del 10.0.0.99 dev v0
step IPUT rule add pref 100 table 77
step IPUT rule add pref 100 table 77
step IPUT rule del pref 999
step IPUT -6 route add 2001:db8::/32 via fe80::1
step IPUT -6 addr add ff02::1/128 dev v0
step IPUT route add 10.77.0.0/16 nexthop via 10.0.0.2 dev v0 nexthop via 172.16.9.9
step IPUT route get 203.0.113.1
step IPUT nexthop add id 1 via 10.0.0.2 dev v0
step IPUT nexthop add id 1 via 10.0.0.2 dev v0
step IPUT nexthop add id 9 group 44
step IPUT netns set nosuch 5
step IPUT xfrm state add src 10.0.0.1 dst 10.0.0.2 proto esp spi 1 enc aes 0x00
step IPUT xfrm state delete src 10.0.0.1 dst 10.0.0.2 proto esp spi 99
step IPUT tunnel add gre1 mode gre remote 10.0.0.2
step IPUT mptcp endpoint delete id 9
step IPUT mptcp endpoint add 10.0.0.1 dev v0 signal
step IPUT mptcp endpoint add 10.0.0.1 dev v0 signal
step IPUT mptcp endpoint show
step IPUT link set dev v0 vf 0 mac 00:11:22:33:44:55
step IPUT link property add dev v0 altname v1
step IPUT macsec show
step IPUT -batch - <<'B'
route add 192.0.2.0/24 via 203.0.113.9
addr add 10.3.3.3/24 dev v0
link del nosuch
B
step IPUT -br addr show v0 scope global
