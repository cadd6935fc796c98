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
ip tuntap add dev tun0 mode tun user 1 group 2 vnet_hdr pi
ip tuntap add dev tap0 mode tap multi_queue
ip addr add 10.7.0.1/24 dev v0
ip addr add 10.7.0.2/24 dev v1
ping -c 2 -i 0.2 -W 1 -I v0 10.7.0.9 > /dev/null 2>&1 || true
ping -c 2 -i 0.2 -W 1 127.0.0.1 > /dev/null 2>&1 || true
