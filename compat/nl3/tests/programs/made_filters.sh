# SPDX-License-Identifier: MIT OR Apache-2.0
# others: tc
# modules: dummy
# Filters and actions, made through the library: see made_filters.c.
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
$made
$made matches 2>&1 | sed "s/^/fix /"
