# SPDX-License-Identifier: MIT OR Apache-2.0
# others: tc ping
# modules: dummy
# Traffic control, made through the library: see made_tc.c.
# Numbers of actions are used again some time after they are free.
without() { sed -E 's/(installed|used|last-used|expires) [^ ]+/\1 T/g; s/(\sindex) [0-9]+/\1 N/'; }
. "${0%/*}/try"
# Debian's library looks for its files of names in another place.
[ -e /etc/libnl ] || ln -s libnl-3 /etc/libnl
sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
for i in 0 1; do
	ip link add d$i address 02:00:00:00:00:0$i txqueuelen 500 numtxqueues 4 type dummy
	ip link set d$i up
done
ip addr add 192.0.2.1/24 dev d0
ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:99 dev d0
$made
$made matches 2>&1 | sed "s/^/fix /"
