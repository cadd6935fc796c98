# SPDX-License-Identifier: MIT OR Apache-2.0
# others: ip bridge sysctl
# modules: dummy,mpls_router,mpls_iptunnel
# Addresses, routes, neighbours, rules and more, made through the library: see made_net.c.
without() {
	sed -E 's/(created|last-updated) .*/\1 C/; s/expires [0-9]+sec/expires E/; s/(hash-rand|reachable-time) [0-9].*/\1 R/
		s/(confirmed|cache-expires|last-flush) .*/\1 T/; s/(valid|preferred)-lifetime [0-9].*/\1-lifetime V/; s/"(valid|preferred)_life_time":[0-9]{3,7},/"\1_life_time":V,/g
		s/"reachable":[0-9]+/"reachable":R/; s/create-stamp [0-9.]+s reachable-time [0-9a-z ]* retrans/create-stamp C reachable-time T retrans/'
}
. "${0%/*}/try"
sysctl -qw net.ipv6.conf.default.addr_gen_mode=1 net.ipv6.conf.default.router_solicitations=0 net.mpls.platform_labels=1000
ip link set lo up
# What these two do of themselves with IPv6 comes in the kernel's own time.
ip link add name br address 02:00:00:00:00:0a type bridge vlan_filtering 1 mcast_snooping 1
for i in 0 1; do
	ip link add d$i address 02:00:00:00:00:0$i type dummy
	[ $i = 0 ] || sysctl -qw net.ipv6.conf.d1.disable_ipv6=1 net.ipv6.conf.br.disable_ipv6=1
	ip link set d$i up
done
ip link set d1 master br
ip link set dev br up
ip addr add 192.0.2.1/24 dev d0
ip addr add 2001:db8::1/64 dev d0 nodad
ip addr add 198.51.100.1/24 dev d1
$made
