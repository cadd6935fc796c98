/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Links of every kind: made with all that can be set, read back, made again from what was read, changed, deleted;
 * while a manager listens. */
#include "made.h"
#include <netlink/route/link.h>
#include "../link_settings.h"

static struct nl_sock *sock;
static struct nl_cache_mngr *mngr;
static struct nl_cache *heard;
static int d0;

#define SET(kind, name, ...)                                                                              \
	do {                                                                                              \
		int answer = rtnl_link_##kind##_set_##name(link, __VA_ARGS__);                            \
                                                                                                          \
		if (answer)                                                                               \
			printf("set %s %s %d\n", #kind, #name, answer);                                   \
	} while (0)

static struct in6_addr *in6(const char *text)
{
	static struct in6_addr addr;

	MUST(inet_pton(AF_INET6, text, &addr) == 1);
	return &addr;
}

#define SET_ADDRESS(kind, name, text)                                                                     \
	do {                                                                                              \
		struct nl_addr *addr = address(text, AF_UNSPEC);                                          \
                                                                                                          \
		SET(kind, name, addr);                                                                    \
		nl_addr_put(addr);                                                                        \
	} while (0)

static void vlan(struct rtnl_link *link)
{
	rtnl_link_set_link(link, d0);
	SET(vlan, id, 17);
	SET(vlan, flags, VLAN_FLAG_GVRP);
	SET(vlan, ingress_map, 1, 5);
	SET(vlan, ingress_map, 7, 6);
	SET(vlan, egress_map, 3, 4);
	SET(vlan, egress_map, 65536, 2);
	rtnl_link_vlan_unset_flags(link, VLAN_FLAG_REORDER_HDR);
}

static void vlan_ad(struct rtnl_link *link)
{
	rtnl_link_set_link(link, d0);
	SET(vlan, id, 4094);
	SET(vlan, protocol, htons(0x88a8));
}

static void vxlan(struct rtnl_link *link)
{
	struct ifla_vxlan_port_range range = { htons(2000), htons(3000) };

	SET(vxlan, id, 42);
	SET_ADDRESS(vxlan, group, "239.1.1.1");
	SET_ADDRESS(vxlan, local, "192.0.2.1");
	SET(vxlan, link, (uint32_t)d0);
	SET(vxlan, ttl, 9);
	SET(vxlan, tos, 0x10);
	SET(vxlan, learning, 1);
	SET(vxlan, ageing, 77);
	SET(vxlan, limit, 88);
	SET(vxlan, port_range, &range);
	SET(vxlan, proxy, 1);
	SET(vxlan, rsc, 1);
	SET(vxlan, l2miss, 1);
	SET(vxlan, l3miss, 1);
	SET(vxlan, udp_csum, 1);
	SET(vxlan, remcsum_tx, 1);
	SET(vxlan, remcsum_rx, 1);
	SET(vxlan, flags, RTNL_LINK_VXLAN_F_GBP, 1);
}

static void vxlan6(struct rtnl_link *link)
{
	SET(vxlan, id, 43);
	SET_ADDRESS(vxlan, group, "2001:db8::9");
	SET_ADDRESS(vxlan, local, "2001:db8::1");
	SET(vxlan, udp_zero_csum6_tx, 1);
	SET(vxlan, udp_zero_csum6_rx, 1);
	SET(vxlan, label, 0x12345);
	rtnl_link_vxlan_disable_learning(link);
	rtnl_link_vxlan_disable_proxy(link);
}

static void vxlan_external(struct rtnl_link *link)
{
	SET(vxlan, collect_metadata, 1);
	SET(vxlan, id, 0);
	SET(vxlan, flags, RTNL_LINK_VXLAN_F_GPE, 1);
}

static void geneve(struct rtnl_link *link)
{
	SET(geneve, id, 44);
	SET_ADDRESS(geneve, remote, "192.0.2.9");
	SET(geneve, ttl, 9);
	SET(geneve, tos, 0x10);
	SET(geneve, udp_csum, 1);
}

static void geneve6(struct rtnl_link *link)
{
	SET(geneve, id, 45);
	SET_ADDRESS(geneve, remote, "2001:db8::9");
	SET(geneve, label, 0x54321);
	SET(geneve, udp_zero_csum6_tx, 1);
	SET(geneve, udp_zero_csum6_rx, 1);
}

static void macvlan(struct rtnl_link *link)
{
	rtnl_link_set_link(link, d0);
	SET(macvlan, mode, (uint32_t)rtnl_link_macvlan_str2mode("passthru"));
	SET(macvlan, flags, (uint16_t)rtnl_link_macvlan_str2flags("nopromisc"));
}

static void macvlan_source(struct rtnl_link *link)
{
	struct nl_addr *one = address("02:00:00:00:00:55", AF_UNSPEC), *two = address("02:00:00:00:00:66", AF_UNSPEC);

	rtnl_link_set_link(link, d0);
	SET(macvlan, mode, (uint32_t)rtnl_link_macvlan_str2mode("source"));
	SET(macvlan, macmode, (uint32_t)rtnl_link_macvlan_str2macmode("set"));
	rtnl_link_macvlan_add_macaddr(link, one);
	rtnl_link_macvlan_add_macaddr(link, two);
	nl_addr_put(one);
	nl_addr_put(two);
}

static void macvtap(struct rtnl_link *link)
{
	rtnl_link_set_link(link, d0);
	SET(macvtap, mode, (uint32_t)rtnl_link_macvtap_str2mode("bridge"));
}

static void macsec(struct rtnl_link *link)
{
	rtnl_link_set_link(link, d0);
	SET(macsec, port, 11);
	SET(macsec, cipher_suite, MACSEC_CIPHER_ID_GCM_AES_256);
	SET(macsec, icv_len, 16);
	SET(macsec, encoding_sa, 2);
	SET(macsec, encrypt, 1);
	SET(macsec, protect, 1);
	SET(macsec, send_sci, 0);
	SET(macsec, end_station, 1);
	SET(macsec, scb, 0);
	SET(macsec, replay_protect, 1);
	SET(macsec, window, 64);
	SET(macsec, validation_type, MACSEC_VALIDATE_CHECK);
}

static void macsec_sci(struct rtnl_link *link)
{
	rtnl_link_set_link(link, d0);
	SET(macsec, sci, 0x1122334455667788ULL);
	SET(macsec, offload, MACSEC_OFFLOAD_OFF);
}

static void ipip(struct rtnl_link *link)
{
	SET(ipip, local, inet_addr("192.0.2.1"));
	SET(ipip, remote, inet_addr("192.0.2.2"));
	SET(ipip, link, (uint32_t)d0);
	SET(ipip, ttl, 9);
	SET(ipip, tos, 0x10);
	SET(ipip, pmtudisc, 1);
	SET(ipip, fwmark, 7);
}

static void sit(struct rtnl_link *link)
{
	SET(sit, local, inet_addr("192.0.2.1"));
	SET(sit, remote, inet_addr("192.0.2.3"));
	SET(sit, link, (uint32_t)d0);
	SET(sit, ttl, 9);
	SET(sit, tos, 0x10);
	SET(sit, pmtudisc, 1);
	SET(sit, proto, 41);
	SET(sit, fwmark, 7);
}

static void sit_6rd(struct rtnl_link *link)
{
	SET(sit, local, inet_addr("192.0.2.1"));
	SET(sit, ip6rd_prefix, in6("2001:db8:1::"));
	SET(sit, ip6rd_prefixlen, 48);
	SET(sit, ip6rd_relay_prefix, inet_addr("10.0.0.0"));
	SET(sit, ip6rd_relay_prefixlen, 8);
}

static void gre(struct rtnl_link *link)
{
	SET(ipgre, local, inet_addr("192.0.2.1"));
	SET(ipgre, remote, inet_addr("192.0.2.4"));
	SET(ipgre, link, (uint32_t)d0);
	SET(ipgre, iflags, (uint16_t)(GRE_KEY | GRE_CSUM));
	SET(ipgre, oflags, (uint16_t)(GRE_KEY | GRE_CSUM));
	SET(ipgre, ikey, htonl(11));
	SET(ipgre, okey, htonl(12));
	SET(ipgre, ttl, 9);
	SET(ipgre, tos, 0x10);
	SET(ipgre, pmtudisc, 1);
	SET(ipgre, fwmark, 7);
}

static void ip6gre(struct rtnl_link *link)
{
	SET(ip6gre, local, in6("2001:db8::1"));
	SET(ip6gre, remote, in6("2001:db8::4"));
	SET(ip6gre, link, (uint32_t)d0);
	SET(ip6gre, iflags, (uint16_t)GRE_KEY);
	SET(ip6gre, oflags, (uint16_t)GRE_KEY);
	SET(ip6gre, ikey, htonl(11));
	SET(ip6gre, okey, htonl(12));
	SET(ip6gre, ttl, 9);
	SET(ip6gre, encaplimit, 3);
	SET(ip6gre, flowinfo, htonl(0x12345));
	SET(ip6gre, flags, 8);
	SET(ip6gre, fwmark, 7);
}

static void vti(struct rtnl_link *link)
{
	SET(ipvti, local, inet_addr("192.0.2.1"));
	SET(ipvti, remote, inet_addr("192.0.2.5"));
	SET(ipvti, link, (uint32_t)d0);
	SET(ipvti, ikey, htonl(11));
	SET(ipvti, okey, htonl(12));
	SET(ipvti, fwmark, 7);
}

static void vti6(struct rtnl_link *link)
{
	SET(ip6vti, local, in6("2001:db8::1"));
	SET(ip6vti, remote, in6("2001:db8::5"));
	SET(ip6vti, link, (uint32_t)d0);
	SET(ip6vti, ikey, htonl(11));
	SET(ip6vti, okey, htonl(12));
	SET(ip6vti, fwmark, 7);
}

static void ip6tnl(struct rtnl_link *link)
{
	SET(ip6_tnl, local, in6("2001:db8::1"));
	SET(ip6_tnl, remote, in6("2001:db8::6"));
	SET(ip6_tnl, link, (uint32_t)d0);
	SET(ip6_tnl, ttl, 9);
	SET(ip6_tnl, tos, 0x10);
	SET(ip6_tnl, encaplimit, 3);
	SET(ip6_tnl, flags, 8);
	SET(ip6_tnl, flowinfo, htonl(0x12345));
	SET(ip6_tnl, proto, 41);
	SET(ip6_tnl, fwmark, 7);
}

static void ipvlan(struct rtnl_link *link)
{
	rtnl_link_set_link(link, d0);
	SET(ipvlan, mode, (uint16_t)rtnl_link_ipvlan_str2mode("l3s"));
}

static void vrf(struct rtnl_link *link)
{
	SET(vrf, tableid, 9);
}

static void xfrm(struct rtnl_link *link)
{
	SET(xfrmi, if_id, 5);
	SET(xfrmi, link, (uint32_t)d0);
}

static void can(struct rtnl_link *link)
{
	SET(can, bitrate, 500000);
	SET(can, restart_ms, 100);
	SET(can, ctrlmode, 1);
}

static void common(struct rtnl_link *link)
{
	struct nl_addr *addr = address("02:00:00:00:00:77", AF_UNSPEC);

	rtnl_link_set_addr(link, addr);
	rtnl_link_set_mtu(link, 1400);
	rtnl_link_set_txqlen(link, 55);
	rtnl_link_set_num_tx_queues(link, 2);
	rtnl_link_set_num_rx_queues(link, 3);
	rtnl_link_set_group(link, 6);
	rtnl_link_set_ifalias(link, "to the world");
	rtnl_link_set_linkmode(link, 1);
	rtnl_link_set_operstate(link, 5);
	rtnl_link_set_promiscuity(link, 1);
	rtnl_link_set_carrier(link, 0);
	nl_addr_put(addr);
}

static void nothing(struct rtnl_link *link)
{
	(void)link;
}

static const struct kind {
	const char *name, *type;
	void (*fill)(struct rtnl_link *);
	int hardware; /* has an address that is drawn by lot if none is given */
} kinds[] = {
	{ "dummy", "dummy", common, 0 },      { "plain", "dummy", nothing, 1 },      { "br", "bridge", nothing, 1 },
	{ "bond", "bond", nothing, 1 },       { "team", "team", nothing, 1 },        { "ifb", "ifb", nothing, 1 },
	{ "vcan", "vcan", nothing, 0 },       { "vlan", "vlan", vlan, 0 },           { "vlan.ad", "vlan", vlan_ad, 0 },
	{ "vxlan", "vxlan", vxlan, 1 },       { "vxlan6", "vxlan", vxlan6, 1 },      { "vxlan.ext", "vxlan", vxlan_external, 1 },
	{ "geneve", "geneve", geneve, 1 },    { "geneve6", "geneve", geneve6, 1 },   { "macvlan", "macvlan", macvlan, 0 },
	{ "mv.src", "macvlan", macvlan_source, 1 }, { "macvtap", "macvtap", macvtap, 1 }, { "macsec", "macsec", macsec, 0 },
	{ "ms.sci", "macsec", macsec_sci, 0 }, { "ipip", "ipip", ipip, 0 },           { "sit", "sit", sit, 0 },
	{ "sit.6rd", "sit", sit_6rd, 0 },     { "gre", "gre", gre, 0 },              { "gretap", "gretap", gre, 1 },
	{ "ip6gre", "ip6gre", ip6gre, 0 },    { "ip6gretap", "ip6gretap", nothing, 1 }, { "vti", "vti", vti, 0 },
	{ "vti6", "vti6", vti6, 0 },          { "ip6tnl", "ip6tnl", ip6tnl, 0 },     { "ipvlan", "ipvlan", ipvlan, 0 },
	{ "vrf", "vrf", vrf, 1 },             { "xfrm", "xfrm", xfrm, 0 },           { "can", "can", can, 0 },
	{ "novlan", "vlan", nothing, 0 },     { "novxlan", "vxlan", nothing, 1 },    { "novrf", "vrf", nothing, 1 },
	{ "nosuch", "nosuch", nothing, 0 },   { "much-too-long-a-name", "dummy", nothing, 1 }, { "a/b", "dummy", nothing, 1 },
};

#define OF(of) if (strcmp(type, of) == 0)
#define NUMBER(kind, of, name) OF(of) printf(" " #name " %lld", (long long)rtnl_link_##kind##_get_##name(link));
#define OUT(kind, of, name, as)                                                                           \
	OF(of)                                                                                            \
	{                                                                                                 \
		as got = 0;                                                                               \
		int answer = rtnl_link_##kind##_get_##name(link, &got);                                   \
		printf(" " #name " %d %llx", answer, (unsigned long long)got);                            \
	}
#define ADDRESS(kind, of, name)                                                                           \
	OF(of)                                                                                            \
	{                                                                                                 \
		struct nl_addr *got = NULL;                                                               \
		int answer = rtnl_link_##kind##_get_##name(link, &got);                                   \
		printf(" " #name " %d %s", answer, nl_addr2str(got, buf, sizeof buf));                    \
		nl_addr_put(got);                                                                         \
	}
#define IP6(kind, of, name)                                                                               \
	OF(of)                                                                                            \
	{                                                                                                 \
		struct in6_addr got = { 0 };                                                              \
		int answer = rtnl_link_##kind##_get_##name(link, &got);                                   \
		printf(" " #name " %d %s", answer, inet_ntop(AF_INET6, &got, buf, sizeof buf));           \
	}
#define STRUCT(kind, of, name, as)                                                                        \
	OF(of)                                                                                            \
	{                                                                                                 \
		as got;                                                                                   \
		memset(&got, 0, sizeof got);                                                              \
		printf(" " #name " %d ", rtnl_link_##kind##_get_##name(link, &got));                      \
		hex(&got, sizeof got);                                                                    \
	}

static void settings(struct rtnl_link *link)
{
	const char *type = rtnl_link_get_type(link) ? rtnl_link_get_type(link) : "";

	SETTINGS
	printf("\n");
}

static void general(struct rtnl_link *link)
{
	uint32_t segs = 0, size = 0, changes = 0, vfs = 0;
	int32_t netnsid = 0;
	int answer = rtnl_link_get_gso_max_segs(link, &segs);

	printf("gso %d %u", answer, segs);
	answer = rtnl_link_get_gso_max_size(link, &size);
	printf(" %d %u", answer, size);
	answer = rtnl_link_get_carrier_changes(link, &changes);
	printf(" carrier %d %d %u", rtnl_link_get_carrier(link), answer, changes);
	answer = rtnl_link_get_num_vf(link, &vfs);
	printf(" vfs %d %u", answer, vfs);
	answer = rtnl_link_get_link_netnsid(link, &netnsid);
	printf(" netns %d %d", answer, netnsid);
	printf(" queues %u %u group %u promiscuity %u linkmode %d arptype %u", rtnl_link_get_num_tx_queues(link), rtnl_link_get_num_rx_queues(link),
	       rtnl_link_get_group(link), rtnl_link_get_promiscuity(link), rtnl_link_get_linkmode(link), rtnl_link_get_arptype(link));
	printf(" alias %s slave %s\n", rtnl_link_get_ifalias(link), rtnl_link_get_slave_type(link));
}

static struct rtnl_link *read_back(const char *name)
{
	struct rtnl_link *link = NULL;

	say("get", rtnl_link_get_kernel(sock, 0, name, &link));
	return link;
}

static void look(struct rtnl_link *link)
{
	printf("attributes %s\n", nl_object_attr_list(OBJ_CAST(link), buf, sizeof buf));
	forms(OBJ_CAST(link));
	general(link);
	settings(link);
}

/* The cache that the manager keeps, one that is made now, and an answer for the one link agree. */
static void caches(struct rtnl_link *link)
{
	struct nl_cache *cache = NULL;
	struct rtnl_link *in_cache, *in_heard;

	MUST(rtnl_link_alloc_cache(sock, AF_UNSPEC, &cache) == 0);
	in_cache = rtnl_link_get(cache, rtnl_link_get_ifindex(link));
	in_heard = rtnl_link_get_by_name(heard, rtnl_link_get_name(link));
	MUST(in_cache);
	printf("cache diff %llx", (unsigned long long)nl_object_diff64(OBJ_CAST(link), OBJ_CAST(in_cache)));
	printf(" heard %d", in_heard != NULL);
	if (in_heard)
		printf(" diff %llx", (unsigned long long)nl_object_diff64(OBJ_CAST(in_cache), OBJ_CAST(in_heard)));
	printf("\n");
	rtnl_link_put(in_cache);
	rtnl_link_put(in_heard);
	nl_cache_free(cache);
}

static void change(struct rtnl_link *link, const char *what, void (*fill)(struct rtnl_link *))
{
	struct rtnl_link *changes = rtnl_link_alloc();

	fill(changes);
	say(what, rtnl_link_change(sock, link, changes, 0));
	hear(mngr);
	rtnl_link_put(changes);
}

static void to_mtu(struct rtnl_link *changes)
{
	rtnl_link_set_mtu(changes, 1300);
	rtnl_link_set_ifalias(changes, "another");
}

static void to_name(struct rtnl_link *changes)
{
	rtnl_link_set_name(changes, "renamed");
}

/* What was read, made again: by a request that is sent by hand. */
static void again(struct rtnl_link *link)
{
	struct nl_msg *msg = NULL;
	struct rtnl_link *copy;
	int answer;

	say("delete", rtnl_link_delete(sock, link));
	hear(mngr);
	say("delete again", rtnl_link_delete(sock, link));
	answer = rtnl_link_build_add_request(link, NLM_F_CREATE | NLM_F_EXCL, &msg);
	say("made again", sent(sock, answer, msg));
	hear(mngr);
	copy = read_back(rtnl_link_get_name(link));
	if (!copy)
		return;
	printf("made alike %llx\n", (unsigned long long)nl_object_diff64(OBJ_CAST(link), OBJ_CAST(copy)));
	forms(OBJ_CAST(copy));
	change(copy, "renamed", to_name);
	say("delete by name", rtnl_link_delete(sock, copy));
	hear(mngr);
	rtnl_link_put(copy);
}

static void life(const struct kind *kind)
{
	struct rtnl_link *link = rtnl_link_alloc(), *back;
	struct nl_addr *addr = address("02:00:00:00:00:42", AF_UNSPEC);

	printf("-- %s %s\n", kind->name, kind->type);
	rtnl_link_set_name(link, kind->name);
	say("type", rtnl_link_set_type(link, kind->type));
	if (kind->hardware)
		rtnl_link_set_addr(link, addr);
	kind->fill(link);
	say("without create", rtnl_link_add(sock, link, 0));
	say("add", rtnl_link_add(sock, link, NLM_F_CREATE | NLM_F_EXCL));
	hear(mngr);
	say("add again", rtnl_link_add(sock, link, NLM_F_CREATE | NLM_F_EXCL));
	back = read_back(kind->name);
	rtnl_link_put(link);
	nl_addr_put(addr);
	if (!back)
		return;
	look(back);
	caches(back);
	ASK("ip -d -j link show '%s'", kind->name);
	change(back, "change", to_mtu);
	change(back, "change to the same", to_mtu);
	rtnl_link_put(back);
	back = read_back(kind->name);
	again(back);
	rtnl_link_put(back);
}

int main(void)
{
	sock = connected(NETLINK_ROUTE);
	d0 = (int)if_nametoindex("d0");
	MUST(nl_cache_mngr_alloc(NULL, NETLINK_ROUTE, 0, &mngr) == 0);
	MUST(nl_cache_alloc_name("route/link", &heard) == 0);
	MUST(nl_cache_mngr_add_cache_v2(mngr, heard, told, NULL) == 0);
	for (size_t i = 0; i < COUNT(kinds); i++)
		life(&kinds[i]);
	nl_cache_mngr_free(mngr);
	nl_socket_free(sock);
	return 0;
}
