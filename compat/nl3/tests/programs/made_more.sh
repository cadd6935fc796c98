# SPDX-License-Identifier: MIT OR Apache-2.0
# others: ip tc nft ping sysctl
# modules: dummy,nf_conntrack_netlink,nfnetlink_log,nfnetlink_queue,nft_queue,nft_log,tcp_diag,ppp_generic
# Families of links, counters, packets, sockets, permission: see made_more.c.
without() { sed -E 's/(timestamp|id) [0-9a-fx.]+/\1 T/g'; }
. "${0%/*}/try"
sysctl -qw net.ipv6.conf.default.router_solicitations=0
ip link set lo up
ip addr add 192.0.2.1/24 dev lo
ip link add d0 address 02:00:00:00:00:01 type dummy
ip link set d0 up
nft -f - << 'N'
table inet t {
	chain out {
		type filter hook output priority 0;
		udp dport 9003 log prefix "hello " group 3
		udp dport 9004 queue num 4
	}
}
N
$made
