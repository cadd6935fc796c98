# SPDX-License-Identifier: MIT OR Apache-2.0
# Links, addresses and all else that kernels without modules have.
set -euo pipefail

# Links. Those that are up have sent and received.
ip link set lo up
ip link add v0 type veth peer name v1
ip link add v2 numtxqueues 3 numrxqueues 2 type veth peer name v3
ip link set v0 up alias 'the first' group 5
ip link set v1 up
ip link set v2 address 02:00:00:00:00:02 mtu 1400 txqueuelen 77
ip link add br0 type bridge stp_state 1 forward_delay 400 ageing_time 12345 mcast_querier 1 \
	group_fwd_mask 8 priority 4096
ip link set v3 master br0
ip link set v3 type bridge_slave priority 3 cost 17 guard on fastleave on isolated on group_fwd_mask 16 mcast_router 2
ip link set v2 up
ip link set v3 up
ip link set br0 up
ip link add vx type vxlan id 42 dstport 4789 local 10.0.0.1 group 239.1.1.1 dev v0 srcport 1000 2000 ttl 5 tos 8 ageing 99 \
	maxaddress 1000 nolearning proxy rsc l2miss l3miss udpcsum df set
ip link add vx6 type vxlan id 43 dstport 4790 local 2001:db8::1 remote 2001:db8::2 flowlabel 0x123 udp6zerocsumtx gbp
ip link add vxe type vxlan external dstport 4791
ip link add mv link v0 type macvlan mode source
ip link set mv type macvlan macaddr add 02:00:00:00:00:03
ip link set mv type macvlan macaddr add 02:00:00:00:00:04
ip link add mt link v0 type macvtap mode bridge bcqueuelen 77
ip link add ifb9 type ifb
ip link set vxe up
ip tuntap add dev tun0 mode tun user 1 group 2 vnet_hdr pi
ip tuntap add dev tap0 mode tap multi_queue
ip addr add 10.7.0.1/24 dev v0
ip addr add 10.7.0.2/24 dev v1
ping -c 2 -i 0.2 -W 1 -I v0 10.7.0.9 > /dev/null 2>&1 || true
ping -c 2 -i 0.2 -W 1 127.0.0.1 > /dev/null 2>&1 || true

# Addresses, of every kind and with every flag.
ip addr add 10.8.0.1/24 brd + dev v0 label v0:x valid_lft 1000 preferred_lft 500 metric 77
ip addr add 10.8.0.3/24 dev v0 noprefixroute
ip addr add 10.9.0.1 peer 10.9.0.2/32 dev tun0
ip addr add 2001:db8::1/64 dev v0 nodad noprefixroute home
ip addr add 2001:db8:1::1/64 dev v0 nodad mngtmpaddr valid_lft 1000 preferred_lft 0
ip addr add 2001:db8:2::1 peer 2001:db8:2::2/128 dev tun0 nodad
ip addr add 2001:db8:3::1/64 dev v1 optimistic

# Routes.
ip link set tun0 up
ip route add 192.0.2.0/24 via 10.7.0.9 dev v0 metric 5 proto static realms 3/4 src 10.7.0.1 mtu 1300 advmss lock 900 rtt 20ms \
	rttvar 30ms rto_min 40ms window 1000 cwnd 7 initcwnd 8 initrwnd 9 quickack 1 hoplimit 9 ssthresh 5 congctl cubic fastopen_no_cookie 1
ip route add 192.0.3.0/24 nexthop via 10.7.0.9 dev v0 weight 3 nexthop via 10.7.0.8 dev v1 weight 5 onlink nexthop dev tun0 realms 9
ip route add 192.0.4.0/24 tos 0x10 dev v0 scope link table 1000 proto 77
ip route add blackhole 192.0.5.0/24
ip route add prohibit 192.0.6.0/24
ip route add unreachable 192.0.7.0/24 metric 9
ip route add throw 192.0.8.0/24 table 99
ip route add 192.0.9.0/24 via inet6 fe80::9 dev v0
ip route add default via 10.7.0.9 dev v0 metric 99
ip route add local 192.0.10.0/24 dev lo table local
ip -6 route add 2001:db8::/64 dev v0
ip -6 route add 2001:db8:10::/64 via 2001:db8::9 dev v0 metric 5 pref high expires 300 mtu 1400 proto ra
ip -6 route add 2001:db8:11::/64 nexthop via 2001:db8::9 dev v0 weight 3 nexthop via 2001:db8::8 dev v0
ip -6 route add 2001:db8:12::/64 from 2001:db8:13::/64 dev v0
ip -6 route add unreachable 2001:db8:14::/64
ip -6 route add 2001:db8:15::/64 encap seg6 mode encap segs fc00::1,fc00::2 dev v0
ip -6 route add 2001:db8:16::/64 encap seg6 mode inline segs fc00::1 dev v0
ip -6 route add fc00:9::/64 encap seg6local action End.DX6 nh6 2001:db8::9 dev v0
ip route add 192.0.11.0/24 encap ip id 3 dst 198.51.100.1 src 198.51.100.2 ttl 9 tos 4 dev vxe
ip -6 route add 2001:db8:17::/64 encap ip6 id 4 dst 2001:db8::3 hoplimit 7 dev vxe

# Rules.
ip rule add pref 100 from 10.1.0.0/16 to 10.2.0.0/16 fwmark 0x10/0xff iif v0 table 1000
ip rule add pref 101 oif v1 tos 0x10 blackhole
ip rule add pref 102 ipproto tcp sport 1000-2000 dport 80 uidrange 5-9 lookup main suppress_prefixlength 3 protocol 77
ip rule add pref 103 from all goto 32766
ip rule add pref 104 from all table 99 realms 3/4 suppress_ifgroup 5
ip rule add pref 105 not from 10.3.0.0/16 prohibit
ip rule add pref 106 tun_id 7 l3mdev unreachable
ip -6 rule add pref 100 from 2001:db8::/64 lookup 1000
ip -6 rule add pref 101 iif nowhere lookup 1001

# Neighbours.
ip neigh add 10.7.0.50 lladdr 02:00:00:00:00:50 dev v0 nud permanent
ip neigh add 10.7.0.51 lladdr 02:00:00:00:00:51 dev v0 nud reachable
ip neigh add 10.7.0.52 lladdr 02:00:00:00:00:52 dev v1 nud stale extern_learn protocol static
ip neigh add 10.7.0.53 lladdr 02:00:00:00:00:53 dev v1 nud noarp
ip neigh add proxy 10.7.0.60 dev v0
ip -6 neigh add 2001:db8::50 lladdr 02:00:00:00:00:50 dev v0 router nud permanent
bridge fdb add 02:00:00:00:00:70 dev v3 master static
bridge fdb add 02:00:00:00:00:71 dev v3 self local
bridge fdb append 02:00:00:00:00:72 dev vx dst 10.7.0.9 vni 77 port 1234 via v0 self permanent

# Nexthops.
ip nexthop add id 1 via 10.7.0.9 dev v0 proto static
ip nexthop add id 2 via 2001:db8::9 dev v0 onlink
ip nexthop add id 3 blackhole
ip nexthop add id 4 via 10.7.0.8 dev v1
ip nexthop add id 10 group 1,3/4,2 proto 77
ip nexthop add id 11 group 1/4,2 type resilient buckets 8 idle_timer 60 unbalanced_timer 50
ip nexthop add id 12 encap ip id 3 dst 198.51.100.1 dev vxe
ip route add 192.0.20.0/24 nhid 10
ip -6 route add 2001:db8:20::/64 nhid 2

# Traffic control.
tc qdisc add dev v0 root handle 1: htb default 10 r2q 20 direct_qlen 500
tc class add dev v0 parent 1: classid 1:1 htb rate 10mbit ceil 20mbit burst 5k cburst 6k
tc class add dev v0 parent 1:1 classid 1:10 htb rate 1mbit ceil 2mbit prio 3 quantum 3000 overhead 12 linklayer atm
tc qdisc add dev v0 parent 1:10 handle 10: tbf rate 1mbit burst 4k latency 50ms peakrate 2mbit minburst 1500
tc qdisc add dev v0 handle ffff: ingress
tc qdisc add dev v1 clsact
tc qdisc add dev v2 root handle 2: bfifo limit 12345
tc qdisc add dev v3 root handle 3: pfifo limit 77
tc qdisc add dev tap0 root handle 4: pfifo_fast
tc filter add dev v0 ingress protocol ip prio 5 u32 match ip protocol 6 0xff match ip dport 80 0xffff \
	action mirred egress redirect dev ifb9
tc filter add dev v0 parent 1: protocol ip prio 6 handle 800::7 u32 match ip dst 10.0.0.0/8 match u8 8 0xff at 20 flowid 1:10
tc filter add dev v1 egress protocol all prio 7 bpf da bytecode "1,6 0 0 0"

# Connections that are tracked, and a firewall with something of each kind.
nft -f - << 'NFT'
table inet filter {
	counter total { packets 5 bytes 500 }
	quota some { over 10 mbytes used 5 bytes }
	limit slow { rate 10/second burst 7 packets }
	ct helper files { type "ftp" protocol tcp; l3proto ip; }
	ct timeout short { protocol tcp; l3proto ip; policy = { established: 100, close: 4 }; }
	ct expectation more { protocol tcp; dport 9000; timeout 1m; size 12; l3proto ip; }
	synproxy half { mss 1460; wscale 7; timestamp sack-perm }
	set hosts { type ipv4_addr; flags timeout; timeout 1h; gc-interval 30s; size 100; elements = { 10.0.0.1, 10.0.0.2 timeout 2h comment "two" } }
	set nets { type ipv4_addr; flags interval; auto-merge; elements = { 10.1.0.0/16, 10.3.0.0-10.4.0.255 } }
	set ports { type inet_proto . inet_service; flags constant; elements = { tcp . 22, udp . 53 } }
	map marks { type inet_service : mark; elements = { 80 : 1, 443 : 0x2 } }
	map ways { type inet_service : verdict; elements = { 80 : accept, 443 : jump other } }
	chain other { }
	chain input {
		type filter hook input priority 10; policy accept; comment "what comes in"
		tcp dport 22 counter packets 3 bytes 180 accept comment "shell"
		ip saddr 10.0.0.0/8 drop
		ip6 saddr 2001:db8::1 jump other
		meta iifname "lo" accept
		meta mark 0x10 meta mark set 0x20
		ct state established,related accept
		ip daddr @hosts limit rate 5/minute burst 9 packets log prefix "x " group 3 snaplen 50 queue-threshold 4
		tcp dport vmap @ways
		ip protocol udp reject with icmp type port-unreachable
		tcp flags & (syn | ack) == syn counter name total
	}
	chain egress {
		type filter hook output priority filter; policy accept;
		oif v0 tcp dport 5001 return
		meta l4proto tcp goto other
	}
}
table ip nat {
	chain post {
		type nat hook postrouting priority srcnat;
		oifname "v0" masquerade random
		ip saddr 10.5.0.1 tcp dport 99 snat to 10.6.0.1:1000-2000
	}
	chain pre {
		type nat hook prerouting priority dstnat;
		tcp dport 8080 dnat to 10.6.0.2:80
		tcp dport 81 redirect to :8081
	}
}
table bridge br {
	chain x {
		type filter hook forward priority 0;
		ether type ip drop
	}
}
table netdev dev {
	chain y {
		type filter hook ingress device v1 priority 1;
	}
}
NFT
conntrack -I -p tcp -s 10.7.0.1 -d 10.7.0.2 --sport 1000 --dport 80 --state ESTABLISHED -t 1000 -m 7 -u ASSURED,SEEN_REPLY 2> /dev/null
conntrack -I -p udp -s 10.7.0.1 -d 10.7.0.2 --sport 1000 --dport 53 -t 900 -w 5 2> /dev/null
conntrack -I -p icmp -s 10.7.0.1 -d 10.7.0.2 --icmp-type 8 --icmp-code 0 --icmp-id 5 -t 800 2> /dev/null
conntrack -I -p udp -s 2001:db8::1 -d 2001:db8::2 --sport 1000 --dport 53 -t 900 2> /dev/null
conntrack -I -p tcp -s 10.7.0.1 -d 10.7.0.3 --sport 1001 --dport 80 --state SYN_SENT -t 700 --dst-nat 10.9.9.9:8080 2> /dev/null

# Multipath TCP.
ip mptcp limits set subflows 3 add_addr_accepted 2
ip mptcp endpoint add 10.7.0.1 dev v0 id 5 signal port 1234
ip mptcp endpoint add 2001:db8::1 subflow backup

# IPsec: policies, as states need its algorithms.
ip xfrm policy add src 10.1.0.0/16 dst 10.2.0.0/16 proto tcp dport 80 dir out priority 9 mark 3 mask 0xff index 9 \
	tmpl src 10.7.0.1 dst 10.7.0.2 proto esp reqid 5 mode tunnel
ip xfrm policy add dir in src 2001:db8::/64 dst ::/0 action block
