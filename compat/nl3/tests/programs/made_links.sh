# SPDX-License-Identifier: MIT OR Apache-2.0
# others: ip
# modules: dummy,bonding,team,vrf,ipvlan,macvlan,macvtap,vxlan,ipip,sit,ip_gre,ip6_gre,ip6_tunnel,ip_vti,ip6_vti,macsec,8021q,ifb,vcan,geneve,xfrm_interface
# Links of every kind, made through the library: see made_links.c.
# The link below is another one on stock (differences.md).
without() {
	sed -E 's/create-stamp [0-9.]+s reachable-time [0-9a-z ]* retrans/create-stamp C reachable-time T retrans/; s/"permaddr":"[^"]*",//
		s/^      link (11|ip6gre|vti6)$/      link L/'
}
. "${0%/*}/try"
sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
ip link add d0 address 02:00:00:00:00:01 type dummy
ip link set d0 up
$made
