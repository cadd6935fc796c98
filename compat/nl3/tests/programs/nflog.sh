# SPDX-License-Identifier: MIT OR Apache-2.0
# programs: nf-log nf-queue
# others: nft ping
# names: rtnl_link_i2name
# modules: dummy
# Packets logged and queued, with the names of their devices.
exec 2>&1
ip link set lo up
ip addr add 192.0.2.1/24 dev lo
nft -f - << 'N'
table inet t {
	chain out {
		type filter hook output priority 0;
		icmp type echo-request log prefix "hello " group 5
		ip daddr 192.0.2.77 queue num 6
	}
}
N
touch log queue
timeout 4 stdbuf -oL nf-log inet 5 packet 64 > log &
log=$!
timeout 4 stdbuf -oL nf-queue inet 6 packet 64 > queue &
queue=$!
until grep -qs params log && grep -q 6 /proc/net/netfilter/nfnetlink_queue; do sleep 0.1; done
ping -qc 1 192.0.2.1 > /dev/null
ping -qc 1 192.0.2.77 > /dev/null
wait $log $queue
echo 'log'
sed -E 's/SEQ=[0-9]+/SEQ=N/' log
echo 'queue'
cat queue
