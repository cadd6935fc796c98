# SPDX-License-Identifier: MIT OR Apache-2.0
# programs: nl-link-list nl-link-set nl-link-stats nl-link-enslave nl-link-release nl-link-name2ifindex nl-link-ifindex2name
# others: ping
# modules: dummy,bonding,vrf,ipvlan,macvlan,vxlan,ipip,sit,ip_gre,ip6_tunnel,ip_vti,macsec,8021q,ifb,can,vcan,geneve
# Links of all kinds, listed, chosen, changed, enslaved; and what is said when that can't be.
without() { sed -E 's/create-stamp [0-9.]+s reachable-time [0-9a-z ]* retrans/create-stamp C reachable-time T retrans/'; }
. "${0%/*}/try"
sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
ip link set lo up
ping -qc 3 -i 0.01 127.0.0.1 > /dev/null
ip link add d0 address 02:00:00:00:00:01 txqueuelen 77 type dummy
ip link add d1 address 02:00:00:00:00:02 mtu 1300 type dummy
ip link add d2 address 02:00:00:00:00:09 type dummy
ip link add br0 address 02:00:00:00:00:0a type bridge vlan_filtering 1
ip link add b0 address 02:00:00:00:00:0b type bond mode active-backup
ip link add vrf0 address 02:00:00:00:00:0c type vrf table 9
ip link add link d0 name d0.7 type vlan id 7 egress-qos-map 1:2 3:4 ingress-qos-map 5:6
ip link add link d0 name d0.8 type vlan id 8 protocol 802.1ad reorder_hdr off
ip link add link d0 name mv0 address 02:00:00:00:00:03 type macvlan mode bridge
ip link add link d0 name mv1 address 02:00:00:00:00:04 type macvlan mode source macaddr add 02:00:00:00:00:55
ip link add link d0 name mt0 address 02:00:00:00:00:05 type macvtap mode vepa
ip link add link d1 name ipv0 type ipvlan mode l3s
ip link add vx0 address 02:00:00:00:00:06 type vxlan id 42 group 239.1.1.1 dev d0 dstport 4789 ttl 5 ageing 100 nolearning srcport 2000 3000
ip link add vx6 address 02:00:00:00:00:07 type vxlan id 43 remote 2001:db8::1 local 2001:db8::2 dstport 4790
ip link add g0 address 02:00:00:00:00:08 type geneve id 9 remote 192.0.2.1
ip link add tun1 type ipip remote 192.0.2.2 local 192.0.2.1 ttl 9 dev d0
ip link add sit1 type sit remote 192.0.2.2 local 192.0.2.1
ip link add gre1 type gre remote 192.0.2.2 local 192.0.2.1 key 7
ip link add gt1 address 02:00:00:00:00:10 type gretap remote 192.0.2.2 local 192.0.2.1
ip link add vti1 type vti remote 192.0.2.2 local 192.0.2.1 key 5
ip link add t6 type ip6tnl remote 2001:db8::2 local 2001:db8::1 mode any
ip link add link d0 name ms0 type macsec sci 1234567890123456 encrypt on
ip link add ifb9 address 02:00:00:00:00:11 type ifb
ip link add vc0 type vcan
ip link set d0 alias 'to the world'
ip link set d0 up promisc on
ip link set d0 down
ip link set d1 allmulticast on

for form in '' --details --stats; do
	try nl-link-list $form
done
for choice in --name=d0 --index=1 --mtu=1300 --txqlen=77 --weight=1 --family=bridge --family=inet --family=nosuch --name=nosuch; do
	try nl-link-list $choice
done
try nl-link-list --mtu=1300 --details
try nl-link-list --name=br0 --stats
try nl-link-list --nosuch
try nl-link-list --version

try nl-link-set --name=d1 --mtu=1400 --txqlen=50 --ifalias=uplink
ip -o link show d1
try nl-link-set --name=d1 --rename=d9 --state=up
ip -o link show d9
try nl-link-set --name=d9 --weight=9 -q
try nl-link-set --index=1 --mtu=60000
try nl-link-set --name=d9 --state=down
try nl-link-set --mtu=1200 --txqlen=3
try nl-link-set --name=d9 --mtu=1
try nl-link-set --name=nosuch --mtu=1400
try nl-link-set --name=d9 --rename=d0
try nl-link-set --name=d9 --rename=a/b

try nl-link-enslave br0 d2
try nl-link-enslave br0 d2
try nl-link-enslave b0 ifb9
try nl-link-enslave vrf0 vc0
try nl-link-enslave d2 br0
try nl-link-enslave nosuch d2
try nl-link-enslave br0 nosuch
try nl-link-enslave br0
ip -br link show master br0
try nl-link-list --name=d2 --details
try nl-link-list --family=bridge
try nl-link-list --family=bridge --details
try nl-link-release d2
try nl-link-release d2
try nl-link-release nosuch
try nl-link-release
ip -br link show master br0

try nl-link-name2ifindex lo
try nl-link-name2ifindex nosuch
try nl-link-name2ifindex
try nl-link-ifindex2name 1
try nl-link-ifindex2name 9999
try nl-link-ifindex2name one
try nl-link-ifindex2name

try nl-link-stats --list
try nl-link-stats
try nl-link-stats --name=lo
try nl-link-stats --name=lo rx_packets tx_bytes
try nl-link-stats --index=1 RX_Packets
try nl-link-stats --name=lo nosuch
try nl-link-stats --name=nosuch
