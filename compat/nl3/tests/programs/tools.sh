# SPDX-License-Identifier: MIT OR Apache-2.0
# programs: genl-ctrl-list idiag-socket-details nl-monitor nf-monitor nl-util-addr nl-list-sockets nl-link-list nl-list-caches
# others: python3 stdbuf
# modules: dummy,8021q,tcp_diag,mac80211_hwsim,wireguard
# Families, sockets, addresses; and what happens, as it is told of.
without() {
	sed -E 's/0x[0-9a-f]{8,}/POINTER/g; s/ (id|timeout|inode|cookie|uid|socket-cookie|port) [0-9a-fx]+/ \1 N/g; s/(create-stamp|reachable-time|created|used|confirmed|updated|last-updated|valid-lifetime|preferred-lifetime) .*/\1 T/
		s/(rcv_mss|last data sent|last data recv|last ack recv|rcv ss threshold|round trip time|round trip time variation|inode):? .*/\1 N/'
}
. "${0%/*}/try"
# Waits until a program is in a multicast group of a protocol.
listening() { until awk -v p="$1" '$2 == p && $4 !~ /^0+$/' /proc/net/netlink | grep -q .; do sleep 0.05; done; }

sysctl -qw net.ipv6.conf.default.addr_gen_mode=1 net.ipv6.conf.default.router_solicitations=0
ip link set lo up
try genl-ctrl-list | sort
try genl-ctrl-list --details
try genl-ctrl-list --nosuch
for address in 192.0.2.1 192.0.2.0/24 10.1 2001:db8::/32 ::1 02:00:00:00:00:01 default any all ::ffff:192.0.2.1 fe80::1%lo 192.0.2.256 2001:db8::1::2 '' 300/33; do
	try nl-util-addr "$address"
done
try nl-util-addr
try nl-list-caches
nl-list-sockets | awk 'NR > 1 { print $2 }' | sort | uniq -c

python3 - << 'P' &
import signal, socket
made = []
for family, kind, host, port in ((socket.AF_INET, socket.SOCK_STREAM, "127.0.0.1", 5555), (socket.AF_INET6, socket.SOCK_STREAM, "::1", 5556),
				 (socket.AF_INET, socket.SOCK_DGRAM, "127.0.0.1", 5557)):
	one = socket.socket(family, kind)
	one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
	one.bind((host, port))
	made.append(one)
made[0].listen(1)
made[1].listen(7)
client = socket.socket()
client.bind(("127.0.0.1", 5558))
client.connect(("127.0.0.1", 5555))
made.append(made[0].accept())
open("ready", "w").close()
signal.pause()
P
until [ -e ready ]; do sleep 0.05; done
for form in '' --summary; do
	try idiag-socket-details $form | sort
done
for form in --details --stats; do
	try idiag-socket-details $form | without | sort -u
done
kill %1
wait 2> /dev/null

for format in brief details stats; do
	stdbuf -oL nl-monitor --format=$format link notify neigh tc ipv4-ifaddr ipv4-route ipv6-ifaddr ipv6-route ipv4-netconf ipv6-netconf mdb > log &
	monitor=$!
	listening 0
	ip link add d0 address 02:00:00:00:00:01 type dummy
	ip link set d0 mtu 1400 alias 'a dummy'
	ip link set d0 up
	ip addr add 192.0.2.1/24 dev d0
	ip -6 addr add 2001:db8::1/64 dev d0 nodad
	ip route add 198.51.100.0/24 via 192.0.2.2
	ip -6 route add 2001:db8:1::/48 via 2001:db8::2
	ip neigh add 192.0.2.9 lladdr 02:00:00:00:00:99 dev d0
	sysctl -qw net.ipv4.conf.d0.forwarding=1 net.ipv6.conf.d0.forwarding=1
	tc qdisc add dev d0 root handle 1: htb
	tc class add dev d0 parent 1: classid 1:1 htb rate 1mbit
	tc filter add dev d0 parent 1: prio 1 protocol ip basic flowid 1:1
	ip neigh del 192.0.2.9 dev d0
	ip addr del 192.0.2.1/24 dev d0
	ip link add link d0 name d0.7 type vlan id 7
	ip link del d0.7
	ip link del d0
	ip link add last address 02:00:00:00:00:09 type dummy
	until grep -qs '^last' log; do sleep 0.05; done
	kill $monitor
	wait $monitor 2> /dev/null
	echo "monitor $format"
	# The kernel tells of some of it in its own time.
	without < log | sort -u
	ip link del last
done
try nl-monitor --help
try nf-monitor nosuch
