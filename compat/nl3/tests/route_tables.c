/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Tables of neighbours, configurations of interfaces, and what a route lookup in a single table says. */
#include "objects.h"
#include <linux/neighbour.h>
#include <linux/netconf.h>
#include <linux/rtnetlink.h>
#include <netlink/fib_lookup/lookup.h>
#include <netlink/route/neightbl.h>
#include <netlink/route/netconf.h>

static const int numbers[] = { 0, 1, 2, 3, 4, 5, 6, 10, 128, 255, 256, 70000, 1000000 };

enum { SETTERS = 19, VALUES = COUNT(numbers) };

static int sent_wrongly;

static void set(struct rtnl_neightbl *tbl, int which, int value)
{
	static void (*const ints[])(struct rtnl_neightbl *, int) = {
		rtnl_neightbl_set_family, rtnl_neightbl_set_gc_tresh1, rtnl_neightbl_set_gc_tresh2, rtnl_neightbl_set_gc_tresh3, rtnl_neightbl_set_dev,
		rtnl_neightbl_set_queue_len, rtnl_neightbl_set_proxy_queue_len, rtnl_neightbl_set_app_probes, rtnl_neightbl_set_ucast_probes,
		rtnl_neightbl_set_mcast_probes };
	static void (*const times[])(struct rtnl_neightbl *, uint64_t) = {
		rtnl_neightbl_set_gc_interval, rtnl_neightbl_set_base_reachable_time, rtnl_neightbl_set_retrans_time, rtnl_neightbl_set_gc_stale_time,
		rtnl_neightbl_set_delay_probe_time, rtnl_neightbl_set_anycast_delay, rtnl_neightbl_set_proxy_delay, rtnl_neightbl_set_locktime };
	static const char *const names[] = { "arp_cache", "", "ndisc_cache", "0123456789012345678901234567890123456789" };

	/* Stock sends the second threshold twice, the third one not at all, and another time as that before the first probe. */
	if (which == 2 || which == 3 || which == 14)
		sent_wrongly = 1;
	if (which < 10)
		ints[which](tbl, numbers[value]);
	else if (which < 18)
		times[which - 10](tbl, (uint64_t)numbers[value]);
	else
		rtnl_neightbl_set_name(tbl, names[(unsigned int)value % COUNT(names)]);
}

static void all(struct rtnl_neightbl *tbl)
{
	struct rtnl_neightbl *old = rtnl_neightbl_alloc();
	struct nl_msg *msg = NULL;
	int answer;

	show(OBJ_CAST(tbl));
	show_clone(OBJ_CAST(tbl));
	rtnl_neightbl_set_name(old, "old");
	rtnl_neightbl_set_family(old, AF_INET);
	if (dice(2))
		rtnl_neightbl_set_dev(old, 3);
	if (!sent_wrongly) {
		answer = rtnl_neightbl_build_change_request(old, tbl, &msg);
		show_message(answer, msg);
	}
	rtnl_neightbl_put(old);
}

static void tables(void)
{
	struct rtnl_neightbl *before = rtnl_neightbl_alloc();

	for (int which = 0; which < SETTERS; which++)
		for (int value = 0; value < VALUES; value++) {
			struct rtnl_neightbl *tbl = rtnl_neightbl_alloc();

			sent_wrongly = 0;
			set(tbl, which, value);
			printf("-- setter %d value %d\n", which, value);
			all(tbl);
			rtnl_neightbl_put(tbl);
		}
	for (int round = 0; round < 300; round++) {
		struct rtnl_neightbl *tbl = rtnl_neightbl_alloc();

		sent_wrongly = 0;
		printf("-- round %d:", round);
		for (unsigned int n = dice(15); n > 0; n--) {
			int which = (int)dice(SETTERS), value = (int)dice(VALUES);

			set(tbl, which, value);
			printf(" %d:%d", which, value);
		}
		printf("\n");
		all(tbl);
		printf("filter %d", nl_object_match_filter(OBJ_CAST(tbl), OBJ_CAST(before)));
		printf(" diff %x", nl_object_diff(OBJ_CAST(tbl), OBJ_CAST(before)));
		printf(" identical %d\n", nl_object_identical(OBJ_CAST(tbl), OBJ_CAST(before)));
		rtnl_neightbl_put(before);
		before = tbl;
	}
	rtnl_neightbl_put(before);
}

static void put_u64(struct nl_msg *msg, int type, unsigned int bound)
{
	nla_put_u64(msg, type, dice(bound));
}

static void put_table_attribute(struct nl_msg *msg)
{
	struct nlattr *nest;
	uint64_t stats[11];

	switch (dice(8)) {
	case 0: nla_put_string(msg, NDTA_NAME, dice(2) ? "arp_cache" : "ndisc_cache"); break;
	case 1: nla_put_u32(msg, NDTA_THRESH1 + (int)dice(3), dice(3000)); break;
	case 2: put_u64(msg, NDTA_GC_INTERVAL, 100000); break;
	case 3: put_numbers(msg, NDTA_CONFIG, dice(20) ? 8 : (int)dice(8), 50000); break;
	case 4:
		for (unsigned int i = 0; i < COUNT(stats); i++)
			stats[i] = dice(100000);
		nla_put(msg, NDTA_STATS, dice(20) ? dice(2) ? 88 : 80 : 40, stats);
		break;
	case 5: put_random(msg, 10 + (int)dice(3), 4); break;
	default:
		nest = nla_nest_start(msg, NDTA_PARMS);
		for (unsigned int n = dice(10); n > 0; n--) {
			int type = (int)dice(NDTPA_MAX + 2);

			if (type == NDTPA_IFINDEX || type == NDTPA_REFCNT || (type >= NDTPA_APP_PROBES && type <= NDTPA_MCAST_PROBES) ||
			    type == NDTPA_PROXY_QLEN || type == NDTPA_QUEUE_LEN)
				nla_put_u32(msg, type, dice(5) ? dice(50) : dice(100000));
			else
				put_u64(msg, type, dice(2) ? 1000 : 100000000);
		}
		nla_nest_end(msg, nest);
	}
}

/* The second and third threshold, and the time before the first probe. */
static void sent_right(void)
{
	struct rtnl_neightbl *tbl = rtnl_neightbl_alloc();
	struct nl_msg *msg;

	rtnl_neightbl_set_gc_tresh2(tbl, 2);
	rtnl_neightbl_set_gc_tresh3(tbl, 3);
	rtnl_neightbl_set_delay_probe_time(tbl, 4);
	MUST(rtnl_neightbl_build_change_request(tbl, tbl, &msg) == 0);
	printf("fix ");
	show_message(0, msg);
	rtnl_neightbl_put(tbl);
}

static void parsed_tables(void)
{
	struct nl_object *before = NULL;

	for (int round = 0; round < 600; round++) {
		struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWNEIGHTBL, 0);
		struct ndtmsg header = { (unsigned char)(dice(2) ? AF_INET : AF_INET6), 0, 0 };

		nlmsg_append(msg, &header, dice(30) ? sizeof header : dice(4), NLMSG_ALIGNTO);
		nlmsg_set_proto(msg, NETLINK_ROUTE);
		if (dice(20))
			nla_put_string(msg, NDTA_NAME, dice(2) ? "arp_cache" : "ndisc_cache");
		for (unsigned int n = dice(7); n > 0; n--)
			put_table_attribute(msg);
		printf("-- table %d: ", round);
		hex(nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);
		if (show_parsed(msg, &before))
			show_clone(before);
		nlmsg_free(msg);
	}
	nl_object_put(before);
}

static void netconf_getters(struct rtnl_netconf *nc)
{
	static int (*const getters[])(struct rtnl_netconf *, int *) = {
		rtnl_netconf_get_family, rtnl_netconf_get_ifindex, rtnl_netconf_get_forwarding, rtnl_netconf_get_mc_forwarding,
		rtnl_netconf_get_rp_filter, rtnl_netconf_get_proxy_neigh, rtnl_netconf_get_ignore_routes_linkdown, rtnl_netconf_get_input };

	for (unsigned int i = 0; i < COUNT(getters); i++) {
		int value = 4711, answer = getters[i](nc, &value);

		printf(" %d %d", answer, value);
	}
	printf(" without %d\n", rtnl_netconf_get_family(nc, NULL));
}

static void parsed_configurations(void)
{
	struct nl_object *before = NULL;

	for (int round = 0; round < 600; round++) {
		struct nl_msg *msg = nlmsg_alloc_simple(dice(8) ? RTM_NEWNETCONF : RTM_DELNETCONF, 0);
		struct netconfmsg header = { (unsigned char)(dice(3) ? dice(2) ? AF_INET : AF_INET6 : AF_MPLS) };

		nlmsg_append(msg, &header, sizeof header, NLMSG_ALIGNTO);
		nlmsg_set_proto(msg, NETLINK_ROUTE);
		if (dice(10))
			nla_put_s32(msg, NETCONFA_IFINDEX, (int)dice(5) - 2);
		for (unsigned int n = dice(7); n > 0; n--)
			nla_put_s32(msg, (int)dice(11), dice(3) ? (int)dice(4) - 1 : (int)dice(70000));
		printf("-- configuration %d: ", round);
		hex(nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);
		if (show_parsed(msg, &before)) {
			show_clone(before);
			netconf_getters((struct rtnl_netconf *)before);
		}
		nlmsg_free(msg);
	}
	nl_object_put(before);
}

/* One with an index and, by chance, the others from `first` to `last`. */
static struct nl_object *configuration(int first, int last)
{
	struct nl_msg *msg = nlmsg_alloc_simple(dice(6) ? RTM_NEWNETCONF : RTM_DELNETCONF, 0);
	struct netconfmsg header = { dice(4) ? AF_INET : AF_INET6 };
	struct seen seen = { 0 };

	nlmsg_append(msg, &header, sizeof header, NLMSG_ALIGNTO);
	nlmsg_set_proto(msg, NETLINK_ROUTE);
	nla_put_s32(msg, NETCONFA_IFINDEX, (int)dice(3));
	for (int type = first; type <= last; type++)
		if (dice(2))
			nla_put_s32(msg, type, (int)dice(3));
	MUST(nl_msg_parse(msg, keep, &seen) == 0);
	nlmsg_free(msg);
	return seen.last;
}

static void told(const char *what, struct nl_object *obj)
{
	printf("  %s: %s", what, obj ? "" : "none\n");
	if (obj) {
		nl_object_dump_buf(obj, buf, sizeof buf);
		printf("%s  ", buf);
		netconf_getters((struct rtnl_netconf *)obj);
	}
}

static void changed(struct nl_cache *cache, struct nl_object *obj, int act, void *arg)
{
	printf("  change %d\n", act);
	told("object", obj);
}

static void changed_v2(struct nl_cache *cache, struct nl_object *old, struct nl_object *new, uint64_t diff, int act, void *arg)
{
	printf("  change %d %llx\n", act, (unsigned long long)diff);
	told("old", old);
	told("new", new);
}

/* The kernel tells of what has changed alone. */
static void changed_configurations(void)
{
	struct nl_cache *cache;

	for (int i = 0; i < 200; i++) {
		struct nl_object *old = configuration(NETCONFA_FORWARDING, NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN);
		struct nl_object *new = configuration(NETCONFA_FORWARDING, NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN);

		told("old", old);
		told("new", new);
		printf("update %d\n", nl_object_update(old, new));
		told("now", old);
		nl_object_put(old);
		nl_object_put(new);
	}
	MUST(nl_cache_alloc_name("route/netconf", &cache) == 0);
	for (int i = 0; i < 200; i++) {
		struct nl_object *obj = configuration(NETCONFA_FORWARDING, NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN);
		int answer = i % 2 ? nl_cache_include_v2(cache, obj, changed_v2, NULL) : nl_cache_include(cache, obj, changed, NULL);

		printf("include %d, %d configurations\n", answer, nl_cache_nitems(cache));
		nl_object_put(obj);
	}
	nl_cache_free(cache);
}

static struct nl_object *input(int value)
{
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWNETCONF, 0);
	struct netconfmsg header = { AF_MPLS };
	struct seen seen = { 0 };

	nlmsg_append(msg, &header, sizeof header, NLMSG_ALIGNTO);
	nlmsg_set_proto(msg, NETLINK_ROUTE);
	nla_put_s32(msg, NETCONFA_IFINDEX, 1);
	nla_put_s32(msg, NETCONFA_INPUT, value);
	MUST(nl_msg_parse(msg, keep, &seen) == 0);
	nlmsg_free(msg);
	return seen.last;
}

static void changed_input(void)
{
	struct nl_object *old = input(0), *new = input(1);
	int value = 4711;

	MUST(nl_object_update(old, new) == 0);
	MUST(rtnl_netconf_get_input((struct rtnl_netconf *)old, &value) == 0);
	printf("fix changed input %d\n", value);
	nl_object_put(old);
	nl_object_put(new);
}

static void say_netconf(const char *what, struct rtnl_netconf *nc)
{
	printf("%s: %d", what, nc != NULL);
	if (nc)
		netconf_getters(nc);
	else
		printf("\n");
	rtnl_netconf_put(nc);
}

static void kernel(void)
{
	struct nl_sock *sock = nl_socket_alloc();
	struct nl_dump_params params = { .dp_type = NL_DUMP_STATS, .dp_fd = stdout };
	struct rtnl_neightbl *tbl, *change;
	struct nl_cache *cache;

	MUST(nl_connect(sock, NETLINK_ROUTE) == 0);
	printf("tables %d", rtnl_neightbl_alloc_cache(sock, &cache));
	printf(" %d\n", nl_cache_nitems(cache));
	for (int index = 0; index < 4; index++) {
		tbl = rtnl_neightbl_get(cache, "arp_cache", index);
		printf("arp_cache of %d: %d\n", index, tbl != NULL);
		rtnl_neightbl_put(tbl);
	}
	tbl = rtnl_neightbl_get(cache, "no such", 0);
	printf("no such: %d\n", tbl != NULL);
	tbl = rtnl_neightbl_get(cache, "arp_cache", 1);
	change = rtnl_neightbl_alloc();
	rtnl_neightbl_set_locktime(change, 2000);
	printf("change %d\n", rtnl_neightbl_change(sock, tbl, change));
	rtnl_neightbl_put(change);
	rtnl_neightbl_put(tbl);
	nl_cache_free(cache);
	printf("configurations %d\n", rtnl_netconf_alloc_cache(sock, &cache));
	nl_cache_dump(cache, &params);
	for (int family = 0; family < 3; family++) {
		say_netconf("default", rtnl_netconf_get_default(cache, family));
		say_netconf("all", rtnl_netconf_get_all(cache, family));
		say_netconf("of lo", rtnl_netconf_get_by_idx(cache, family, 1));
		say_netconf("of none", rtnl_netconf_get_by_idx(cache, family, 77));
	}
	MUST(nl_cache_resync(sock, cache, NULL, NULL) == 0);
	printf("fix configurations after they were brought up to date: %d\n", nl_cache_nitems(cache) > 0);
	nl_cache_free(cache);
	nl_socket_free(sock);
}

static void request_getters(struct flnl_request *req)
{
	printf("%s '%s' %x: ", nl_object_get_type(OBJ_CAST(req)), nl_object_attr_list(OBJ_CAST(req), buf, sizeof buf), nl_object_get_id_attrs(OBJ_CAST(req)));
	printf("fwmark %lld", (long long)flnl_request_get_fwmark(req));
	printf(" tos %d", flnl_request_get_tos(req));
	printf(" scope %d", flnl_request_get_scope(req));
	printf(" table %d", flnl_request_get_table(req));
	say_addr(" addr", flnl_request_get_addr(req));
}

static void result_getters(struct nl_object *obj, void *arg)
{
	struct flnl_result *res = (struct flnl_result *)obj;

	printf("table %d", flnl_result_get_table_id(res));
	printf(" prefix %d", flnl_result_get_prefixlen(res));
	printf(" nexthop %d", flnl_result_get_nexthop_sel(res));
	printf(" type %d", flnl_result_get_type(res));
	printf(" scope %d", flnl_result_get_scope(res));
	printf(" error %d\n", flnl_result_get_error(res));
	dump_forms(obj);
	printf("%s ", nl_object_get_type(obj));
	printf("attributes '%s'\n", nl_object_attr_list(obj, buf, sizeof buf));
}

static void lookups(void)
{
	static const char *const texts[] = { "127.0.0.1", "192.0.2.1", "127.255.255.255", "2001:db8::1" };
	struct nl_sock *sock = nl_socket_alloc();
	struct flnl_result *none = flnl_result_alloc();

	result_getters(OBJ_CAST(none), NULL);
	flnl_result_put(none);
	MUST(system("ip link set lo up") == 0);
	MUST(nl_connect(sock, NETLINK_FIB_LOOKUP) == 0);
	for (unsigned int i = 0; i < 2 * COUNT(texts); i++) {
		struct nl_addr *addr = address(texts[i % COUNT(texts)], AF_UNSPEC);
		struct flnl_request *req = flnl_request_alloc(), *copy;
		struct nl_cache *cache = flnl_result_alloc_cache();
		struct nl_msg *msg = NULL;
		int answer;

		request_getters(req);
		answer = flnl_lookup_build_request(req, 0, &msg);
		show_message(answer, msg);
		if (i & 1) {
			flnl_request_set_tos(req, 4);
			flnl_request_set_scope(req, RT_SCOPE_UNIVERSE);
			flnl_request_set_fwmark(req, 0x123456789ULL);
		}
		if (i >= COUNT(texts))
			flnl_request_set_table(req, RT_TABLE_LOCAL);
		printf("addr %d\n", flnl_request_set_addr(req, addr));
		request_getters(req);
		answer = flnl_lookup_build_request(req, 0, &msg);
		show_message(answer, msg);
		copy = (struct flnl_request *)nl_object_clone(OBJ_CAST(req));
		request_getters(copy);
		printf("diff %x", nl_object_diff(OBJ_CAST(copy), OBJ_CAST(req)));
		printf(" identical %d", nl_object_identical(OBJ_CAST(copy), OBJ_CAST(req)));
		flnl_request_set_table(copy, 7);
		flnl_request_set_tos(copy, 9);
		printf(" diff %x\n", nl_object_diff(OBJ_CAST(copy), OBJ_CAST(req)));
		nl_object_put(OBJ_CAST(copy));
		nl_socket_free(sock);
		sock = nl_socket_alloc();
		MUST(nl_connect(sock, NETLINK_FIB_LOOKUP) == 0);
		answer = flnl_lookup(sock, req, cache);
		printf("lookup %s: %d, %d results\n", texts[i % COUNT(texts)], answer, nl_cache_nitems(cache));
		nl_cache_foreach(cache, result_getters, NULL);
		/* With stock a socket is good for one. */
		if (i == 0)
			printf("fix second look up %d\n", flnl_lookup(sock, req, cache));
		nl_cache_free(cache);
		nl_object_put(OBJ_CAST(req));
		nl_addr_put(addr);
	}
	nl_socket_free(sock);
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	tables();
	sent_right();
	parsed_tables();
	parsed_configurations();
	changed_configurations();
	changed_input();
	kernel();
	lookups();
	return 0;
}
