# SPDX-License-Identifier: MIT OR Apache-2.0
# others: conntrack nft ping ip
# modules: nf_conntrack_ftp,nf_conntrack_netlink
# Connections and expectations, made through the library: see made_nf.c.
without() {
	sed -E 's/id (0x)?[0-9a-f]+/id N/g; s/timeout [0-9a-z ]+(msec|s|m|h|d)( |$)/timeout T /g; s/delta-time[ =][0-9]+/delta-time T/g
		s/(icmp|tcp|udp|proto)( +[0-9]+) [0-9]+ /\1\2 T /; s/^[0-9]+ proto=/T proto=/; s/id=[0-9]+/id=N/g'
}
. "${0%/*}/try"
sysctl -qw net.netfilter.nf_conntrack_acct=1 net.netfilter.nf_conntrack_timestamp=1
ip link set lo up
ip addr add 192.0.2.1/24 dev lo
nft -f - << 'N'
table inet t {
	ct helper files {
		type "ftp" protocol tcp;
	}
	chain out {
		type filter hook output priority 0;
		tcp dport 21 ct helper set "files"
	}
}
N
$made
