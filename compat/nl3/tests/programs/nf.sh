# SPDX-License-Identifier: MIT OR Apache-2.0
# programs: nf-ct-list nf-ct-add nf-ct-events nf-exp-add nf-exp-list nf-exp-delete
# others: nft ping
# modules: nf_conntrack_ftp
# Connections and expectations made, listed and told of.
exec 2>&1
without() { sed -E 's/id (0x)?[0-9a-f]+/id N/g; s/timeout [0-9a-z ]+(msec|s|m|h|d)( |$)/timeout T /g; s/delta-time [0-9]+/delta-time T/g'; }
sysctl -qw net.netfilter.nf_conntrack_acct=1 net.netfilter.nf_conntrack_timestamp=1
ip link set lo up
ip addr add 192.0.2.1/24 dev lo
nft -f - << 'N'
table inet t {
	chain out {
		type filter hook output priority 0;
		ct state new ct mark set 7
	}
}
N
timeout 4 stdbuf -oL nf-ct-events > events &
events=$!
# It is in a multicast group of netfilter.
until awk '$2 == 12 && $4 !~ /^0+$/' /proc/net/netlink | grep -q .; do sleep 0.1; done

ping -qc 2 -i 0.2 192.0.2.1 > /dev/null
nf-ct-add -F inet -p tcp --orig-src=10.0.0.1 --orig-sport=1000 --orig-dst=10.0.0.2 --orig-dport=21 --reply-src=10.0.0.2 \
	--reply-sport=21 --reply-dst=10.0.0.1 --reply-dport=1000 --mark=9 --timeout=300 | without
nf-ct-add -F inet6 -p udp --orig-src=2001:db8::1 --orig-sport=1 --orig-dst=2001:db8::2 --orig-dport=2 --reply-src=2001:db8::2 \
	--reply-sport=2 --reply-dst=2001:db8::1 --reply-dport=1 --timeout=300 | without
nf-ct-add -F inet -p tcp --orig-src=10.0.0.1 --orig-sport=1000 --orig-dst=10.0.0.2 --orig-dport=21 --reply-src=10.0.0.2 \
	--reply-sport=21 --reply-dst=10.0.0.1 --reply-dport=1000 --timeout=300 | without
for format in brief details stats; do
	nf-ct-list -f $format | without | sort
	nf-ct-list -f $format -F inet -p tcp | without
	nf-ct-list -f $format --mark=9 | without
done

expectation="--master-proto=tcp --master-src=10.0.0.1 --master-sport=1000 --master-dst=10.0.0.2 --master-dport=21
	--expect-proto=tcp --expect-src=10.0.0.2 --expect-sport=0 --expect-dst=10.0.0.1 --expect-dport=5000
	--mask-proto=tcp --mask-src=255.255.255.255 --mask-sport=0 --mask-dst=255.255.255.255 --mask-dport=65535"
nf-exp-add -F inet --timeout=60 --helper=ftp $expectation | without
nf-exp-list -f brief | without
nf-exp-list -f details | without
nf-exp-delete -F inet $expectation | without
nf-exp-list | without

wait $events
echo 'events'
without < events | sort
