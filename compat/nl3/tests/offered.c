/* SPDX-License-Identifier: MIT OR Apache-2.0
 * What dumps say of links while a cache of links is offered to the whole program, for objects of every type; and which
 * groups a manager joins for each type of caches. */
#include "objects.h"
#include <linux/if_bridge.h>
#include <linux/neighbour.h>
#include <linux/netconf.h>
#include <linux/rtnetlink.h>
#include <netlink/route/link.h>
#include <netlink/route/mdb.h>
#include <netlink/route/tc.h>

/* A number that the cache knows, and one that it does not. */
static unsigned int known = 7, unknown = 9;

static struct nl_msg *begin(int type, const void *head, size_t len)
{
	struct nl_msg *msg = nlmsg_alloc_simple(type, 0);

	MUST(nlmsg_append(msg, (void *)head, len, NLMSG_ALIGNTO) == 0);
	nlmsg_set_proto(msg, NETLINK_ROUTE);
	return msg;
}

static struct nl_msg *link_message(unsigned int index)
{
	struct ifinfomsg head = { .ifi_family = AF_UNSPEC, .ifi_index = 20 };
	struct nl_msg *msg = begin(RTM_NEWLINK, &head, sizeof head);

	nla_put_string(msg, IFLA_IFNAME, "some");
	nla_put_u32(msg, IFLA_LINK, index);
	nla_put_u32(msg, IFLA_MASTER, index);
	return msg;
}

static struct nl_msg *addr_message(unsigned int index)
{
	struct ifaddrmsg head = { .ifa_family = AF_INET, .ifa_prefixlen = 24, .ifa_index = index };
	struct nl_msg *msg = begin(RTM_NEWADDR, &head, sizeof head);

	nla_put_u32(msg, IFA_LOCAL, htonl(0xc0000201));
	return msg;
}

static struct nl_msg *route_message(unsigned int index)
{
	struct rtmsg head = { .rtm_family = AF_INET, .rtm_dst_len = 24, .rtm_table = RT_TABLE_MAIN, .rtm_type = RTN_UNICAST };
	struct rtnexthop hops[2] = { { .rtnh_len = sizeof *hops, .rtnh_ifindex = (int)index }, { .rtnh_len = sizeof *hops, .rtnh_ifindex = 1 } };
	struct nl_msg *msg = begin(RTM_NEWROUTE, &head, sizeof head);

	nla_put_u32(msg, RTA_DST, htonl(0xc0000200));
	nla_put_u32(msg, RTA_IIF, index);
	nla_put(msg, RTA_MULTIPATH, sizeof hops, hops);
	return msg;
}

static struct nl_msg *neigh_message(unsigned int index)
{
	struct ndmsg head = { .ndm_family = AF_BRIDGE, .ndm_ifindex = (int)index, .ndm_state = NUD_REACHABLE };
	struct nl_msg *msg = begin(RTM_NEWNEIGH, &head, sizeof head);

	nla_put(msg, NDA_LLADDR, 6, "\2\0\0\0\0\1");
	nla_put_u32(msg, NDA_MASTER, index);
	return msg;
}

static struct nl_msg *neightbl_message(unsigned int index)
{
	struct ndtmsg head = { .ndtm_family = AF_INET };
	struct nl_msg *msg = begin(RTM_NEWNEIGHTBL, &head, sizeof head);
	struct nlattr *parms;

	nla_put_string(msg, NDTA_NAME, "arp_cache");
	parms = nla_nest_start(msg, NDTA_PARMS);
	nla_put_u32(msg, NDTPA_IFINDEX, index);
	nla_nest_end(msg, parms);
	return msg;
}

static struct nl_msg *netconf_message(unsigned int index)
{
	struct netconfmsg head = { .ncm_family = AF_INET };
	struct nl_msg *msg = begin(RTM_NEWNETCONF, &head, sizeof head);

	nla_put_s32(msg, NETCONFA_IFINDEX, (int)index);
	nla_put_s32(msg, NETCONFA_FORWARDING, 1);
	return msg;
}

static struct nl_msg *mdb_message(unsigned int index)
{
	struct br_port_msg head = { .family = AF_BRIDGE, .ifindex = index };
	struct br_mdb_entry group = { .ifindex = index, .state = MDB_PERMANENT, .vid = 3, .addr = { .proto = htons(0x0800) } };
	struct nl_msg *msg = begin(RTM_NEWMDB, &head, sizeof head);
	struct nlattr *mdb = nla_nest_start(msg, MDBA_MDB), *entry = nla_nest_start(msg, MDBA_MDB_ENTRY);

	group.addr.u.ip4 = htonl(0xefffff01);
	nla_put(msg, MDBA_MDB_ENTRY_INFO, sizeof group, &group);
	nla_nest_end(msg, entry);
	nla_nest_end(msg, mdb);
	return msg;
}

static struct nl_msg *qdisc_message(unsigned int index)
{
	struct tcmsg head = { .tcm_ifindex = (int)index, .tcm_handle = TC_HANDLE(1, 0), .tcm_parent = TC_H_ROOT };
	struct nl_msg *msg = begin(RTM_NEWQDISC, &head, sizeof head);

	nla_put_string(msg, TCA_KIND, "noqueue");
	return msg;
}

static struct nl_msg *(*const makers[])(unsigned int) = { link_message, addr_message, route_message, neigh_message, neightbl_message,
							  netconf_message, mdb_message, qdisc_message };

static void parsed(struct nl_object *obj, void *arg)
{
	(void)arg;
	printf("-- %s\n", nl_object_get_type(obj));
	dump_forms(obj);
}

static void all(const char *when)
{
	printf("== %s\n", when);
	for (size_t i = 0; i < COUNT(makers); i++)
		for (int which = 0; which < 2; which++) {
			struct nl_msg *msg = makers[i](which ? unknown : known);

			printf("parsed %d\n", nl_msg_parse(msg, parsed, NULL));
			nlmsg_free(msg);
		}
}

static struct nl_cache *links(int family)
{
	struct rtnl_link *link = rtnl_link_alloc();
	struct nl_cache *cache;

	MUST(nl_cache_alloc_name("route/link", &cache) == 0);
	rtnl_link_set_ifindex(link, (int)known);
	rtnl_link_set_family(link, family);
	rtnl_link_set_name(link, "known");
	MUST(nl_cache_add(cache, OBJ_CAST(link)) == 0);
	rtnl_link_put(link);
	return cache;
}

static void names(void)
{
	static const int families[] = { AF_UNSPEC, AF_INET6 };

	all("no cache is offered");
	for (size_t i = 0; i < COUNT(families); i++) {
		struct nl_cache *cache = links(families[i]);

		nl_cache_mngt_provide(cache);
		all(i ? "a cache is offered that knows it of IPv6 alone" : "a cache is offered");
		nl_cache_mngt_unprovide(cache);
		nl_cache_free(cache);
	}
}

/* Which groups the socket with that number is in, as the kernel tells. */
static void say_groups(uint32_t port)
{
	FILE *file = fopen("/proc/self/net/netlink", "r");
	unsigned int protocol, pid, groups;
	char line[300];

	MUST(file);
	while (fgets(line, sizeof line, file))
		if (sscanf(line, "%*s %u %u %x", &protocol, &pid, &groups) == 3 && pid == port)
			printf(" protocol %u groups %08x", protocol, groups);
	fclose(file);
}

static void groups(int protocol, const char *type)
{
	struct nl_sock *sock = nl_socket_alloc();
	struct nl_cache_mngr *mngr;
	struct nl_cache *cache = NULL;

	MUST(nl_cache_mngr_alloc(sock, protocol, 0, &mngr) == 0);
	printf("%s: %d", type, nl_cache_mngr_add(mngr, type, NULL, NULL, &cache));
	say_groups(nl_socket_get_local_port(sock));
	printf("\n");
	nl_cache_mngr_free(mngr);
	nl_socket_free(sock);
}

static void count(struct nl_cache_ops *ops, void *arg)
{
	(void)ops;
	++*(int *)arg;
}

int main(void)
{
	static const char *const types[] = { "link", "addr", "route", "neigh", "neightbl", "rule", "qdisc", "class", "cls", "act", "mdb", "netconf" };

	int number = 0;

	setvbuf(stdout, NULL, _IONBF, 0);
	nl_cache_ops_foreach(count, &number);
	printf("types of loaded libraries: %d\n", number);
	for (size_t i = 0; i < COUNT(types); i++) {
		char type[30];

		snprintf(type, sizeof type, "route/%s", types[i]);
		groups(NETLINK_ROUTE, type);
	}
	groups(NETLINK_GENERIC, "genl/family");
	names();
	return 0;
}
