# SPDX-License-Identifier: MIT OR Apache-2.0
# programs: sssd
# others: ip
# modules: dummy,veth
# A daemon that goes online and offline with the network: what it says of links, addresses and routes.
without() { sed -E 's/^\(?[0-9-]+ +[0-9:.]+\)?: +//'; }
. "${0%/*}/try"
sysctl -qw net.ipv6.conf.default.addr_gen_mode=1 net.ipv6.conf.default.router_solicitations=0
ip link set lo up
ip link add va address 02:00:00:00:00:01 type veth peer name vb address 02:00:00:00:00:02
ip link set va up
ip link set vb up
mkdir -p /var/lib/sss/{db,mc,pubconf,secrets,pipes/private} /var/log/sssd /etc/sssd
printf '[sssd]\ndebug_level = 0x7ff0\nservices = nss\ndomains = files\n[domain/files]\nid_provider = files\n[nss]\n' > /etc/sssd/sssd.conf
chmod 600 /etc/sssd/sssd.conf
touch log
sssd -i > log 2>&1 &
daemon=$!
listening() { awk '$2 == 0 && $4 !~ /^0+$/' /proc/net/netlink | grep -q .; }
soon listening
# Each step, and what is said of it last.
while read -r last step; do
	$step
	soon grep -q "$last" log
done << 'S'
addr.192.0.2.1 ip addr add 192.0.2.1/24 dev va
addr.2001:db8::1 ip addr add 2001:db8::1/64 dev va nodad
10.0.0.0/8 ip route add 10.0.0.0/8 via 192.0.2.3
2001:db8:1::/48 ip route add 2001:db8:1::/48 via 2001:db8::3
(d0) ip link add d0 address 02:00:00:00:00:03 type dummy
d0.*,up ip link set d0 up
type:.17 ip link del d0
type:.21 ip addr del 192.0.2.1/24 dev va
10.9.0.0/16 ip route add 10.9.0.0/16 dev vb
S
kill $daemon
wait $daemon
echo "status $?"
grep -E 'link_msg|route_msg|addr_msg|message_type' log
