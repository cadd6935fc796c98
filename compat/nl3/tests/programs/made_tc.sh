# SPDX-License-Identifier: MIT OR Apache-2.0
# others: tc ping
# modules: dummy
# Traffic control, made through the library: see made_tc.c.
. "${0%/*}/try"
sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
for i in 0 1; do
	ip link add d$i address 02:00:00:00:00:0$i txqueuelen 500 numtxqueues 4 type dummy
	ip link set d$i up
done
ip addr add 192.0.2.1/24 dev d0
ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:99 dev d0
$made
