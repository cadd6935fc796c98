/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Caches of several types whose objects have attributes, or lack them, by lot: adding, moving, removing, looking up,
 * filtering, including and copying, in an order drawn by lot. */
#include "objects.h"
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/neighbour.h>
#include <netlink/route/qdisc.h>
#include <netlink/route/route.h>
#include <netlink/route/rule.h>

#define MOST 40

static struct nl_object *known[MOST];
static struct nl_cache *cache[2];

static struct nl_addr *some_address(void)
{
	static const char *const texts[] = { "10.0.0.1", "10.0.0.1/24", "10.0.0.2", "default", "2001:db8::1", "02:00:00:00:00:01" };
	struct nl_addr *addr = NULL;

	MUST(nl_addr_parse(texts[dice(COUNT(texts))], AF_UNSPEC, &addr) == 0);
	return addr;
}

static struct nl_object *some_link(void)
{
	struct rtnl_link *link = rtnl_link_alloc();
	char name[] = "eth0";

	name[3] = (char)('0' + dice(5));
	if (dice(8))
		rtnl_link_set_ifindex(link, 1 + (int)dice(6));
	if (dice(2))
		rtnl_link_set_name(link, name);
	if (dice(3))
		rtnl_link_set_family(link, dice(3) ? AF_UNSPEC : AF_BRIDGE);
	if (dice(3) == 0)
		rtnl_link_set_mtu(link, 1400 + dice(2));
	return OBJ_CAST(link);
}

static struct nl_object *some_addr(void)
{
	struct rtnl_addr *addr = rtnl_addr_alloc();
	struct nl_addr *local = some_address();

	if (dice(3))
		rtnl_addr_set_ifindex(addr, 1 + (int)dice(3));
	if (dice(3))
		rtnl_addr_set_local(addr, local);
	if (dice(3) == 0)
		rtnl_addr_set_label(addr, dice(2) ? "one" : "two");
	if (dice(3) == 0)
		rtnl_addr_set_prefixlen(addr, 8 + (int)dice(3));
	nl_addr_put(local);
	return OBJ_CAST(addr);
}

static struct nl_object *some_neigh(void)
{
	struct rtnl_neigh *neigh = rtnl_neigh_alloc();
	struct nl_addr *dst = some_address();

	if (dice(4))
		rtnl_neigh_set_family(neigh, dice(3) ? AF_INET : AF_BRIDGE);
	if (dice(3))
		rtnl_neigh_set_dst(neigh, dst);
	if (dice(3))
		rtnl_neigh_set_ifindex(neigh, 1 + (int)dice(3));
	if (dice(3) == 0)
		rtnl_neigh_set_state(neigh, 1 << dice(4));
	nl_addr_put(dst);
	return OBJ_CAST(neigh);
}

static struct nl_object *some_route(void)
{
	struct rtnl_route *route = rtnl_route_alloc();
	struct nl_addr *dst = some_address();

	if (dice(3))
		rtnl_route_set_dst(route, dst);
	if (dice(3) == 0)
		rtnl_route_set_priority(route, dice(2));
	if (dice(3) == 0)
		rtnl_route_set_tos(route, (uint8_t)dice(2));
	if (dice(3) == 0)
		rtnl_route_set_table(route, 253 + dice(2));
	if (dice(4) == 0)
		rtnl_route_set_scope(route, (uint8_t)dice(2));
	nl_addr_put(dst);
	return OBJ_CAST(route);
}

static struct nl_object *some_rule(void)
{
	struct rtnl_rule *rule = rtnl_rule_alloc();
	struct nl_addr *src = some_address();

	if (dice(2))
		rtnl_rule_set_prio(rule, dice(3));
	if (dice(2))
		rtnl_rule_set_table(rule, dice(3));
	if (dice(3) == 0)
		rtnl_rule_set_family(rule, AF_INET);
	if (dice(3) == 0)
		rtnl_rule_set_src(rule, src);
	if (dice(3) == 0)
		rtnl_rule_set_iif(rule, "lo");
	nl_addr_put(src);
	return OBJ_CAST(rule);
}

static struct nl_object *some_qdisc(void)
{
	struct rtnl_qdisc *qdisc = rtnl_qdisc_alloc();

	if (dice(3))
		rtnl_tc_set_ifindex(TC_CAST(qdisc), 1 + (int)dice(2));
	if (dice(3))
		rtnl_tc_set_handle(TC_CAST(qdisc), dice(3) << 16);
	if (dice(3))
		rtnl_tc_set_parent(TC_CAST(qdisc), TC_H_ROOT - dice(2));
	if (dice(3) == 0)
		rtnl_tc_set_kind(TC_CAST(qdisc), dice(2) ? "pfifo" : "htb");
	return OBJ_CAST(qdisc);
}

static const struct type {
	const char *name;
	struct nl_object *(*make)(void);
} types[] = { { "route/link", some_link }, { "route/addr", some_addr }, { "route/neigh", some_neigh }, { "route/route", some_route },
	      { "route/rule", some_rule }, { "route/qdisc", some_qdisc } };

static int number_of(struct nl_object *obj)
{
	int number = 0;

	while (number < MOST && known[number] != obj)
		number++;
	return number;
}

/* Copies have no number. */
static void say(const char *what, struct nl_object *obj)
{
	printf(" %s", what);
	if (!obj)
		printf(" none");
	else if (number_of(obj) < MOST)
		printf(" #%d in %d", number_of(obj), nl_object_get_cache(obj) == cache[0] ? 0 : nl_object_get_cache(obj) == cache[1] ? 1 : 2);
	else
		printf(" '%s'", nl_object_attr_list(obj, buf, sizeof buf));
}

static void each(struct nl_object *obj, void *arg)
{
	say(arg, obj);
}

static void changed(struct nl_cache *in, struct nl_object *obj, int act, void *arg)
{
	say("changed", obj);
	printf(" %d %d %s", act, nl_cache_nitems(in), (char *)arg);
}

static void changed_v2(struct nl_cache *in, struct nl_object *old, struct nl_object *new, uint64_t diff, int act, void *arg)
{
	say("was", old);
	say("is", new);
	printf(" %d %d %s %llx", act, nl_cache_nitems(in), (char *)arg, (unsigned long long)diff);
}

static void found(const char *what, struct nl_object *obj)
{
	say(what, obj);
	nl_object_put(obj);
}

static void look(struct nl_cache *in, struct nl_object *needle)
{
	found("search", nl_cache_search(in, needle));
	found("find", nl_cache_find(in, needle));
	printf(" %d match:", nl_cache_nitems_filter(in, needle));
	nl_cache_foreach_filter(in, needle, each, "");
}

static void copies(struct nl_cache *in, struct nl_object *filter)
{
	struct nl_cache *copy = dice(3) ? nl_cache_subset(in, filter) : nl_cache_clone(in);

	printf(" copy of %d:", nl_cache_nitems(copy));
	nl_cache_foreach(copy, each, "copied");
	nl_cache_free(copy);
}

/* Stock leaves an object that is not added with one reference more and the mark of a cache that it is not in. */
static int or_renew(int answer, unsigned int n, const struct type *type)
{
	if (answer == -NLE_EXIST) {
		nl_object_put(known[n]);
		known[n] = type->make();
	}
	return answer;
}

static void step(const struct type *type)
{
	unsigned int n = dice(MOST);
	struct nl_cache *in = cache[dice(2)];
	struct nl_object *obj = known[n], *fresh = type->make();

	printf("#%u", n);
	switch (dice(9)) {
	case 0: case 1: printf(" add %d", or_renew(nl_cache_add(in, obj), n, type)); break;
	case 2: printf(" move %d", or_renew(nl_cache_move(in, obj), n, type)); break;
	case 3: nl_cache_remove(obj); break;
	case 4: look(in, obj); break;
	case 5: look(in, fresh); break;
	case 6:
		printf(" include %d", nl_cache_include(in, obj, changed, "v1"));
		printf(" %d", nl_cache_include_v2(in, fresh, changed_v2, "v2"));
		break;
	case 7: copies(in, fresh); break;
	default:
		printf(" identical %d match %d diff %llx", nl_object_identical(obj, fresh), nl_object_match_filter(obj, fresh),
		       (unsigned long long)nl_object_diff64(obj, fresh));
		if (!dice(20))
			nl_cache_clear(in);
	}
	printf("; %d %d refs %d\n", nl_cache_nitems(cache[0]), nl_cache_nitems(cache[1]), nl_object_get_refcnt(known[n]));
	nl_object_put(fresh);
}

int main(void)
{
	for (size_t i = 0; i < COUNT(types); i++) {
		printf("%s\n", types[i].name);
		for (int c = 0; c < 2; c++)
			MUST(nl_cache_alloc_name(types[i].name, &cache[c]) == 0);
		for (int n = 0; n < MOST; n++)
			known[n] = types[i].make();
		for (int n = 0; n < 1500; n++)
			step(&types[i]);
		nl_cache_free(cache[0]);
		nl_cache_free(cache[1]);
		for (int n = 0; n < MOST; n++)
			nl_object_put(known[n]);
	}
	return 0;
}
