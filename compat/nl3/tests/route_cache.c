/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Caches of routes: what notifications do to them, and the kernel's. */
#include "objects.h"
#include <linux/rtnetlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/route.h>
#include <netlink/route/rtnl.h>

static const char *brief(struct nl_object *obj)
{
	nl_object_dump_buf(obj, buf, sizeof buf);
	return obj ? buf : "none\n";
}

static struct rtnl_route *route_to(int family, int hops, int first)
{
	struct rtnl_route *route = rtnl_route_alloc();
	struct nl_addr *dst = address(family == AF_INET ? "10.0.0.0/8" : "2001:db8::/32", family);

	rtnl_route_set_dst(route, dst);
	nl_addr_put(dst);
	rtnl_route_set_scope(route, RT_SCOPE_UNIVERSE);
	rtnl_route_set_priority(route, 1024);
	for (int i = first; i < first + hops; i++) {
		struct rtnl_nexthop *nh = rtnl_route_nh_alloc();
		struct nl_addr *gateway;
		char text[32];

		snprintf(text, sizeof text, family == AF_INET ? "10.1.1.%d" : "fe80::%d", i);
		gateway = address(text, family);
		/* From 20 on they are reached directly. */
		if (i < 20)
			rtnl_route_nh_set_gateway(nh, gateway);
		nl_addr_put(gateway);
		rtnl_route_nh_set_ifindex(nh, i);
		rtnl_route_add_nexthop(route, nh);
	}
	return route;
}

/* The object that a notification of this type brings. */
static struct nl_object *notified(int type, int family, int hops, int first)
{
	struct rtnl_route *route = route_to(family, hops, first);
	struct seen seen = { 0 };
	struct nl_msg *msg;

	MUST(rtnl_route_build_add_request(route, 0, &msg) == 0);
	rtnl_route_put(route);
	nlmsg_hdr(msg)->nlmsg_type = (uint16_t)type;
	nlmsg_set_proto(msg, NETLINK_ROUTE);
	MUST(nl_msg_parse(msg, keep, &seen) == 0);
	nlmsg_free(msg);
	return seen.last;
}

static void changed(struct nl_cache *cache, struct nl_object *obj, int act, void *arg)
{
	printf("  change %d: %s", act, brief(obj));
}

static void changed_v2(struct nl_cache *cache, struct nl_object *old, struct nl_object *new, uint64_t diff, int act, void *arg)
{
	printf("  change %d %llx\n", act, (unsigned long long)diff);
	if (old)
		printf("   old %s", brief(old));
	if (new)
		printf("   new %s", brief(new));
}

static void notifications(int family, int v2)
{
	static const struct {
		int type, hops, first;
	} events[] = { { RTM_NEWROUTE, 1, 1 }, { RTM_NEWROUTE, 1, 1 }, { RTM_NEWROUTE, 1, 2 }, { RTM_NEWROUTE, 1, 3 }, { RTM_NEWROUTE, 2, 5 },
		       { RTM_NEWROUTE, 1, 1 }, { RTM_DELROUTE, 1, 2 }, { RTM_DELROUTE, 1, 1 }, { RTM_DELROUTE, 1, 9 }, { RTM_NEWROUTE, 2, 1 },
		       { RTM_DELROUTE, 1, 1 }, { RTM_DELROUTE, 2, 1 }, { RTM_DELROUTE, 1, 3 }, { RTM_NEWROUTE, 1, 1 }, { RTM_NEWROUTE, 1, 2 },
		       { RTM_DELROUTE, 1, 1 }, { RTM_DELROUTE, 1, 2 }, { RTM_NEWROUTE, 0, 0 }, { RTM_DELROUTE, 1, 1 }, { RTM_NEWROUTE, 1, 1 },
		       { RTM_DELROUTE, 0, 0 }, { RTM_NEWROUTE, 3, 1 }, { RTM_DELROUTE, 1, 2 }, { RTM_DELROUTE, 1, 1 }, { RTM_DELROUTE, 1, 3 },
		       { RTM_NEWROUTE, 0, 0 }, { RTM_NEWROUTE, 1, 3 }, { RTM_GETROUTE, 1, 4 },
		       { RTM_NEWROUTE, 1, 20 }, { RTM_NEWROUTE, 1, 21 }, { RTM_NEWROUTE, 1, 1 }, { RTM_NEWROUTE, 1, 22 }, { RTM_NEWROUTE, 1, 22 },
		       { RTM_NEWROUTE, 1, 2 }, { RTM_NEWROUTE, 1, 1 }, { RTM_DELROUTE, 1, 22 }, { RTM_DELROUTE, 1, 1 }, { RTM_NEWROUTE, 2, 19 },
		       { RTM_DELROUTE, 1, 20 }, { RTM_NEWROUTE, 1, 20 }, { RTM_NEWROUTE, 2, 22 }, { RTM_DELROUTE, 1, 23 } };
	struct nl_cache *cache;

	MUST(nl_cache_alloc_name("route/route", &cache) == 0);
	for (unsigned int i = 0; i < COUNT(events); i++) {
		struct nl_object *obj = notified(events[i].type, family, events[i].hops, events[i].first);
		int answer = v2 ? nl_cache_include_v2(cache, obj, changed_v2, NULL) : nl_cache_include(cache, obj, changed, NULL);

		printf("family %d type %d hops %d from %d: %d, %d routes\n", family, events[i].type, events[i].hops, events[i].first, answer,
		       nl_cache_nitems(cache));
		if (nl_cache_get_first(cache))
			printf("  %s", brief(nl_cache_get_first(cache)));
		nl_object_put(obj);
	}
	nl_cache_free(cache);
}

/* Routes are the same by family, TOS, table, destination and priority: the second is not added. */
static void collisions(void)
{
	struct rtnl_route *one = route_to(AF_INET, 1, 1), *other = route_to(AF_INET, 1, 2);
	struct nl_object *found;
	struct nl_cache *cache;

	MUST(nl_cache_alloc_name("route/route", &cache) == 0);
	printf("add %d", nl_cache_add(cache, OBJ_CAST(one)));
	printf(" %d", nl_cache_add(cache, OBJ_CAST(other)));
	rtnl_route_set_tos(other, 4);
	printf(" %d", nl_cache_add(cache, OBJ_CAST(other)));
	printf(" %d\n", nl_cache_nitems(cache));
	found = nl_cache_search(cache, OBJ_CAST(one));
	printf("search %s", brief(found));
	nl_object_put(found);
	found = nl_cache_find(cache, OBJ_CAST(other));
	printf("find %s", brief(found));
	nl_object_put(found);
	nl_cache_free(cache);
	rtnl_route_put(one);
	rtnl_route_put(other);
}

/* A route by itself: in a message, parsed, counted. */
static void alone(int hops)
{
	struct rtnl_route *route = route_to(AF_INET, hops, 1), *parsed = NULL;
	struct nl_object *obj = nl_object_alloc(&route_obj_ops);
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWROUTE, 0), *small = nlmsg_alloc_size(64);

	printf("type %s, next hops %d, list %d\n", nl_object_get_type(obj), rtnl_route_get_nnexthops(route), rtnl_route_get_nexthops(route) != NULL);
	rtnl_route_get(route);
	printf("references %d\n", nl_object_get_refcnt(OBJ_CAST(route)));
	rtnl_route_put(route);
	printf("build %d", rtnl_route_build_msg(msg, route));
	printf(" without room %d\n", rtnl_route_build_msg(small, route));
	hex(nlmsg_data(nlmsg_hdr(msg)), (size_t)nlmsg_datalen(nlmsg_hdr(msg)));
	printf("parse %d\n", rtnl_route_parse(nlmsg_hdr(msg), &parsed));
	show(OBJ_CAST(parsed));
	rtnl_route_put(parsed);
	nlmsg_hdr(msg)->nlmsg_len = 20;
	printf("cut %d\n", rtnl_route_parse(nlmsg_hdr(msg), &parsed));
	nlmsg_free(msg);
	nlmsg_free(small);
	rtnl_route_put(route);
	nl_object_put(obj);
}

static struct nl_sock *connected(void)
{
	struct nl_sock *sock = nl_socket_alloc();
	struct nl_addr *local = address("192.0.2.1/24", AF_INET);
	struct rtnl_addr *addr = rtnl_addr_alloc();

	MUST(nl_connect(sock, NETLINK_ROUTE) == 0);
	rtnl_addr_set_ifindex(addr, 1);
	rtnl_addr_set_local(addr, local);
	MUST(rtnl_addr_add(sock, addr, 0) == 0);
	nl_addr_put(local);
	rtnl_addr_put(addr);
	MUST(system("ip link set lo up 2> /dev/null") == 0);
	return sock;
}

static void look_up(struct nl_sock *sock, const char *text)
{
	struct nl_addr *addr = address(text, AF_UNSPEC);
	struct rtnl_route *route = NULL;
	int answer = rtnl_route_lookup(sock, addr, &route);

	printf("look up %s: %d\n", text, answer);
	if (route)
		show(OBJ_CAST(route));
	rtnl_route_put(route);
	nl_addr_put(addr);
}

static void kernel(void)
{
	struct nl_sock *sock = connected();
	struct rtnl_route *route = route_to(AF_INET, 1, 1);
	struct nl_addr *gateway = address("192.0.2.2", AF_INET);
	struct nl_dump_params params = { .dp_type = NL_DUMP_DETAILS, .dp_fd = stdout };
	struct nl_cache *cache;

	rtnl_route_nh_set_gateway(rtnl_route_nexthop_n(route, 0), gateway);
	rtnl_route_set_metric(route, RTAX_MTU, 1400);
	printf("add %d", rtnl_route_add(sock, route, 0));
	printf(" again %d\n", rtnl_route_add(sock, route, NLM_F_EXCL));
	for (int family = AF_UNSPEC; family <= AF_INET; family += AF_INET) {
		MUST(rtnl_route_alloc_cache(sock, family, 0, &cache) == 0);
		nl_cache_dump(cache, &params);
		nl_cache_free(cache);
	}
	look_up(sock, "10.1.2.3");
	look_up(sock, "127.0.0.1");
	look_up(sock, "198.51.100.1");
	printf("delete %d", rtnl_route_delete(sock, route, 0));
	printf(" again %d\n", rtnl_route_delete(sock, route, 0));
	rtnl_route_put(route);
	nl_addr_put(gateway);
	nl_socket_free(sock);
}

/* Which groups a manager joins for a type. */
static void groups(void)
{
	static const char *const types[] = { "route/addr", "route/route", "route/neigh", "route/rule", "route/netconf", "route/mdb", "route/neightbl",
					     "fib_lookup/fib_lookup" };

	for (unsigned int i = 0; i < COUNT(types); i++) {
		struct nl_cache_mngr *mngr;
		struct nl_cache *cache = NULL;
		unsigned int joined[2] = { 0, 0 };
		socklen_t len = sizeof joined;
		int answer;

		MUST(nl_cache_mngr_alloc(NULL, NETLINK_ROUTE, 0, &mngr) == 0);
		answer = nl_cache_mngr_add(mngr, types[i], NULL, NULL, &cache);
		MUST(getsockopt(nl_cache_mngr_get_fd(mngr), SOL_NETLINK, NETLINK_LIST_MEMBERSHIPS, joined, &len) == 0);
		printf("manager of %s: %d, groups %08x %08x\n", types[i], answer, joined[0], joined[1]);
		nl_cache_mngr_free(mngr);
	}
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	for (int v2 = 0; v2 < 2; v2++) {
		notifications(AF_INET, v2);
		notifications(AF_INET6, v2);
	}
	collisions();
	for (int hops = 0; hops < 3; hops++)
		alone(hops);
	kernel();
	groups();
	return 0;
}
