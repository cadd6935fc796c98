/* SPDX-License-Identifier: MIT OR Apache-2.0
 * The settings of the kinds of links: each is a row, which a program makes a statement of its own of. */
#ifndef LINK_SETTINGS_H
#define LINK_SETTINGS_H

#include <arpa/inet.h>
#include <linux/can/netlink.h>
#include <linux/if_link.h>
#include <linux/if_macsec.h>
#include <linux/if_tunnel.h>
#include <linux/if_vlan.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <netlink/route/link.h>
#include <netlink/route/link/bonding.h>
#include <netlink/route/link/bridge.h>
#include <netlink/route/link/can.h>
#include <netlink/route/link/geneve.h>
#include <netlink/route/link/ip6gre.h>
#include <netlink/route/link/ip6tnl.h>
#include <netlink/route/link/ip6vti.h>
#include <netlink/route/link/ipgre.h>
#include <netlink/route/link/ipip.h>
#include <netlink/route/link/ipvlan.h>
#include <netlink/route/link/ipvti.h>
#include <netlink/route/link/macsec.h>
#include <netlink/route/link/macvlan.h>
#include <netlink/route/link/macvtap.h>
#include <netlink/route/link/ppp.h>
#include <netlink/route/link/sit.h>
#include <netlink/route/link/sriov.h>
#include <netlink/route/link/team.h>
#include <netlink/route/link/veth.h>
#include <netlink/route/link/vlan.h>
#include <netlink/route/link/vrf.h>
#include <netlink/route/link/vxlan.h>
#include <netlink/route/link/xfrmi.h>

/* Each setting of each kind: how it is set and got, of which kind it is, and its name. What stock sends otherwise than
 * the kernel has it is not here. */
#define SETTINGS \
	NUMBER(vlan, "vlan", flags) \
	NUMBER(vlan, "vlan", id) \
	NUMBER(vlan, "vlan", protocol) \
	OUT(vxlan, "vxlan", ageing, uint32_t) \
	NUMBER(vxlan, "vxlan", collect_metadata) \
	ADDRESS(vxlan, "vxlan", group) \
	OUT(vxlan, "vxlan", id, uint32_t) \
	NUMBER(vxlan, "vxlan", l2miss) \
	NUMBER(vxlan, "vxlan", l3miss) \
	OUT(vxlan, "vxlan", label, uint32_t) \
	NUMBER(vxlan, "vxlan", learning) \
	OUT(vxlan, "vxlan", limit, uint32_t) \
	OUT(vxlan, "vxlan", link, uint32_t) \
	ADDRESS(vxlan, "vxlan", local) \
	STRUCT(vxlan, "vxlan", port_range, struct ifla_vxlan_port_range) \
	NUMBER(vxlan, "vxlan", proxy) \
	NUMBER(vxlan, "vxlan", remcsum_rx) \
	NUMBER(vxlan, "vxlan", remcsum_tx) \
	NUMBER(vxlan, "vxlan", rsc) \
	NUMBER(vxlan, "vxlan", tos) \
	NUMBER(vxlan, "vxlan", ttl) \
	NUMBER(vxlan, "vxlan", udp_csum) \
	NUMBER(vxlan, "vxlan", udp_zero_csum6_rx) \
	NUMBER(vxlan, "vxlan", udp_zero_csum6_tx) \
	NUMBER(macvlan, "macvlan", flags) \
	NUMBER(macvlan, "macvlan", mode) \
	NUMBER(macvtap, "macvtap", flags) \
	NUMBER(macvtap, "macvtap", mode) \
	OUT(macsec, "macsec", cipher_suite, uint64_t) \
	OUT(macsec, "macsec", encoding_sa, uint8_t) \
	OUT(macsec, "macsec", encrypt, uint8_t) \
	OUT(macsec, "macsec", end_station, uint8_t) \
	OUT(macsec, "macsec", icv_len, uint16_t) \
	OUT(macsec, "macsec", offload, uint8_t) \
	OUT(macsec, "macsec", port, uint16_t) \
	OUT(macsec, "macsec", protect, uint8_t) \
	OUT(macsec, "macsec", replay_protect, uint8_t) \
	OUT(macsec, "macsec", scb, uint8_t) \
	OUT(macsec, "macsec", sci, uint64_t) \
	OUT(macsec, "macsec", send_sci, uint8_t) \
	OUT(macsec, "macsec", validation_type, enum macsec_validation_type) \
	OUT(macsec, "macsec", window, uint32_t) \
	OUT(ipip, "ipip", fwmark, uint32_t) \
	NUMBER(ipip, "ipip", link) \
	NUMBER(ipip, "ipip", local) \
	NUMBER(ipip, "ipip", pmtudisc) \
	NUMBER(ipip, "ipip", remote) \
	NUMBER(ipip, "ipip", tos) \
	NUMBER(ipip, "ipip", ttl) \
	NUMBER(ip6_tnl, "ip6tnl", encaplimit) \
	NUMBER(ip6_tnl, "ip6tnl", flags) \
	NUMBER(ip6_tnl, "ip6tnl", flowinfo) \
	OUT(ip6_tnl, "ip6tnl", fwmark, uint32_t) \
	NUMBER(ip6_tnl, "ip6tnl", link) \
	IP6(ip6_tnl, "ip6tnl", local) \
	NUMBER(ip6_tnl, "ip6tnl", proto) \
	IP6(ip6_tnl, "ip6tnl", remote) \
	NUMBER(ip6_tnl, "ip6tnl", tos) \
	NUMBER(ip6_tnl, "ip6tnl", ttl) \
	OUT(ipgre, "gre", fwmark, uint32_t) \
	NUMBER(ipgre, "gre", iflags) \
	NUMBER(ipgre, "gre", ikey) \
	NUMBER(ipgre, "gre", link) \
	NUMBER(ipgre, "gre", local) \
	NUMBER(ipgre, "gre", okey) \
	NUMBER(ipgre, "gre", pmtudisc) \
	NUMBER(ipgre, "gre", remote) \
	NUMBER(ipgre, "gre", tos) \
	NUMBER(ipgre, "gre", ttl) \
	OUT(ip6gre, "ip6gre", encaplimit, uint8_t) \
	OUT(ip6gre, "ip6gre", flags, uint32_t) \
	OUT(ip6gre, "ip6gre", flowinfo, uint32_t) \
	OUT(ip6gre, "ip6gre", fwmark, uint32_t) \
	OUT(ip6gre, "ip6gre", iflags, uint16_t) \
	OUT(ip6gre, "ip6gre", ikey, uint32_t) \
	OUT(ip6gre, "ip6gre", link, uint32_t) \
	IP6(ip6gre, "ip6gre", local) \
	OUT(ip6gre, "ip6gre", oflags, uint16_t) \
	OUT(ip6gre, "ip6gre", okey, uint32_t) \
	IP6(ip6gre, "ip6gre", remote) \
	OUT(ip6gre, "ip6gre", ttl, uint8_t) \
	OUT(ipvti, "vti", fwmark, uint32_t) \
	NUMBER(ipvti, "vti", ikey) \
	NUMBER(ipvti, "vti", link) \
	NUMBER(ipvti, "vti", local) \
	NUMBER(ipvti, "vti", remote) \
	OUT(ip6vti, "vti6", fwmark, uint32_t) \
	OUT(ip6vti, "vti6", ikey, uint32_t) \
	OUT(ip6vti, "vti6", link, uint32_t) \
	IP6(ip6vti, "vti6", local) \
	OUT(ip6vti, "vti6", okey, uint32_t) \
	IP6(ip6vti, "vti6", remote) \
	NUMBER(sit, "sit", flags) \
	OUT(sit, "sit", fwmark, uint32_t) \
	IP6(sit, "sit", ip6rd_prefix) \
	OUT(sit, "sit", ip6rd_prefixlen, uint16_t) \
	OUT(sit, "sit", ip6rd_relay_prefix, uint32_t) \
	NUMBER(sit, "sit", link) \
	NUMBER(sit, "sit", local) \
	NUMBER(sit, "sit", pmtudisc) \
	NUMBER(sit, "sit", proto) \
	NUMBER(sit, "sit", remote) \
	NUMBER(sit, "sit", tos) \
	NUMBER(sit, "sit", ttl) \
	OUT(can, "can", bitrate, uint32_t) \
	STRUCT(can, "can", bittiming, struct can_bittiming) \
	OUT(can, "can", ctrlmode, uint32_t) \
	STRUCT(can, "can", data_bittiming, struct can_bittiming) \
	STRUCT(can, "can", data_bittiming_const, struct can_bittiming_const) \
	OUT(can, "can", restart_ms, uint32_t) \
	OUT(can, "can", sample_point, uint32_t) \
	OUT(geneve, "geneve", id, uint32_t) \
	OUT(geneve, "geneve", label, uint32_t) \
	ADDRESS(geneve, "geneve", remote) \
	NUMBER(geneve, "geneve", tos) \
	NUMBER(geneve, "geneve", ttl) \
	NUMBER(geneve, "geneve", udp_csum) \
	NUMBER(geneve, "geneve", udp_zero_csum6_rx) \
	NUMBER(geneve, "geneve", udp_zero_csum6_tx) \
	OUT(ppp, "ppp", fd, int32_t) \
	OUT(vrf, "vrf", tableid, uint32_t) \
	OUT(xfrmi, "xfrm", if_id, uint32_t) \
	OUT(xfrmi, "xfrm", link, uint32_t) \
	OUT(ipvlan, "ipvlan", mode, uint16_t)

#endif
