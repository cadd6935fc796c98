# SPDX-License-Identifier: MIT OR Apache-2.0
# What needs a kernel with everything: more kinds of links, simulated devices and radios, bridges with VLANs, IPsec, qdiscs.
set -euo pipefail

ip link set lo up
ip link add d0 type dummy
ip link add d1 type dummy
ip link add d2 type dummy
ip link set d0 up
ip addr add 10.7.0.1/24 dev d0
ip link add v0 type veth peer name v1
ip link add v2 type veth peer name v3
for link in v0 v1 v2 v3; do ip link set $link up; done

# Links of many kinds.
ip link add link d0 name vlan5 type vlan id 5 protocol 802.1ad reorder_hdr off gvrp on loose_binding on ingress 1:2 3:4 egress 5:6
ip link add bond0 type bond mode 802.3ad miimon 100 updelay 200 lacp_rate fast xmit_hash_policy layer3+4 ad_actor_sys_prio 77 \
	ad_select bandwidth min_links 1 resend_igmp 5 all_slaves_active 1
ip link set d1 down
ip link set d1 master bond0
ip link add bond1 type bond mode active-backup primary_reselect better fail_over_mac active arp_interval 100 arp_ip_target 10.1.1.1,10.1.1.2 \
	arp_validate active
ip link add bond2 type bond mode balance-rr packets_per_slave 3
ip link add vrf0 type vrf table 77
ip link add dv type dummy
ip link set dv master vrf0
ip link add link d2 name ipv0 type ipvlan mode l3s private
ip link add link d0 name macsec0 type macsec sci 0200000000010001 cipher gcm-aes-256 encrypt on protect on replay on window 32 send_sci on
ip macsec add macsec0 tx sa 0 pn 100 on key 01 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
ip macsec add macsec0 rx sci 0200000000020002
ip macsec add macsec0 rx sci 0200000000020002 sa 1 pn 7 on key 02 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde0
ip link add team0 type team
ip link add gre0x type gre local 10.7.0.1 remote 10.7.0.2 ttl 9 tos 4 ikey 5 okey 6 iseq ocsum
ip link add gre6 type ip6gre local 2001:db8::1 remote 2001:db8::2 hoplimit 9 tclass 4 flowlabel 0x123 encaplimit 3
ip link add gretap0x type gretap local 10.7.0.1 remote 10.7.0.3 key 7
ip link add erspan0x type erspan local 10.7.0.1 remote 10.7.0.4 seq key 8 erspan_ver 1 erspan 123
ip link add ipip0x type ipip local 10.7.0.1 remote 10.7.0.5 ttl 5 encap fou encap-sport auto encap-dport 5555
ip link add sit0x type sit local 10.7.0.1 remote 10.7.0.6 6rd-prefix 2002::/16
ip link add ip6t0 type ip6tnl local 2001:db8::1 remote 2001:db8::3 mode any encaplimit none
ip link add vti0x type vti local 10.7.0.1 remote 10.7.0.7 ikey 1 okey 2
ip link add vti6x type vti6 local 2001:db8::1 remote 2001:db8::4 key 3
ip link add xfrm0 type xfrm dev d0 if_id 42
ip link add gen0 type geneve id 42 remote 10.7.0.8 dstport 6081 ttl 9 tos 4 udpcsum
ip link add bare0 type bareudp dstport 6635 ethertype mpls_uc
ip link add hsr0 type hsr slave1 v2 slave2 v3 supervision 45 version 1
ip link add nlmon0 type nlmon

# A bridge with VLANs, multicast groups and spanning tree.
ip link add br0 type bridge vlan_filtering 1 vlan_default_pvid 1 vlan_stats_enabled 1 mcast_querier 1 mcast_stats_enabled 1 stp_state 1 \
	mcast_vlan_snooping 1
ip link set v1 master br0
ip link set br0 up
bridge vlan add dev v1 vid 10 pvid untagged
bridge vlan add dev v1 vid 20-24
bridge vlan add dev br0 vid 30 self
bridge link set dev v1 cost 7 priority 5 guard on hairpin on neigh_suppress on vlan_tunnel on
bridge vlan add dev v1 vid 100
bridge vlan add dev v1 vid 100 tunnel_info id 1000
bridge mdb add dev br0 port v1 grp 239.1.1.1 permanent vid 10
bridge mdb add dev br0 port v1 grp ff05::77 temp vid 10
bridge mdb add dev br0 port br0 grp 239.1.1.2 temp
bridge fdb add 02:00:00:00:00:70 dev v1 master static vlan 10 sticky

# WireGuard.
ip link add wg0 type wireguard
wg set wg0 listen-port 5001 fwmark 0x77 private-key <(echo aKsXxZcmV8eHGfP5FcbwIIxc6vCmbnRTd7zsgZbYMmA=) \
	peer xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg= endpoint 10.7.0.9:5002 persistent-keepalive 25 \
	preshared-key <(echo FpCyhws9cxwWoV4xELtfJvjJN+zQVRPISllRWgeopVE=) allowed-ips 198.51.100.2/32,2001:db8::2/128 \
	peer TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0= allowed-ips 198.51.100.3/32 endpoint '[2001:db8::9]:5003'

# Simulated devices.
echo '10 2 4' > /sys/bus/netdevsim/new_device
echo 2 > /sys/bus/netdevsim/devices/netdevsim10/sriov_numvfs
devlink dev param set netdevsim/netdevsim10 name test2 value 77 cmode runtime
devlink dev eswitch set netdevsim/netdevsim10 mode switchdev
devlink port function rate add netdevsim/netdevsim10/group1
devlink port function rate set netdevsim/netdevsim10/group1 tx_max 10mbit tx_share 5mbit
echo 1 > /sys/kernel/debug/netdevsim/netdevsim10/take_snapshot
sim=$(devlink -j port show netdevsim/netdevsim10/0 | sed 's/.*"netdev":"\([^"]*\)".*/\1/')
ip link set "$sim" name sim0
ethtool -G sim0 rx 512
ethtool -C sim0 rx-usecs 10
ethtool -A sim0 rx on tx off
ethtool --set-fec sim0 encoding rs

# IPsec.
ip xfrm state add src 10.7.0.1 dst 10.7.0.2 proto esp spi 0x100 reqid 5 mode tunnel enc 'cbc(aes)' 0x0102030405060708090a0b0c0d0e0f10 \
	auth-trunc 'hmac(sha256)' 0x0102030405060708 96 replay-window 32 flag af-unspec mark 3 mask 0xff limit byte-soft 1000 \
	limit packet-hard 7 sel src 10.1.0.0/16 dst 10.2.0.0/16
ip xfrm state add src 2001:db8::1 dst 2001:db8::2 proto esp spi 0x200 mode transport aead 'rfc4106(gcm(aes))' \
	0x0102030405060708090a0b0c0d0e0f1011121314 128

# Qdiscs, one a link.
qdisc() {
	local link=q-$1
	ip link add "$link" numtxqueues 4 type dummy
	shift
	tc qdisc add dev "$link" root handle 1: "$@"
}
qdisc codel codel limit 1000 target 4ms interval 90ms ecn ce_threshold 3ms
qdisc fqcodel fq_codel limit 1000 flows 512 target 4ms interval 90ms quantum 1000 noecn memory_limit 1000000 ce_threshold 2ms drop_batch 32
qdisc fq fq limit 5000 flow_limit 50 buckets 512 quantum 3000 initial_quantum 6000 maxrate 1gbit refill_delay 30ms orphan_mask 511 nopacing
qdisc sfq sfq limit 100 perturb 10 quantum 2000 divisor 512 depth 50 flows 64
qdisc prio prio bands 4 priomap 1 2 3 0 1 2 3 0 1 2 3 0 1 2 3 0
qdisc red red limit 60000 min 5000 max 20000 avpkt 1000 burst 10 bandwidth 10mbit ecn
qdisc netem netem delay 10ms 2ms 25% loss 1% duplicate 2% corrupt 3% reorder 5% gap 4 rate 1mbit limit 500
qdisc pie pie limit 900 target 12ms tupdate 20ms alpha 3 beta 15 ecn
qdisc cake cake bandwidth 10mbit diffserv4 dual-srchost nat wash ack-filter overhead 18 mpu 64 rtt 50ms memlimit 2mb split-gso
qdisc drr drr
qdisc hhf hhf limit 900 quantum 1400
qdisc ets ets bands 4 strict 2 quanta 3000 2000 priomap 0 1 2 3
qdisc qfq qfq
qdisc mqprio mqprio num_tc 2 map 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 queues 1@0 1@1 hw 0
qdisc cbs cbs locredit -1470 hicredit 30 sendslope -980000 idleslope 20000
qdisc etf etf clockid CLOCK_TAI delta 300000 skip_sock_check
qdisc choke choke limit 1000 bandwidth 10mbit min 83 max 250 ecn
tc class add dev q-drr parent 1: classid 1:1 drr quantum 600
tc class add dev q-qfq parent 1: classid 1:1 qfq weight 3 maxpkt 2000

# Filters of many kinds.
tc qdisc add dev d0 clsact
tc filter add dev d0 ingress protocol ip prio 1 flower dst_ip 10.0.0.0/8 ip_proto tcp dst_port 80 src_port 1000-2000 ip_ttl 3 ip_tos 8/12 \
	tcp_flags 2/7 src_mac 02:00:00:00:00:01 skip_hw action drop
tc filter add dev d0 ingress protocol 802.1Q prio 2 flower vlan_id 5 vlan_prio 3 vlan_ethtype ipv6 dst_ip 2001:db8::/32 action vlan push id 7 protocol 802.1ad priority 2
tc filter add dev d0 ingress protocol arp prio 3 flower arp_op request arp_sip 10.0.0.1 arp_tha 02:00:00:00:00:05 \
	action pedit ex munge eth dst set 02:00:00:00:00:06 pipe action mirred egress mirror dev d2
tc filter add dev d0 ingress protocol all prio 4 matchall action police rate 1mbit burst 10k conform-exceed drop
tc filter add dev d0 ingress protocol ip prio 6 flower enc_key_id 42 enc_dst_ip 10.9.9.9 enc_dst_port 4789 \
	action tunnel_key set id 7 src_ip 1.1.1.1 dst_ip 1.1.1.2 dst_port 4789 ttl 9
tc filter add dev d0 ingress protocol ip prio 7 flower ct_state +trk+est ct_zone 3 ct_mark 5 action ct zone 4 commit mark 6
tc filter add dev d0 ingress protocol ip prio 8 flower ip_proto icmp type 8 code 0 action skbedit mark 7 priority 1:2 \
	action csum ip udp action sample rate 100 group 5 trunc 60
tc filter add dev d0 ingress protocol mpls_uc prio 9 flower mpls_label 1000 mpls_tc 3 mpls_bos 1 mpls_ttl 4 action mpls push label 5 tc 2 ttl 64
