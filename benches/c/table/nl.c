/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* libnl-route: its object caches, filled and walked once. */
#include <netlink/cache.h>
#include <netlink/netlink.h>
#include <netlink/route/link.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>

#include "../wire.h"

static uint32_t u32_of(const struct nl_addr *a)
{
	uint32_t value = 0;

	if (a && nl_addr_get_len(a) == sizeof value)
		memcpy(&value, nl_addr_get_binary_addr(a), sizeof value);
	return value;
}

static void read_route(struct nl_object *object, void *r)
{
	struct rtnl_route *route = (struct rtnl_route *)object;
	struct nl_addr *dst = rtnl_route_get_dst(route);
	struct rtnl_nexthop *hop = rtnl_route_nexthop_n(route, 0);
	struct route row = { .dst = u32_of(dst), .dst_len = (uint8_t)nl_addr_get_prefixlen(dst),
			     .table = rtnl_route_get_table(route) };

	if (hop) {
		row.oif = (uint32_t)rtnl_route_nh_get_ifindex(hop);
		row.gateway = u32_of(rtnl_route_nh_get_gateway(hop));
	}
	add_route(r, &row);
}

static void read_link(struct nl_object *object, void *r)
{
	struct rtnl_link *link = (struct rtnl_link *)object;
	const char *name = rtnl_link_get_name(link);

	add_name(r, (uint32_t)rtnl_link_get_ifindex(link), name, strlen(name));
}

static int fill_links(struct nl_sock *s, struct nl_cache **cache)
{
	return rtnl_link_alloc_cache(s, AF_UNSPEC, cache);
}

static int fill_routes(struct nl_sock *s, struct nl_cache **cache)
{
	return rtnl_route_alloc_cache(s, AF_INET, 0, cache);
}

static int fill_and_walk(int (*fill)(struct nl_sock *, struct nl_cache **),
			 void (*read_one)(struct nl_object *, void *), struct result *r)
{
	struct nl_sock *s = nl_socket_alloc();
	struct nl_cache *cache = NULL;
	int rc = s ? nl_connect(s, NETLINK_ROUTE) : -ENOMEM;

	if (rc >= 0) {
		be_strict(nl_socket_get_fd(s));
		rc = fill(s, &cache);
	}
	if (rc >= 0)
		nl_cache_foreach(cache, read_one, r);
	nl_cache_free(cache);
	nl_socket_free(s);
	return rc < 0 ? -EIO : 0;
}

static int links(struct result *r, uint64_t n)
{
	(void)n;
	return fill_and_walk(fill_links, read_link, r);
}

static int routes(struct result *r, uint64_t n)
{
	(void)n;
	return fill_and_walk(fill_routes, read_route, r);
}

const struct task tasks[] = {
	{ "links", links },
	{ "routes", routes },
	{ NULL, NULL },
};
