/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* libnl-route: a route object for each, and rtnl_route_add(), which waits. */
#include <netlink/netlink.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>

#include "../wire.h"
#include "stage.h"

/* Takes an address that is given in network order. */
static struct nl_addr *address(uint32_t value, int prefix)
{
	struct nl_addr *a = nl_addr_build(AF_INET, &value, sizeof value);

	nl_addr_set_prefixlen(a, prefix);
	return a;
}

static void add_hop(struct rtnl_route *route, uint32_t gateway, uint32_t oif)
{
	struct rtnl_nexthop *hop = rtnl_route_nh_alloc();
	struct nl_addr *via = address(gateway, PREFIX);

	rtnl_route_nh_set_ifindex(hop, (int)oif);
	rtnl_route_nh_set_gateway(hop, via);
	rtnl_route_add_nexthop(route, hop);
	nl_addr_put(via);
}

static struct rtnl_route *make_route(uint64_t i, uint32_t oif)
{
	struct rtnl_route *route = rtnl_route_alloc();
	struct nl_addr *dst = address(request_dst(i), PREFIX);

	rtnl_route_set_dst(route, dst);
	nl_addr_put(dst);
	rtnl_route_set_family(route, AF_INET);
	rtnl_route_set_table(route, PIPELINE_TABLE);
	rtnl_route_set_protocol(route, RTPROT_STATIC);
	rtnl_route_set_scope(route, RT_SCOPE_UNIVERSE);
	rtnl_route_set_type(route, RTN_UNICAST);
	rtnl_route_set_priority(route, METRIC);
	add_hop(route, request_gateway(i), oif);
	return route;
}

static int all(int (*change)(struct nl_sock *, struct rtnl_route *, int), int flags,
	       struct result *r, uint64_t n)
{
	struct nl_sock *s = nl_socket_alloc();
	uint32_t oif = if_nametoindex(DEVICE);
	int rc = s ? nl_connect(s, NETLINK_ROUTE) : -ENOMEM;

	for (; r->count < n && rc >= 0; r->count++) {
		struct rtnl_route *route = make_route(r->count, oif);

		if (change(s, route, flags) < 0)
			add_refusal(r, r->count);
		rtnl_route_put(route);
	}
	nl_socket_free(s);
	return rc < 0 ? -EIO : 0;
}

static int add(struct result *r, uint64_t n)
{
	return all(rtnl_route_add, add_order.flags, r, n);
}

static int delete(struct result *r, uint64_t n)
{
	return all(rtnl_route_delete, delete_order.flags, r, n);
}

const struct task tasks[] = {
	{ "add", add, expect_none, check_added },
	{ "delete", delete, expect_all, check_deleted },
	{ NULL, NULL },
};
