/* SPDX-License-Identifier: MIT OR Apache-2.0
 * The kinds of links: what is set and got, shown, compared, written and read. */
#include "fields.h"
#include <netlink/route/link.h>
#include "link_settings.h"

static struct rtnl_link *of_kind(const char *kind)
{
	struct rtnl_link *link = rtnl_link_alloc();

	MUST(rtnl_link_set_type(link, kind) == 0);
	return link;
}

/* As show() does, but without a copy: stock's lack what some kinds keep. */
static void look(struct rtnl_link *one, struct rtnl_link *two)
{
	struct nl_object *link = OBJ_CAST(one), *other = OBJ_CAST(two);

	printf("  diff %llx %llx", (unsigned long long)nl_object_diff64(link, other), (unsigned long long)nl_object_diff64(other, link));
	printf(" match %d %d\n", nl_object_match_filter(link, other), nl_object_match_filter(other, link));
	dumps(link);
	BUILT(rtnl_link, add_request, one, , 0);
}

static void look_alone(struct rtnl_link *link, const char *kind)
{
	struct rtnl_link *none = of_kind(kind);

	look(link, none);
	rtnl_link_put(none);
	rtnl_link_put(link);
}

static struct nl_addr *some_addr_of(unsigned int i)
{
	static const char *const texts[] = { "10.1.2.3", "2001:db8::1", "02:00:00:00:00:01", "10.0.0.0/8", "::", "0.0.0.0" };

	return addr(texts[i % COUNT(texts)], AF_UNSPEC);
}

static struct in6_addr some_in6(unsigned int i)
{
	struct in6_addr in6;

	memset(&in6, (int)(i * 17), sizeof in6);
	return in6;
}

/* One at a time. */
#define EACH(kind, type, name, value, answer, get)                                                        \
	for (size_t i = 0; i < COUNT(VALUES); i++) {                                                      \
		struct rtnl_link *link = of_kind(type);                                                   \
		int answer;                                                                               \
                                                                                                          \
		printf("-- %s %s %llx", #kind, #name, VALUES[i]);                                         \
		get;                                                                                      \
		answer = rtnl_link_##kind##_set_##name(link, value);                                      \
		printf(" %d", answer);                                                                    \
		get;                                                                                      \
		look_alone(link, type);                                                                   \
	}
#define NUMBER(kind, type, name) EACH(kind, type, name, VALUES[i], answer, printf(" %lld", (long long)rtnl_link_##kind##_get_##name(link)))
#define OUT(kind, type, name, of)                                                                         \
	EACH(kind, type, name, (of)VALUES[i], answer, do {                                                \
		of got = 0;                                                                               \
		int err = rtnl_link_##kind##_get_##name(link, &got);                                      \
		printf(" %d %llx", err, (unsigned long long)got);                                         \
	} while (0))
#define ADDRESS(kind, type, name)                                                                         \
	for (unsigned int i = 0; i < 6; i++) {                                                            \
		struct rtnl_link *link = of_kind(type);                                                   \
		struct nl_addr *set = some_addr_of(i), *got = NULL;                                       \
		int answer = rtnl_link_##kind##_set_##name(link, set);                                    \
                                                                                                          \
		printf("-- %s %s %d", #kind, #name, answer);                                              \
		answer = rtnl_link_##kind##_get_##name(link, &got);                                       \
		printf(" %d %s", answer, text_of_addr(got));                                              \
		nl_addr_put(got);                                                                         \
		nl_addr_put(set);                                                                         \
		look_alone(link, type);                                                                   \
	}
#define IP6(kind, type, name)                                                                             \
	for (unsigned int i = 0; i < 4; i++) {                                                            \
		struct rtnl_link *link = of_kind(type);                                                   \
		struct in6_addr set = some_in6(i), got = { 0 };                                           \
		int answer = rtnl_link_##kind##_get_##name(link, &got);                                   \
                                                                                                          \
		printf("-- %s %s %d", #kind, #name, answer);                                              \
		answer = rtnl_link_##kind##_set_##name(link, &set);                                       \
		printf(" %d", answer);                                                                    \
		answer = rtnl_link_##kind##_get_##name(link, &got);                                       \
		printf(" %d ", answer);                                                                   \
		hex(&got, sizeof got);                                                                    \
		look_alone(link, type);                                                                   \
	}
#define STRUCT(kind, type, name, of)                                                                      \
	for (int i = 0; i < 3; i++) {                                                                     \
		struct rtnl_link *link = of_kind(type);                                                   \
		of set, got;                                                                              \
		int answer;                                                                               \
                                                                                                          \
		memset(&set, i * 3, sizeof set);                                                          \
		memset(&got, 0, sizeof got);                                                              \
		answer = rtnl_link_##kind##_get_##name(link, &got);                                       \
		printf("-- %s %s %d", #kind, #name, answer);                                              \
		answer = rtnl_link_##kind##_set_##name(link, &set);                                       \
		printf(" %d", answer);                                                                    \
		answer = rtnl_link_##kind##_get_##name(link, &got);                                       \
		printf(" %d ", answer);                                                                   \
		hex(&got, sizeof got);                                                                    \
		look_alone(link, type);                                                                   \
	}

static void one_at_a_time(void)
{
	SETTINGS
}

/* Some of each. */
#undef NUMBER
#undef OUT
#undef ADDRESS
#undef IP6
#undef STRUCT
#define OF(type) if (strcmp(kind_of_link, type) == 0 && dice(3))
#define NUMBER(kind, type, name) OF(type) rtnl_link_##kind##_set_##name(link, dice(2) ? dice(4) : dice(70000));
#define OUT(kind, type, name, of) OF(type) rtnl_link_##kind##_set_##name(link, (of)(dice(2) ? dice(4) : dice(70000)));
#define ADDRESS(kind, type, name)                                                                         \
	OF(type)                                                                                          \
	{                                                                                                 \
		struct nl_addr *set = some_addr_of(dice(6));                                              \
		rtnl_link_##kind##_set_##name(link, set);                                                 \
		nl_addr_put(set);                                                                         \
	}
#define IP6(kind, type, name)                                                                             \
	OF(type)                                                                                          \
	{                                                                                                 \
		struct in6_addr set = some_in6(dice(9));                                                  \
		rtnl_link_##kind##_set_##name(link, &set);                                                \
	}
#define STRUCT(kind, type, name, of)                                                                      \
	OF(type)                                                                                          \
	{                                                                                                 \
		of set;                                                                                   \
		memset(&set, (int)dice(3), sizeof set);                                                   \
		rtnl_link_##kind##_set_##name(link, &set);                                                \
	}

static void fill(struct rtnl_link *link, const char *kind_of_link)
{
	SETTINGS
}

static const char *const kinds[] = { "vlan", "vxlan", "macvlan", "macvtap", "macsec", "ipip", "ip6tnl", "gre", "gretap", "ip6gre", "vti", "vti6", "sit", "can",
				     "geneve", "ppp", "vrf", "xfrm", "ipvlan", "dummy", "ifb", "bond", "team", "bridge", "ip6gretap", "foo" };

static void some_of_each(void)
{
	for (size_t k = 0; k < COUNT(kinds); k++)
		for (int round = 0; round < 60; round++) {
			struct rtnl_link *one = of_kind(kinds[k]), *other = of_kind(kinds[k]);

			fill(one, kinds[k]);
			fill(other, kinds[k]);
			printf("-- %s %d\n", kinds[k], round);
			look(one, other);
			rtnl_link_put(one);
			rtnl_link_put(other);
		}
}

/* Two kinds. */
static void kinds_differ(void)
{
	for (size_t i = 0; i < COUNT(kinds); i++)
		for (size_t j = 0; j < COUNT(kinds); j++) {
			struct rtnl_link *one = of_kind(kinds[i]), *other = of_kind(kinds[j]);

			printf("%s and %s: %llx\n", kinds[i], kinds[j], (unsigned long long)nl_object_diff64(OBJ_CAST(one), OBJ_CAST(other)));
			MUST(rtnl_link_set_type(one, kinds[j]) == 0);
			printf("now %s: %llx\n", rtnl_link_get_type(one), (unsigned long long)nl_object_diff64(OBJ_CAST(one), OBJ_CAST(other)));
			rtnl_link_put(one);
			rtnl_link_put(other);
		}
}

#define IS(name) printf(" %d", rtnl_link_is_##name(link))

static void is(struct rtnl_link *link, const char *kind)
{
	printf("%s:", kind);
	IS(vlan), IS(vxlan), IS(macvlan), IS(macvtap), IS(ipip), IS(ip6_tnl), IS(ipgre), IS(ipgretap), IS(ip6gre), IS(ipvti), IS(ip6vti), IS(sit);
	IS(can), IS(geneve), IS(vrf), IS(xfrmi), IS(ipvlan), IS(veth), IS(bridge);
	printf("\n");
	rtnl_link_put(link);
}

#define ALLOC(name) is(rtnl_link_##name##_alloc(), rtnl_link_get_type(link = rtnl_link_##name##_alloc())), rtnl_link_put(link)

static void identities(void)
{
	struct rtnl_link *link;

	for (size_t k = 0; k < COUNT(kinds); k++)
		is(of_kind(kinds[k]), kinds[k]);
	ALLOC(vlan), ALLOC(vxlan), ALLOC(macvlan), ALLOC(macvtap), ALLOC(macsec), ALLOC(ipip), ALLOC(ip6_tnl), ALLOC(ipgre), ALLOC(ipgretap);
	ALLOC(ip6gre), ALLOC(ipvti), ALLOC(ip6vti), ALLOC(sit), ALLOC(geneve), ALLOC(ppp), ALLOC(vrf), ALLOC(xfrmi), ALLOC(ipvlan), ALLOC(bridge);
	ALLOC(bond), ALLOC(team);
}

#define NAMES(to_str, from_str)                                                                           \
	do {                                                                                              \
		static const char *const texts[] = { "private", "bridge", "gvrp", "gvrp,mvrp", "loopback", "l3", "up", "auto", "8021q", "add", "x", "", "7" }; \
		char buf[512], small[6];                                                                  \
                                                                                                          \
		printf("%s:", #to_str);                                                                   \
		for (int i = 0; i < 40; i++)                                                              \
			printf(" %s", to_str(i, buf, sizeof buf));                                        \
		for (int i = 5; i < 32; i++)                                                              \
			printf(" %s", to_str((int)(1u << i), buf, sizeof buf));                           \
		printf(" %s %s\n%s:", to_str(-1, buf, sizeof buf), to_str(1, small, sizeof small), #from_str); \
		for (size_t i = 0; i < COUNT(texts); i++)                                                 \
			printf(" %s=%d", texts[i], from_str(texts[i]));                                   \
		printf("\n");                                                                             \
	} while (0)

static void names(void)
{
	NAMES(rtnl_link_vlan_flags2str, rtnl_link_vlan_str2flags);
	NAMES(rtnl_link_macvlan_mode2str, rtnl_link_macvlan_str2mode);
	NAMES(rtnl_link_macvlan_flags2str, rtnl_link_macvlan_str2flags);
	NAMES(rtnl_link_macvlan_macmode2str, rtnl_link_macvlan_str2macmode);
	NAMES(rtnl_link_macvtap_mode2str, rtnl_link_macvtap_str2mode);
	NAMES(rtnl_link_macvtap_flags2str, rtnl_link_macvtap_str2flags);
	NAMES(rtnl_link_ipvlan_mode2str, rtnl_link_ipvlan_str2mode);
	NAMES(rtnl_link_can_ctrlmode2str, rtnl_link_can_str2ctrlmode);
	NAMES(rtnl_link_vf_linkstate2str, rtnl_link_vf_str2linkstate);
	NAMES(rtnl_link_vf_vlanproto2str, rtnl_link_vf_str2vlanproto);
}

static void flags(void)
{
	for (unsigned int i = 0; i < 300; i++) {
		struct rtnl_link *vxlan = of_kind("vxlan"), *geneve = of_kind("geneve"), *vlan = of_kind("vlan"), *macvlan = of_kind("macvlan");
		struct rtnl_link *can = of_kind("can");
		uint32_t of_vxlan = 0, of_can = 0;
		uint8_t of_geneve = 0;

		for (int n = 0; n < 3; n++) {
			unsigned int bits = dice(9);
			int on = (int)dice(2);

			printf("%d", rtnl_link_vxlan_set_flags(vxlan, bits, on));
			printf(" %d", rtnl_link_geneve_set_flags(geneve, (uint8_t)(bits & 3), on));
			printf(" %d", on ? rtnl_link_vlan_set_flags(vlan, bits) : rtnl_link_vlan_unset_flags(vlan, bits));
			printf(" %d", on ? rtnl_link_macvlan_set_flags(macvlan, (uint16_t)bits) : rtnl_link_macvlan_unset_flags(macvlan, (uint16_t)bits));
			printf(" %d\n", on ? rtnl_link_can_set_ctrlmode(can, bits) : rtnl_link_can_unset_ctrlmode(can, bits));
		}
		rtnl_link_vxlan_get_flags(vxlan, &of_vxlan);
		rtnl_link_geneve_get_flags(geneve, &of_geneve);
		rtnl_link_can_get_ctrlmode(can, &of_can);
		printf("%x %x %x %x %x\n", of_vxlan, of_geneve, rtnl_link_vlan_get_flags(vlan), rtnl_link_macvlan_get_flags(macvlan), of_can);
		look_alone(vxlan, "vxlan");
		look_alone(geneve, "geneve");
		look_alone(vlan, "vlan");
		look_alone(macvlan, "macvlan");
		look_alone(can, "can");
	}
}

#define SWITCH(name)                                                                                      \
	do {                                                                                              \
		struct rtnl_link *link = of_kind("vxlan");                                                \
                                                                                                          \
		printf("%s %d", #name, rtnl_link_vxlan_enable_##name(link));                              \
		printf(" %d", rtnl_link_vxlan_get_##name(link));                                          \
		printf(" %d", rtnl_link_vxlan_disable_##name(link));                                      \
		printf(" %d\n", rtnl_link_vxlan_get_##name(link));                                        \
		rtnl_link_put(link);                                                                      \
	} while (0)

static void switches(void)
{
	SWITCH(learning);
	SWITCH(proxy);
	SWITCH(rsc);
	SWITCH(l2miss);
	SWITCH(l3miss);
}

static void vlan_maps(void)
{
	for (int round = 0; round < 100; round++) {
		struct rtnl_link *link = of_kind("vlan");
		struct vlan_map *egress;
		uint32_t *ingress;
		int count = -1;

		printf("-- maps");
		for (unsigned int n = dice(12); n > 0; n--)
			printf(" %d", dice(2) ? rtnl_link_vlan_set_ingress_map(link, (int)dice(11) - 1, dice(2) ? dice(5) : 0x12345678)
					      : rtnl_link_vlan_set_egress_map(link, dice(20), (int)dice(11) - 1));
		ingress = rtnl_link_vlan_get_ingress_map(link);
		egress = rtnl_link_vlan_get_egress_map(link, &count);
		printf("\n%d:", count);
		for (int i = 0; ingress && i < 8; i++)
			printf(" %u", ingress[i]);
		for (int i = 0; egress && i < count; i++)
			printf(" %u-%u", egress[i].vm_from, egress[i].vm_to);
		printf("\n");
		look_alone(link, "vlan");
	}
}

static void source_addresses(void)
{
	static const char *const texts[] = { "02:00:00:00:00:01", "02:00:00:00:00:02", "02:00:00:00:00:03", "10.0.0.1", "1:2:3" };

	for (int round = 0; round < 200; round++) {
		struct rtnl_link *link = of_kind("macvlan");
		uint32_t count = 0, mode = 0;
		int answer;

		printf("-- source %d", rtnl_link_macvlan_set_mode(link, dice(4) ? MACVLAN_MODE_SOURCE : MACVLAN_MODE_BRIDGE));
		for (unsigned int n = dice(9); n > 0; n--) {
			struct nl_addr *one = addr(texts[dice(COUNT(texts))], AF_UNSPEC);

			switch (dice(8)) {
			case 0: printf(" mode %d", rtnl_link_macvlan_set_macmode(link, dice(5))); break;
			case 1: printf(" del %d", rtnl_link_macvlan_del_macaddr(link, one)); break;
			case 2: if (dice(4) == 0) printf(" kind %d", rtnl_link_macvlan_set_mode(link, dice(20))); break;
			default: printf(" add %d", rtnl_link_macvlan_add_macaddr(link, one)); break;
			}
			nl_addr_put(one);
		}
		answer = rtnl_link_macvlan_count_macaddr(link, &count);
		printf("\ncount %d %u", answer, count);
		answer = rtnl_link_macvlan_get_macmode(link, &mode);
		printf(" mode %d %u:", answer, mode);
		for (uint32_t i = 0; i < 5; i++) {
			const struct nl_addr *got = NULL;

			answer = rtnl_link_macvlan_get_macaddr(link, i, &got);
			printf(" %d %s", answer, text_of_addr((struct nl_addr *)got));
		}
		printf("\n");
		look_alone(link, "macvlan");
	}
}

static void pairs(void)
{
	struct rtnl_link *link = rtnl_link_veth_alloc(), *peer = rtnl_link_veth_get_peer(link), *back = rtnl_link_veth_get_peer(peer), *copy, *other;
	struct nl_dump_params params = { .dp_type = NL_DUMP_DETAILS, .dp_fd = stdout, .dp_prefix = 1 };

	printf("veth %d %d %d\n", rtnl_link_is_veth(link), rtnl_link_is_veth(peer), back == link);
	rtnl_link_put(back);
	rtnl_link_set_name(peer, "peer");
	rtnl_link_set_mtu(peer, 1234);
	rtnl_link_set_flags(peer, 1);
	rtnl_link_set_ifindex(peer, 7);
	rtnl_link_set_name(link, "link");
	nl_object_dump(OBJ_CAST(link), &params);
	nl_object_dump(OBJ_CAST(peer), &params);
	BUILT(rtnl_link, add_request, link, , 0);
	BUILT(rtnl_link, add_request, peer, , 0);
	copy = (struct rtnl_link *)nl_object_clone(OBJ_CAST(link));
	other = rtnl_link_veth_get_peer(copy);
	back = rtnl_link_veth_get_peer(other);
	printf("copy %d %d %s\n", other != peer, back == copy, rtnl_link_get_name(other));
	BUILT(rtnl_link, add_request, copy, , 0);
	rtnl_link_put(back);
	rtnl_link_put(other);
	rtnl_link_put(peer);
	rtnl_link_veth_release(copy);
	rtnl_link_veth_release(link);
}

/* What messages say of the kinds. Stock does not survive kinds without data. */
#define U8(type) { type, 1, NULL }
#define U16(type) { type, 2, NULL }
#define U32(type) { type, 4, NULL }
#define END { 0, 0, NULL }
static const struct shape qos[] = { { 1, 8, NULL }, { 2, 8, NULL }, END };
static const struct shape of_vlan[] = { U16(1), { 2, 8, NULL }, U16(5), { 3, 0, qos }, { 4, 0, qos }, END };
static const struct shape of_vxlan[] = { U32(1), U32(2), U32(3), U32(4), U8(5), U8(6), U8(7), U32(8), U32(9), U32(10), U8(11), U8(12), U8(13), U8(14), { 16, 16, NULL },
					 { 17, 16, NULL }, U8(18), U8(19), U8(20), U8(21), U8(22), U8(23), U8(24), U8(25), U32(26), U8(27), END };
static const struct shape of_macvtap[] = { U32(1), U16(2), END };
static const struct shape of_ipip[] = { U32(1), U32(2), U32(3), U8(4), U8(5), U8(10), U32(20), END };
static const struct shape of_ip6tnl[] = { U32(1), { 2, 16, NULL }, { 3, 16, NULL }, U8(4), U8(5), U8(6), U32(7), U32(8), U8(9), U32(20), END };
static const struct shape of_gre[] = { U32(1), U16(2), U32(4), U32(5), U32(6), U32(7), U8(8), U8(9), U8(10), U32(20), END };
static const struct shape of_ip6gre[] = { U16(2), U16(3), U32(4), U32(5), { 6, 16, NULL }, { 7, 16, NULL }, U8(8), U8(11), U32(12), U32(13), U32(20), END };
static const struct shape of_vti[] = { U32(1), U32(2), U32(4), U32(5), U32(6), END };
static const struct shape of_vti6[] = { U32(2), U32(3), { 4, 16, NULL }, { 5, 16, NULL }, U32(6), END };
static const struct shape of_sit[] = { U32(1), U32(2), U32(3), U8(4), U8(5), U16(8), U8(9), U8(10), { 11, 16, NULL }, U32(12), U16(13), U16(14), U32(20), END };
static const struct shape of_can[] = { { 1, 32, NULL }, { 2, 48, NULL }, U32(3), U32(4), { 5, 8, NULL }, U32(6), U32(7), U32(8), { 9, 32, NULL }, { 10, 48, NULL }, END };
static const struct shape of_geneve[] = { U32(1), U32(2), U8(3), U8(4), U8(6), { 7, 16, NULL }, U8(8), U8(9), U8(10), U32(11), END };
static const struct shape of_vrf[] = { U32(1), END };
static const struct shape of_xfrm[] = { U32(1), U32(2), END };
static const struct shape of_ipvlan[] = { U16(1), END };

static const struct {
	const char *name;
	const struct shape *shape;
} described[] = { { "vlan", of_vlan }, { "vxlan", of_vxlan }, { "macvtap", of_macvtap }, { "ipip", of_ipip }, { "ip6tnl", of_ip6tnl }, { "gre", of_gre }, { "gretap", of_gre },
		  { "ip6gre", of_ip6gre }, { "vti", of_vti }, { "vti6", of_vti6 }, { "sit", of_sit }, { "can", of_can }, { "geneve", of_geneve }, { "vrf", of_vrf },
		  { "xfrm", of_xfrm }, { "ipvlan", of_ipvlan }, { "dummy", of_vrf }, { "bridge", of_vrf }, { "bond", of_vrf }, { "foo", of_vrf } };

static struct nl_msg *begin(const char *kind, struct nlattr **info, struct nlattr **data)
{
	struct ifinfomsg head = { .ifi_index = 3 };
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWLINK, 0);

	nlmsg_set_proto(msg, NETLINK_ROUTE);
	MUST(nlmsg_append(msg, &head, sizeof head, NLMSG_ALIGNTO) == 0 && nla_put_string(msg, IFLA_IFNAME, "name") == 0);
	*info = nla_nest_start(msg, IFLA_LINKINFO);
	MUST(nla_put_string(msg, IFLA_INFO_KIND, kind) == 0);
	*data = nla_nest_start(msg, IFLA_INFO_DATA);
	return msg;
}

static void end(struct nl_msg *msg, struct nlattr *info, struct nlattr *data)
{
	data->nla_len = (uint16_t)((char *)nlmsg_tail(nlmsg_hdr(msg)) - (char *)data);
	info->nla_len = (uint16_t)((char *)nlmsg_tail(nlmsg_hdr(msg)) - (char *)info);
}

static void parsed_and_built(struct nl_object *obj, void *arg)
{
	parsed(obj, arg);
	BUILT(rtnl_link, add_request, (struct rtnl_link *)obj, , 0);
}

static void parse_it(struct nl_msg *msg)
{
	int objects = 0, err;

	printf("parse ");
	hex(nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);
	err = nl_msg_parse(msg, parsed_and_built, &objects);
	printf("  %d, %d objects\n", err, objects);
	nlmsg_free(msg);
}

static void messages(void)
{
	for (size_t k = 0; k < COUNT(described); k++)
		for (int round = 0; round < 80; round++) {
			struct nlattr *info, *data;
			struct nl_msg *msg = begin(described[k].name, &info, &data);

			/* For these two, stock shows the name of the link itself in place of the number of the one below. */
			never = strcmp(described[k].name, "ip6gre") == 0 || strcmp(described[k].name, "vti6") == 0 ? 1 : -1;
			attributes(msg, described[k].shape, round % 2);
			end(msg, info, data);
			parse_it(msg);
		}
}

static void lengths_of_kinds(void)
{
	for (size_t k = 0; k < COUNT(described); k++)
		for (const struct shape *one = described[k].shape; one->type; one++) {
			printf("lengths of %s %d:", described[k].name, one->type);
			for (int len = 0; len < 60; len++) {
				struct nlattr *info, *data;
				struct nl_msg *msg = begin(described[k].name, &info, &data);

				memset(nla_data(nla_reserve(msg, one->type, len)), 0, (size_t)len);
				end(msg, info, data);
				printf(" %d", nl_msg_parse(msg, ignore, NULL));
				nlmsg_free(msg);
			}
			printf("\n");
		}
}

static void secure(void)
{
	for (int round = 0; round < 200; round++) {
		static const int flags[] = { IFLA_MACSEC_ENCRYPT, IFLA_MACSEC_PROTECT, IFLA_MACSEC_INC_SCI, IFLA_MACSEC_ES, IFLA_MACSEC_SCB };
		struct nlattr *info, *data;
		struct nl_msg *msg = begin("macsec", &info, &data);

		SOMETIMES nla_put_u64(msg, IFLA_MACSEC_SCI, 0x0123456789abcdefULL * dice(99));
		SOMETIMES nla_put_u64(msg, IFLA_MACSEC_CIPHER_SUITE, dice(2) ? MACSEC_DEFAULT_CIPHER_ID : 0x0080c20001000001ULL + dice(4));
		SOMETIMES nla_put_u8(msg, IFLA_MACSEC_ICV_LEN, (uint8_t)(dice(2) ? 16 : dice(33)));
		SOMETIMES nla_put_u8(msg, IFLA_MACSEC_ENCODING_SA, (uint8_t)dice(4));
		SOMETIMES nla_put_u8(msg, IFLA_MACSEC_VALIDATION, (uint8_t)dice(3));
		SOMETIMES nla_put_u8(msg, IFLA_MACSEC_REPLAY_PROTECT, (uint8_t)dice(2));
		SOMETIMES nla_put_u32(msg, IFLA_MACSEC_WINDOW, dice(256));
		SOMETIMES nla_put_u8(msg, IFLA_MACSEC_OFFLOAD, (uint8_t)dice(2));
		for (size_t i = 0; i < COUNT(flags); i++)
			SOMETIMES nla_put_u8(msg, flags[i], (uint8_t)dice(2));
		end(msg, info, data);
		parse_it(msg);
	}
}

/* Addresses of which packets are taken, as many as are said. */
static void sources(void)
{
	for (uint32_t count = 0; count < 4; count++)
		for (uint32_t mode = 1; mode < 32; mode *= 2) {
			struct nlattr *info, *data, *list;
			struct nl_msg *msg = begin("macvlan", &info, &data);

			nla_put_u32(msg, IFLA_MACVLAN_MODE, mode);
			nla_put_u16(msg, IFLA_MACVLAN_FLAGS, (uint16_t)dice(3));
			nla_put_u32(msg, IFLA_MACVLAN_MACADDR_COUNT, count);
			list = nla_nest_start(msg, IFLA_MACVLAN_MACADDR_DATA);
			for (uint32_t i = 0; i < count; i++)
				nla_put(msg, IFLA_MACVLAN_MACADDR, 6, (char[]){ 2, 0, 0, 0, 0, (char)i });
			nla_nest_end(msg, list);
			end(msg, info, data);
			parse_it(msg);
		}
}

/* Virtual functions. */
static struct rtnl_link_vf *some_vf(void)
{
	struct rtnl_link_vf *vf = rtnl_link_vf_alloc();
	struct nl_vf_rate rate = { (int)dice(4), dice(1000), dice(1000), dice(1000) };
	nl_vf_vlans_t *vlans;
	struct nl_addr *ll = addr("02:00:00:00:00:01", AF_LLC);

	rtnl_link_vf_set_index(vf, dice(4));
	SOMETIMES rtnl_link_vf_set_addr(vf, ll);
	SOMETIMES rtnl_link_vf_set_linkstate(vf, dice(4));
	SOMETIMES rtnl_link_vf_set_rate(vf, &rate);
	SOMETIMES rtnl_link_vf_set_rss_query_en(vf, dice(2));
	SOMETIMES rtnl_link_vf_set_spoofchk(vf, dice(2));
	SOMETIMES rtnl_link_vf_set_trust(vf, dice(2));
	SOMETIMES {
		MUST(rtnl_link_vf_vlan_alloc(&vlans, 1) == 0);
		vlans->vlans[0] = (nl_vf_vlan_info_t){ dice(4096), dice(8), (uint16_t)(dice(2) ? 0 : 0x8100) };
		rtnl_link_vf_set_vlans(vf, vlans);
		rtnl_link_vf_vlan_put(vlans);
	}
	nl_addr_put(ll);
	return vf;
}

static void show_vf(struct rtnl_link *link, uint32_t index)
{
	struct rtnl_link_vf *vf = rtnl_link_vf_get(link, index);
	struct nl_addr *got = NULL;
	struct nl_vf_rate rate = { 0, 0, 0, 0 };
	nl_vf_vlans_t *vlans = NULL;
	uint64_t stat = 0;
	uint32_t number = 0;
	int err;

	printf("vf %u:", index);
	if (vf == NULL) {
		printf(" none\n");
		return;
	}
	err = rtnl_link_vf_get_addr(vf, &got);
	printf(" %d %s", err, text_of_addr(got));
	err = rtnl_link_vf_get_index(vf, &number);
	printf(" %d %u", err, number);
	err = rtnl_link_vf_get_linkstate(vf, &number);
	printf(" %d %u", err, number);
	err = rtnl_link_vf_get_rate(vf, &rate);
	printf(" %d %d %u %u %u", err, rate.api, rate.rate, rate.max_tx_rate, rate.min_tx_rate);
	err = rtnl_link_vf_get_rss_query_en(vf, &number);
	printf(" %d %u", err, number);
	err = rtnl_link_vf_get_spoofchk(vf, &number);
	printf(" %d %u", err, number);
	err = rtnl_link_vf_get_trust(vf, &number);
	printf(" %d %u", err, number);
	err = rtnl_link_vf_get_vlans(vf, &vlans);
	printf(" %d %d", err, vlans ? vlans->size : 0);
	if (vlans)
		printf(" %u %u %x", vlans->vlans[0].vf_vlan, vlans->vlans[0].vf_vlan_qos, vlans->vlans[0].vf_vlan_proto);
	rtnl_link_vf_vlan_put(vlans);
	for (int i = 0; i < 6; i++) {
		err = rtnl_link_vf_get_stat(vf, (rtnl_link_vf_stats_t)i, &stat);
		printf(" %d %llu", err, (unsigned long long)stat);
	}
	printf("\n");
	rtnl_link_vf_put(vf);
}

static void functions(void)
{
	static const char *const guids[] = { "00:11:22:33:44:55:66:77", "0011223344556677", "00:11", "zz:11:22:33:44:55:66:77", "00:11:22:33:44:55:66:77:88", "" };

	for (int round = 0; round < 200; round++) {
		struct rtnl_link *link = rtnl_link_alloc(), *none = rtnl_link_alloc();

		printf("-- functions %d %d\n", round, rtnl_link_has_vf_list(link));
		for (unsigned int n = 1 + dice(3); n > 0; n--) {
			struct rtnl_link_vf *vf = some_vf();

			printf("add %d\n", rtnl_link_vf_add(link, vf));
			rtnl_link_vf_put(vf);
		}
		for (uint32_t i = 0; i < 4; i++)
			show_vf(link, i);
		look(link, none);
		rtnl_link_unset_vf_list(link);
		printf("list %d\n", rtnl_link_has_vf_list(link));
		BUILT(rtnl_link, add_request, link, , 0);
		rtnl_link_put(none);
		rtnl_link_put(link);
	}
	for (size_t i = 0; i < COUNT(guids); i++) {
		uint64_t guid = 0;
		int err = rtnl_link_vf_str2guid(&guid, guids[i]);

		printf("guid %s %d %llx\n", guids[i], err, (unsigned long long)guid);
	}
}

static const struct shape counters[] = { { 1, 8, NULL }, { 2, 8, NULL }, { 3, 8, NULL }, { 4, 8, NULL }, { 5, 8, NULL }, { 8, 8, NULL }, END };
static const struct shape function[] = { { 1, 36, NULL }, { 2, 12, NULL }, { 3, 8, NULL }, { 4, 8, NULL }, { 5, 8, NULL }, { 6, 12, NULL }, { 7, 8, NULL }, { 8, 0, counters },
					 { 9, 8, NULL }, { 10, 16, NULL }, { 11, 16, NULL }, END };

static void show_functions(struct nl_object *obj, void *arg)
{
	parsed(obj, arg);
	for (uint32_t i = 0; i < 3; i++)
		show_vf((struct rtnl_link *)obj, i);
}

/* Without a protocol of its own it is a plain VLAN. */
static void put_vlan(struct nl_msg *msg)
{
	struct ifla_vf_vlan_info info = { 0, dice(3), dice(8), htons((uint16_t)(dice(3) ? 0x8100 + dice(2) * 0x7a8 : 0)) };
	struct nlattr *list = nla_nest_start(msg, IFLA_VF_VLAN_LIST);

	nla_put(msg, IFLA_VF_VLAN_INFO, sizeof info, &info);
	nla_nest_end(msg, list);
}

static void functions_of_messages(void)
{
	for (int round = 0; round < 400; round++) {
		struct ifinfomsg head = { .ifi_index = 3 };
		struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWLINK, 0);
		int objects = 0, err;
		struct nlattr *list;

		nlmsg_set_proto(msg, NETLINK_ROUTE);
		MUST(nlmsg_append(msg, &head, sizeof head, NLMSG_ALIGNTO) == 0 && nla_put_string(msg, IFLA_IFNAME, "name") == 0);
		nla_put_u32(msg, IFLA_NUM_VF, 1 + dice(2));
		list = nla_nest_start(msg, IFLA_VFINFO_LIST);
		for (unsigned int n = 1 + dice(3); n > 0; n--) {
			struct nlattr *one = nla_nest_start(msg, 1);

			attributes(msg, function, 0);
			if (dice(3) == 0)
				nla_put(msg, IFLA_VF_VLAN, 12, (uint32_t[]){ 0, dice(3), dice(8) });
			if (dice(3) == 0)
				put_vlan(msg);
			one->nla_len = (uint16_t)((char *)nlmsg_tail(nlmsg_hdr(msg)) - (char *)one);
		}
		list->nla_len = (uint16_t)((char *)nlmsg_tail(nlmsg_hdr(msg)) - (char *)list);
		printf("parse ");
		hex(nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);
		err = nl_msg_parse(msg, show_functions, &objects);
		printf("  %d, %d objects\n", err, objects);
		nlmsg_free(msg);
	}
}

/* What is sent of a link that has one setting. */
#define SENT(what, kind, setting)                                                                         \
	do {                                                                                              \
		struct rtnl_link *link = of_kind(kind);                                                   \
		struct nl_msg *msg = NULL;                                                                \
                                                                                                          \
		setting;                                                                                  \
		MUST(rtnl_link_build_add_request(link, 0, &msg) == 0);                                    \
		printf("fix " what " ");                                                                  \
		hex(nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);                                           \
		nlmsg_free(msg);                                                                          \
		rtnl_link_put(link);                                                                      \
	} while (0)

/* The link below, by its name where the cache of the tunnel's own knows it, or the one that is offered. */
#define BELOW(kind, type)                                                                                 \
	do {                                                                                              \
		struct rtnl_link *link = of_kind(type);                                                   \
                                                                                                          \
		rtnl_link_set_name(link, "upper");                                                        \
		rtnl_link_set_ifindex(link, 9);                                                           \
		rtnl_link_##kind##_set_link(link, below);                                                 \
		if (own)                                                                                  \
			MUST(nl_cache_add(own, OBJ_CAST(link)) == 0);                                     \
		dumps(OBJ_CAST(link));                                                                    \
		if (own)                                                                                  \
			nl_cache_remove(OBJ_CAST(link));                                                  \
		dumps(OBJ_CAST(link));                                                                    \
		rtnl_link_put(link);                                                                      \
	} while (0)

static void below_of(struct nl_cache *own, uint32_t below)
{
	BELOW(ipip, "ipip");
	BELOW(sit, "sit");
	BELOW(ipgre, "gre");
	BELOW(ipgre, "gretap");
	BELOW(ipvti, "vti");
	BELOW(ip6_tnl, "ip6tnl");
	BELOW(xfrmi, "xfrm");
	BELOW(vxlan, "vxlan");
}

static struct nl_cache *cache_with(int ifindex, const char *name)
{
	struct rtnl_link *link = rtnl_link_alloc();
	struct nl_cache *cache = NULL;

	rtnl_link_set_ifindex(link, ifindex);
	rtnl_link_set_name(link, name);
	MUST(nl_cache_alloc_name("route/link", &cache) == 0 && nl_cache_add(cache, OBJ_CAST(link)) == 0);
	rtnl_link_put(link);
	return cache;
}

static void below(void)
{
	struct nl_cache *own = cache_with(3, "own"), *offered = cache_with(4, "offered");

	for (int round = 0; round < 2; round++) {
		for (uint32_t index = 0; index < 6; index++) {
			printf("-- below %d %u\n", round, index);
			below_of(own, index);
			below_of(NULL, index);
		}
		nl_cache_mngt_provide(offered);
	}
	nl_cache_mngt_unprovide(offered);
	nl_cache_free(own);
	nl_cache_free(offered);
}

/* What is better here. */
static void better(void)
{
	struct rtnl_link *link = of_kind("sit"), *copy;
	nl_vf_vlans_t *vlans;
	struct rtnl_link_vf *vf = rtnl_link_vf_alloc();
	uint16_t len = 0;

	SENT("flags of gre that is sent", "gre", rtnl_link_ipgre_set_oflags(link, 5));
	SENT("key of vti that is sent", "vti", rtnl_link_ipvti_set_okey(link, 5));
	SENT("port of vxlan", "vxlan", rtnl_link_vxlan_set_port(link, 4789));
	SENT("port of geneve", "geneve", rtnl_link_geneve_set_port(link, 6081));
	SENT("restart of can", "can", rtnl_link_can_restart(link));
	rtnl_link_sit_set_ip6rd_relay_prefixlen(link, 5);
	printf("fix length of a relay's prefix %d", rtnl_link_sit_get_ip6rd_relay_prefixlen(link, &len));
	printf(" %u\n", len);
	rtnl_link_put(link);
	SENT("copy of macvtap", "macvtap", {
		rtnl_link_macvtap_set_flags(link, 1);
		copy = (struct rtnl_link *)nl_object_clone(OBJ_CAST(link));
		rtnl_link_put(link);
		link = copy;
	});
	rtnl_link_vf_set_index(vf, 3);
	MUST(rtnl_link_vf_vlan_alloc(&vlans, 1) == 0);
	vlans->vlans[0] = (nl_vf_vlan_info_t){ 5, 0, 0x88a8 };
	rtnl_link_vf_set_vlans(vf, vlans);
	rtnl_link_vf_vlan_put(vlans);
	SENT("protocol of a function's VLAN", "dummy", MUST(rtnl_link_vf_add(link, vf) == 0));
	rtnl_link_vf_put(vf);
}

static void requests(void)
{
	struct nl_sock *sock = nl_socket_alloc();

	MUST(nl_connect(sock, NETLINK_ROUTE) == 0);
	printf("bond %d", rtnl_link_bond_enslave_ifindex(sock, 7, 8));
	printf(" %d", rtnl_link_bond_enslave_ifindex(sock, 1, 1));
	printf(" %d\n", rtnl_link_bond_release_ifindex(sock, 1));
	nl_socket_free(sock);
}

int main(void)
{
	one_at_a_time();
	some_of_each();
	kinds_differ();
	identities();
	names();
	flags();
	switches();
	vlan_maps();
	source_addresses();
	pairs();
	messages();
	lengths_of_kinds();
	secure();
	sources();
	functions();
	functions_of_messages();
	requests();
	below();
	better();
	return 0;
}
