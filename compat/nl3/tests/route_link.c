/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Links: what is set and got, shown, compared, written and read, but for their kinds. */
#include "fields.h"
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/route/link.h>
#include <netlink/route/link/bridge.h>
#include <netlink/route/link/inet.h>
#include <netlink/route/link/inet6.h>

/* Every number of a table, and names. */
#define TABLE(to_str, from_str)                                                                           \
	do {                                                                                              \
		static const char *const texts[] = { "up", "UP", "rx_packets", "default", "down", "forwarding", "none", \
						     "disabled", "vepa", "undef", "nonsense", "", "7", "0x1f", "-1" }; \
		char buf[128], small[6];                                                                  \
                                                                                                          \
		printf("%s:", #to_str);                                                                   \
		for (int i = -2; i < 260; i++)                                                            \
			printf(" %s", to_str(i, buf, sizeof buf));                                        \
		printf(" %s\n%s:", to_str(1, small, sizeof small), #from_str);                            \
		for (size_t i = 0; i < COUNT(texts); i++)                                                 \
			printf(" %s=%d", texts[i], (int)from_str(texts[i]));                              \
		printf("\n");                                                                             \
	} while (0)

#define FLAGS(to_str, from_str)                                                                           \
	do {                                                                                              \
		static const char *const texts[] = { "up", "up,running", " up", "up, running", "foo,up", "UP", "learning", \
						     "hairpin_mode,flood", "rs_sent", "ready,ra_managed", "", "7", "nonsense" }; \
		char buf[512], small[9];                                                                  \
                                                                                                          \
		printf("%s:", #to_str);                                                                   \
		for (int i = 0; i < 32; i++)                                                              \
			printf(" %s", to_str((int)(1u << i), buf, sizeof buf));                           \
		printf(" %s", to_str(-1, buf, sizeof buf));                                               \
		printf(" %s\n%s:", to_str(-1, small, sizeof small), #from_str);                           \
		for (size_t i = 0; i < COUNT(texts); i++)                                                 \
			printf(" %s=%d", texts[i], from_str(texts[i]));                                   \
		printf("\n");                                                                             \
	} while (0)

static void tables(void)
{
	TABLE(rtnl_link_stat2str, rtnl_link_str2stat);
	TABLE(rtnl_link_operstate2str, rtnl_link_str2operstate);
	TABLE(rtnl_link_mode2str, rtnl_link_str2mode);
	TABLE(rtnl_link_carrier2str, rtnl_link_str2carrier);
	TABLE(rtnl_link_inet_devconf2str, rtnl_link_inet_str2devconf);
	TABLE(rtnl_link_inet6_addrgenmode2str, rtnl_link_inet6_str2addrgenmode);
	TABLE(rtnl_link_bridge_portstate2str, rtnl_link_bridge_str2portstate);
	TABLE(rtnl_link_bridge_hwmode2str, rtnl_link_bridge_str2hwmode);
	FLAGS(rtnl_link_flags2str, rtnl_link_str2flags);
	FLAGS(rtnl_link_inet6_flags2str, rtnl_link_inet6_str2flags);
	FLAGS(rtnl_link_bridge_flags2str, rtnl_link_bridge_str2flags);
}

static void names_of_attributes(void)
{
	struct rtnl_link *link = rtnl_link_alloc();
	char buf[1024];

	for (int i = 0; i < 32; i++)
		printf("attribute %d: '%s'\n", i, nl_object_attrs2str(OBJ_CAST(link), 1u << i, buf, sizeof buf));
	rtnl_link_put(link);
}

static void numbers(struct rtnl_link *link)
{
	uint32_t u32 = 0;
	int32_t s32 = 0;
	int answer;

	printf("  mtu %u txqlen %u group %u flags %x", rtnl_link_get_mtu(link), rtnl_link_get_txqlen(link), rtnl_link_get_group(link), rtnl_link_get_flags(link));
	printf(" ifindex %d family %d arptype %u", rtnl_link_get_ifindex(link), rtnl_link_get_family(link), rtnl_link_get_arptype(link));
	printf(" link %d master %d carrier %u", rtnl_link_get_link(link), rtnl_link_get_master(link), rtnl_link_get_carrier(link));
	printf(" operstate %u linkmode %u promiscuity %u", rtnl_link_get_operstate(link), rtnl_link_get_linkmode(link), rtnl_link_get_promiscuity(link));
	printf(" queues %u %u", rtnl_link_get_num_tx_queues(link), rtnl_link_get_num_rx_queues(link));
	printf(" ns %d %d", rtnl_link_get_ns_fd(link), (int)rtnl_link_get_ns_pid(link));
	answer = rtnl_link_get_link_netnsid(link, &s32);
	printf(" netnsid %d %d", answer, s32);
	answer = rtnl_link_get_num_vf(link, &u32);
	printf(" vfs %d %u", answer, u32);
	answer = rtnl_link_get_carrier_changes(link, &u32);
	printf(" changes %d %u", answer, u32);
	answer = rtnl_link_get_gso_max_segs(link, &u32);
	printf(" gso %d %u", answer, u32);
	answer = rtnl_link_get_gso_max_size(link, &u32);
	printf(" %d %u\n", answer, u32);
}

static const char *or_none(const char *text)
{
	return text ? text : "none";
}

static void show_data(const char *what, struct nl_data *data)
{
	printf(" %s ", what);
	if (data)
		hex(nl_data_get(data), nl_data_get_size(data));
	else
		printf("none\n");
}

static void getters(struct rtnl_link *link)
{
	numbers(link);
	printf("  name %s qdisc %s alias %s", or_none(rtnl_link_get_name(link)), or_none(rtnl_link_get_qdisc(link)), or_none(rtnl_link_get_ifalias(link)));
	printf(" type %s slave %s port %s", or_none(rtnl_link_get_type(link)), or_none(rtnl_link_get_slave_type(link)), rtnl_link_get_phys_port_name(link));
	printf(" addr %s", text_of_addr(rtnl_link_get_addr(link)));
	printf(" broadcast %s", text_of_addr(rtnl_link_get_broadcast(link)));
	show_data("port id", rtnl_link_get_phys_port_id(link));
	show_data(" switch id", rtnl_link_get_phys_switch_id(link));
	printf("  stats");
	for (int id = -1; id < 67; id++)
		printf(" %llu", (unsigned long long)rtnl_link_get_stat(link, id));
	printf("\n");
}

/* The family of a link and the one that changes it must be the same: stock ends the program otherwise. It also
 * takes the name from the changes, where that stays as it is. */
static void requests(struct rtnl_link *link)
{
	struct rtnl_link *other = rtnl_link_alloc(), *changes = (struct rtnl_link *)nl_object_clone(OBJ_CAST(link));

	BUILT(rtnl_link, add_request, link, , 0x600);
	if (rtnl_link_get_ifindex(link) || rtnl_link_get_name(link))
		BUILT(rtnl_link, delete_request, link);
	rtnl_link_set_family(other, rtnl_link_get_family(link));
	rtnl_link_set_ifindex(other, 7);
	rtnl_link_set_name(other, "foo");
	rtnl_link_set_flags(other, IFF_UP | IFF_MULTICAST);
	BUILT(rtnl_link, change_request, other, , changes, 0);
	rtnl_link_put(changes);
	rtnl_link_put(other);
}

#define SETTERS 28

static int set(struct rtnl_link *link, int which, unsigned int value)
{
	static const char *const texts[] = { "foo", "", "a name of fifteen", "0123456789012345678901234567890123456789", "x" };
	static const char *const addrs[] = { "02:00:00:00:00:01", "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00", "1:2:3:4:5:6:7:8", "2001:db8::1", "10.0.0.1" };
	const char *text = texts[value % COUNT(texts)];
	struct nl_addr *ll = addr(addrs[value % COUNT(addrs)], AF_UNSPEC);
	int answer = 0;

	switch (which) {
	case 0: rtnl_link_set_qdisc(link, text); break;
	case 1: rtnl_link_set_name(link, text); break;
	case 2: rtnl_link_set_group(link, value); break;
	case 3: rtnl_link_set_flags(link, value); break;
	case 4: rtnl_link_unset_flags(link, value); break;
	case 5: rtnl_link_set_mtu(link, value); break;
	case 6: rtnl_link_set_txqlen(link, value); break;
	case 7: rtnl_link_set_ifindex(link, (int)value); break;
	case 8: rtnl_link_set_arptype(link, value); break;
	case 9: rtnl_link_set_addr(link, ll); break;
	case 10: rtnl_link_set_broadcast(link, ll); break;
	case 11: rtnl_link_set_link(link, (int)value); break;
	case 12: rtnl_link_set_master(link, (int)value); break;
	case 13: rtnl_link_set_carrier(link, (uint8_t)value); break;
	case 14: rtnl_link_set_operstate(link, (uint8_t)value); break;
	case 15: rtnl_link_set_linkmode(link, (uint8_t)value); break;
	case 16: answer = rtnl_link_set_link_netnsid(link, (int)value); break;
	case 17: rtnl_link_set_ifalias(link, value % 7 == 0 ? NULL : text); break;
	case 18: answer = rtnl_link_set_stat(link, (rtnl_link_stat_id_t)(value % 70), value * 1000003ULL); break;
	case 19: answer = rtnl_link_set_slave_type(link, value % 7 == 0 ? NULL : text); break;
	case 20: rtnl_link_set_promiscuity(link, value); break;
	case 21: rtnl_link_set_num_tx_queues(link, value); break;
	case 22: rtnl_link_set_num_rx_queues(link, value); break;
	case 23: rtnl_link_set_ns_fd(link, (int)value); break;
	case 24: rtnl_link_set_ns_pid(link, (int)value); break;
	case 25: answer = rtnl_link_inet_set_conf(link, value % 35, value); break;
	case 26: answer = rtnl_link_inet6_set_addr_gen_mode(link, (uint8_t)value); break;
	case 27: answer = value % 2 ? rtnl_link_inet6_set_token(link, ll) : rtnl_link_inet6_set_flags(link, value); break;
	}
	nl_addr_put(ll);
	return answer;
}

static void look(struct rtnl_link *link, struct rtnl_link *other)
{
	getters(link);
	show(OBJ_CAST(link), OBJ_CAST(other));
	requests(link);
}

static void one_at_a_time(void)
{
	struct rtnl_link *none = rtnl_link_alloc();

	look(none, none);
	for (int which = 0; which < SETTERS; which++)
		for (size_t i = 0; i < COUNT(VALUES) + 6; i++) {
			unsigned int value = i < COUNT(VALUES) ? (unsigned int)VALUES[i] : (unsigned int)(i * 7);
			struct rtnl_link *link = rtnl_link_alloc();
			int answer = set(link, which, value);

			printf("-- setter %d value %u: %d\n", which, value, answer);
			look(link, none);
			rtnl_link_put(link);
		}
	rtnl_link_put(none);
}

static void many(void)
{
	struct rtnl_link *before = rtnl_link_alloc();

	for (int round = 0; round < 500; round++) {
		struct rtnl_link *link = rtnl_link_alloc();

		printf("-- round %d\n", round);
		for (unsigned int n = dice(20); n > 0; n--)
			set(link, (int)dice(SETTERS), dice(2) ? dice(9) : dice(70000));
		look(link, before);
		rtnl_link_put(before);
		before = link;
	}
	rtnl_link_put(before);
}

/* Links of each family. Stock does not survive comparing two of IPv4 or IPv6. */
static void families(void)
{
	static const int numbers[] = { AF_UNSPEC, AF_INET, AF_BRIDGE, AF_INET6, AF_X25, 77, -1 };

	for (size_t i = 0; i < COUNT(numbers); i++)
		for (size_t j = 0; j < COUNT(numbers); j++) {
			struct rtnl_link *link = rtnl_link_alloc(), *none = rtnl_link_alloc();

			printf("-- family %d, then %d\n", numbers[i], numbers[j]);
			rtnl_link_set_family(link, numbers[i]);
			if (numbers[i] == AF_BRIDGE)
				printf("cost %d\n", rtnl_link_bridge_set_cost(link, 5));
			rtnl_link_set_family(link, numbers[j]);
			printf("bridge %d\n", rtnl_link_is_bridge(link));
			dumps(OBJ_CAST(link));
			BUILT(rtnl_link, add_request, link, , 0);
			printf("diff %llx\n", (unsigned long long)nl_object_diff64(OBJ_CAST(link), OBJ_CAST(none)));
			rtnl_link_put(link);
			rtnl_link_put(none);
		}
}

static void show_bridge(struct rtnl_link *link)
{
	struct rtnl_link_bridge_vlan *vlan = rtnl_link_bridge_get_port_vlan(link);
	uint32_t cost = 0;
	uint16_t mode = 0;
	int answer;

	printf("  state %d priority %d", rtnl_link_bridge_get_port_state(link), rtnl_link_bridge_get_priority(link));
	answer = rtnl_link_bridge_get_cost(link, &cost);
	printf(" cost %d %u flags %x", answer, cost, rtnl_link_bridge_get_flags(link));
	answer = rtnl_link_bridge_get_hwmode(link, &mode);
	printf(" mode %d %u pvid %d vlan %d ext %d\n", answer, mode, rtnl_link_bridge_pvid(link), rtnl_link_bridge_has_vlan(link), rtnl_link_bridge_has_ext_info(link));
	if (vlan) {
		printf("  vlans %u ", vlan->pvid);
		hex(vlan->vlan_bitmap, 40);
	}
}

static void bridges(void)
{
	struct rtnl_link *none = rtnl_link_alloc();

	rtnl_link_set_family(none, AF_BRIDGE);
	for (int round = 0; round < 300; round++) {
		struct rtnl_link *link = rtnl_link_alloc(), *copy;

		rtnl_link_set_family(link, AF_BRIDGE);
		printf("-- bridge %d:", round);
		for (unsigned int n = dice(6); n > 0; n--) {
			unsigned int value = dice(2) ? dice(8) : dice(300);

			switch (dice(7)) {
			case 0: printf(" state %d", rtnl_link_bridge_set_port_state(link, (uint8_t)value)); break;
			case 1: printf(" priority %d", rtnl_link_bridge_set_priority(link, (uint16_t)value)); break;
			case 2: printf(" cost %d", rtnl_link_bridge_set_cost(link, value)); break;
			case 3: printf(" flags %d", rtnl_link_bridge_set_flags(link, value)); break;
			case 4: printf(" unflags %d", rtnl_link_bridge_unset_flags(link, value)); break;
			case 5: printf(" mode %d", rtnl_link_bridge_set_hwmode(link, (uint16_t)value)); break;
			case 6: printf(" self %d", rtnl_link_bridge_set_self(link)); break;
			}
		}
		printf("\n");
		show_bridge(link);
		show(OBJ_CAST(link), OBJ_CAST(none));
		requests(link);
		copy = (struct rtnl_link *)nl_object_clone(OBJ_CAST(link));
		show_bridge(copy);
		rtnl_link_put(copy);
		rtnl_link_put(link);
	}
	rtnl_link_put(none);
}

static const struct shape info[] = { { IFLA_INFO_KIND, 0, NULL }, { IFLA_INFO_KIND, 0, NULL }, { IFLA_INFO_SLAVE_KIND, 0, NULL }, { IFLA_INFO_DATA, 4, NULL }, { 0, 0, NULL } };
static const struct shape inet[] = { { IFLA_INET_CONF, 4, NULL }, { IFLA_INET_CONF, 40, NULL }, { IFLA_INET_CONF, 128, NULL }, { IFLA_INET_CONF, 160, NULL }, { 0, 0, NULL } };
static const struct shape inet6[] = { { IFLA_INET6_FLAGS, 4, NULL }, { IFLA_INET6_CONF, 4, NULL }, { IFLA_INET6_CONF, 204, NULL }, { IFLA_INET6_CONF, 240, NULL },
				      { IFLA_INET6_STATS, 248, NULL }, { IFLA_INET6_STATS, 256, NULL }, { IFLA_INET6_STATS, 296, NULL }, { IFLA_INET6_CACHEINFO, 16, NULL },
				      { IFLA_INET6_ICMP6STATS, 48, NULL }, { IFLA_INET6_TOKEN, 16, NULL }, { IFLA_INET6_ADDR_GEN_MODE, 1, NULL }, { 0, 0, NULL } };
static const struct shape specs[] = { { AF_INET, 0, inet }, { AF_INET6, 0, inet6 }, { AF_X25, 4, NULL }, { 0, 0, NULL } };
static const struct shape port[] = { { IFLA_BRPORT_STATE, 1, NULL }, { IFLA_BRPORT_PRIORITY, 2, NULL }, { IFLA_BRPORT_COST, 4, NULL }, { IFLA_BRPORT_MODE, 1, NULL },
				     { IFLA_BRPORT_GUARD, 1, NULL }, { IFLA_BRPORT_PROTECT, 1, NULL }, { IFLA_BRPORT_FAST_LEAVE, 1, NULL }, { IFLA_BRPORT_LEARNING, 1, NULL },
				     { IFLA_BRPORT_UNICAST_FLOOD, 1, NULL }, { IFLA_BRPORT_LEARNING_SYNC, 1, NULL }, { IFLA_BRPORT_PROXYARP, 1, NULL }, { 0, 0, NULL } };
static const struct shape vlans[] = { { IFLA_BRIDGE_MODE, 4, NULL }, { IFLA_BRIDGE_VLAN_INFO, 4, NULL }, { IFLA_BRIDGE_VLAN_INFO, 4, NULL }, { 9, 4, NULL }, { 0, 0, NULL } };

#define COMMON                                                                                            \
	{ IFLA_IFNAME, 0, NULL }, { IFLA_IFNAME, 0, NULL }, { IFLA_IFNAME, 0, NULL }, { IFLA_ADDRESS, 6, NULL }, { IFLA_BROADCAST, 6, NULL }, { IFLA_MTU, 4, NULL }, { IFLA_LINK, 4, NULL }, \
		{ IFLA_QDISC, 0, NULL }, { IFLA_STATS, 96, NULL }, { IFLA_STATS, 92, NULL }, { IFLA_STATS64, 192, NULL }, { IFLA_STATS64, 184, NULL }, { IFLA_MASTER, 4, NULL }, \
		{ IFLA_TXQLEN, 4, NULL }, { IFLA_MAP, 32, NULL }, { IFLA_WEIGHT, 4, NULL }, { IFLA_OPERSTATE, 1, NULL }, { IFLA_LINKMODE, 1, NULL }, { IFLA_NET_NS_PID, 4, NULL }, \
		{ IFLA_IFALIAS, 0, NULL }, { IFLA_NUM_VF, 4, NULL }, { IFLA_GROUP, 4, NULL }, { IFLA_NET_NS_FD, 4, NULL }, { IFLA_PROMISCUITY, 4, NULL }, \
		{ IFLA_NUM_TX_QUEUES, 4, NULL }, { IFLA_NUM_RX_QUEUES, 4, NULL }, { IFLA_CARRIER, 1, NULL }, { IFLA_PHYS_PORT_ID, 7, NULL }, { IFLA_CARRIER_CHANGES, 4, NULL }, \
		{ IFLA_PHYS_SWITCH_ID, 5, NULL }, { IFLA_LINK_NETNSID, 4, NULL }, { IFLA_PHYS_PORT_NAME, 0, NULL }, { IFLA_GSO_MAX_SEGS, 4, NULL }, \
		{ IFLA_GSO_MAX_SIZE, 4, NULL }, { IFLA_LINKINFO, 0, info }, { 99, 4, NULL }

static const struct shape plain[] = { COMMON, { IFLA_AF_SPEC, 0, specs }, { IFLA_AF_SPEC, 0, specs }, { IFLA_AF_SPEC, 0, specs }, { 0, 0, NULL } };
static const struct shape bridged[] = { COMMON, { IFLA_PROTINFO, 0, port }, { IFLA_PROTINFO, 0, port }, { IFLA_PROTINFO, 1, NULL }, { IFLA_AF_SPEC, 0, vlans }, { 0, 0, NULL } };
static const struct shape of_ip6[] = { COMMON, { IFLA_PROTINFO, 0, inet6 }, { IFLA_PROTINFO, 0, inet6 }, { IFLA_AF_SPEC, 0, specs }, { 0, 0, NULL } };
static const struct shape only_inet6[] = { { IFLA_IFNAME, 0, NULL }, { IFLA_AF_SPEC, 0, specs }, { 0, 0, NULL } };

static void keep(struct nl_object *obj, void *arg)
{
	nl_object_get(obj);
	*(struct nl_object **)arg = obj;
}

static void some_header(void *data)
{
	struct ifinfomsg *head = data;

	head->ifi_type = (unsigned short)(dice(3) ? ARPHRD_ETHER : dice(1000));
	head->ifi_index = (int)dice(4);
	head->ifi_flags = dice(2) ? dice(1 << 19) : 0x1043;
	head->ifi_change = dice(4);
}

static void bridge_header(void *data)
{
	some_header(data);
	((struct ifinfomsg *)data)->ifi_family = AF_BRIDGE;
}

static void ip6_header(void *data)
{
	some_header(data);
	((struct ifinfomsg *)data)->ifi_family = AF_INET6;
}

static void ip_header(void *data)
{
	some_header(data);
	((struct ifinfomsg *)data)->ifi_family = AF_INET;
}

static void messages(void)
{
	static const int path[] = { 0 }, in_inet[] = { IFLA_AF_SPEC, AF_INET, 0 }, in_inet6[] = { IFLA_AF_SPEC, AF_INET6, 0 };
	static const int in_port[] = { IFLA_PROTINFO, 0 }, in_vlans[] = { IFLA_AF_SPEC, 0 };

	/* What stock reads past its end. */
	never = IFLA_LINK_NETNSID;
	parse_some(NETLINK_ROUTE, RTM_NEWLINK, plain, sizeof(struct ifinfomsg), some_header, 1500);
	parse_some(NETLINK_ROUTE, RTM_NEWLINK, bridged, sizeof(struct ifinfomsg), bridge_header, 700);
	parse_some(NETLINK_ROUTE, RTM_DELLINK, of_ip6, sizeof(struct ifinfomsg), ip6_header, 400);
	parse_some(NETLINK_ROUTE, RTM_SETLINK, plain, sizeof(struct ifinfomsg), ip_header, 200);
	parse_some(NETLINK_ROUTE, RTM_NEWLINK, only_inet6, sizeof(struct ifinfomsg), some_header, 500);
	lengths(NETLINK_ROUTE, RTM_NEWLINK, sizeof(struct ifinfomsg), some_header, path, 0, 60);
	lengths(NETLINK_ROUTE, RTM_NEWLINK, sizeof(struct ifinfomsg), some_header, in_inet, 0, 4);
	lengths(NETLINK_ROUTE, RTM_NEWLINK, sizeof(struct ifinfomsg), some_header, in_inet6, 0, 12);
	lengths(NETLINK_ROUTE, RTM_NEWLINK, sizeof(struct ifinfomsg), bridge_header, in_port, 0, 40);
	lengths(NETLINK_ROUTE, RTM_NEWLINK, sizeof(struct ifinfomsg), bridge_header, in_vlans, 0, 6);
}

/* Counters of IPv6 as Linux 6.8 and later order them: 100 for the first one, and so on. */
static void counters(void)
{
	struct ifinfomsg head = { .ifi_index = 3 };
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWLINK, 0);
	struct nl_object *link = NULL;
	struct nlattr *spec, *of_inet6;
	uint64_t values[38];

	for (uint64_t i = 0; i < 38; i++)
		values[i] = 99 + i;
	nlmsg_set_proto(msg, NETLINK_ROUTE);
	MUST(nlmsg_append(msg, &head, sizeof head, NLMSG_ALIGNTO) == 0 && nla_put_string(msg, IFLA_IFNAME, "name") == 0);
	spec = nla_nest_start(msg, IFLA_AF_SPEC);
	of_inet6 = nla_nest_start(msg, AF_INET6);
	MUST(nla_put(msg, IFLA_INET6_STATS, sizeof values, values) == 0);
	nla_nest_end(msg, of_inet6);
	nla_nest_end(msg, spec);
	MUST(nl_msg_parse(msg, keep, &link) == 0 && link);
	printf("fix counters");
	for (int id = RTNL_LINK_IP6_INPKTS; id <= RTNL_LINK_REASM_OVERLAPS; id++)
		printf(" %llu", (unsigned long long)rtnl_link_get_stat((struct rtnl_link *)link, (rtnl_link_stat_id_t)id));
	printf("\n");
	nl_object_put(link);
	nlmsg_free(msg);
}

static void policy(void)
{
	for (int i = 0; i < 52; i++)
		printf("policy %d: %u %u %u\n", i, rtln_link_policy[i].type, rtln_link_policy[i].minlen, rtln_link_policy[i].maxlen);
}

static void asked(const char *what, int index, const char *name)
{
	struct nl_msg *msg = NULL;
	int err = rtnl_link_build_get_request(index, name, &msg);

	say_msg(what, err, msg);
}

static struct rtnl_link *named(const char *name, int index, int family)
{
	struct rtnl_link *link = rtnl_link_alloc();

	rtnl_link_set_name(link, name);
	rtnl_link_set_ifindex(link, index);
	rtnl_link_set_family(link, family);
	return link;
}

static void caches(void)
{
	struct nl_dump_params params = { .dp_type = NL_DUMP_LINE, .dp_fd = stdout };
	struct rtnl_link *links[5] = { named("one", 1, 0), named("two", 2, 0), named("two", 2, AF_BRIDGE), named("one", 1, 0), named("three", 3, AF_INET6) };
	struct nl_cache *cache, *other;
	char buf[32] = "before";

	MUST(nl_cache_alloc_name("route/link", &cache) == 0 && nl_cache_alloc_name("route/addr", &other) == 0);
	for (int i = 0; i < 5; i++) {
		rtnl_link_set_master(links[i], i * 2);
		rtnl_link_set_link(links[i], i);
		nl_object_dump(OBJ_CAST(links[i]), &params);
		printf("add %d\n", nl_cache_add(cache, OBJ_CAST(links[i])));
	}
	nl_cache_dump(cache, &params);
	for (int i = 0; i < 5; i++) {
		struct rtnl_link *found = rtnl_link_get(cache, i);

		printf("get %d: %s of family %d, %s\n", i, found ? rtnl_link_get_name(found) : "none", found ? rtnl_link_get_family(found) : 0,
		       or_none(rtnl_link_i2name(cache, i, buf, sizeof buf)));
		rtnl_link_put(found);
	}
	printf("cut %s, name2i %d %d %d\n", rtnl_link_i2name(cache, 3, buf, 3), rtnl_link_name2i(cache, "two"), rtnl_link_name2i(cache, "four"), rtnl_link_name2i(cache, ""));
	printf("other cache %p %p\n", (void *)rtnl_link_get(other, 1), (void *)rtnl_link_get_by_name(other, "one"));
	nl_cache_mngt_provide(cache);
	nl_object_dump(OBJ_CAST(links[3]), &params);
	nl_cache_mngt_unprovide(cache);
	for (int i = 0; i < 5; i++)
		rtnl_link_put(links[i]);
	nl_cache_free(cache);
	nl_cache_free(other);
}

/* The kernel's own link in a new namespace. */
static void kernel(void)
{
	struct nl_sock *sock = nl_socket_alloc();
	struct rtnl_link *link = NULL, *changes = rtnl_link_alloc(), *none = rtnl_link_alloc();
	struct nl_dump_params params = { .dp_type = NL_DUMP_LINE, .dp_fd = stdout };
	struct nl_cache *cache = NULL;
	int answer;

	MUST(nl_connect(sock, NETLINK_ROUTE) == 0);
	for (int family = -1; family < 12; family++)
		for (unsigned int flags = 0; flags < 2; flags++) {
			answer = rtnl_link_alloc_cache_flags(sock, family, &cache, flags);
			printf("family %d flags %u: %d, %d\n", family, flags, answer, answer ? 0 : nl_cache_nitems(cache));
			if (answer)
				continue;
			nl_cache_dump(cache, &params);
			nl_cache_free(cache);
		}
	answer = rtnl_link_get_kernel(sock, 0, "lo", &link);
	printf("get %d\n", answer);
	nl_object_dump(OBJ_CAST(link), &params);
	rtnl_link_set_mtu(changes, 1234);
	rtnl_link_set_flags(changes, IFF_UP);
	printf("change %d\n", rtnl_link_change(sock, link, changes, 0));
	rtnl_link_put(link);
	printf("get %d\n", rtnl_link_get_kernel(sock, 1, NULL, &link));
	printf("mtu %u flags %x\n", rtnl_link_get_mtu(link), rtnl_link_get_flags(link));
	printf("none: get %d", rtnl_link_get_kernel(sock, 77, NULL, &none));
	printf(" %d", rtnl_link_get_kernel(sock, 0, "nothing", &none));
	printf(" delete %d", rtnl_link_delete(sock, link));
	printf(" enslave %d", rtnl_link_enslave_ifindex(sock, 1, 1));
	printf(" %d", rtnl_link_enslave_ifindex(sock, 7, 8));
	printf(" release %d\n", rtnl_link_release_ifindex(sock, 1));
	rtnl_link_put(link);
	rtnl_link_put(changes);
	rtnl_link_put(none);
	nl_socket_free(sock);
}

int main(void)
{
	tables();
	names_of_attributes();
	one_at_a_time();
	many();
	families();
	bridges();
	messages();
	counters();
	policy();
	asked("get", 5, NULL);
	asked("get", 0, "abc");
	asked("get", -1, "abc");
	asked("get", 7, "a very very very long name of a link");
	caches();
	kernel();
	return 0;
}
