/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Every type of caches filled by the kernel, with each flag, brought up to date, in managers with others, and what
 * dumps say of the caches that are offered. */
#include "objects.h"
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/neighbour.h>
#include <netlink/route/route.h>
#include <netlink/genl/genl.h>
#include <netlink/idiag/idiagnl.h>
#include <netlink/netfilter/ct.h>
#include <netlink/xfrm/sa.h>
#include <linux/fib_rules.h>

static const char *const types[] = {
	"route/link", "route/addr", "route/route", "route/neigh", "route/neightbl", "route/rule", "route/netconf", "route/mdb",
	"route/qdisc", "route/class", "route/cls", "route/act", "genl/family", "netfilter/ct", "netfilter/exp", "netfilter/log",
	"netfilter/log_msg", "netfilter/queue", "netfilter/queue_msg", "xfrm/sa", "xfrm/sp", "xfrm/ae", "xfrm/selector", "idiag/idiag",
	"fib_lookup/fib_lookup", "route/nh", "route", "",
};
static const int protocols[] = { NETLINK_ROUTE, NETLINK_GENERIC, NETLINK_NETFILTER, NETLINK_XFRM, NETLINK_INET_DIAG, NETLINK_FIB_LOOKUP };

static struct nl_sock *sock[COUNT(protocols)];

static void changed(struct nl_cache *cache, struct nl_object *obj, int act, void *arg)
{
	printf(" %s %d of %d", (char *)arg, act, nl_cache_nitems(cache));
	(void)obj;
}

/* How many objects a cache has: of some types that depends on the machine. */
static void items(const char *type, struct nl_cache *cache)
{
	if (strcmp(type, "genl/family") == 0 || strcmp(type, "route/neightbl") == 0 || strcmp(type, "route/netconf") == 0)
		printf(" some %d", !nl_cache_is_empty(cache));
	else
		printf(" items %d", nl_cache_nitems(cache));
}

/* Stock takes objects for gone that the dump did not replace: those that it changed, and families. */
static void up_to_date(const char *type, struct nl_sock *on, struct nl_cache *cache)
{
	int merged = strcmp(type, "genl/family") == 0 || strcmp(type, "route/netconf") == 0;

	printf("%s resync %d", merged ? "\nfix " : "", nl_cache_resync(on, cache, NULL, NULL));
	items(type, cache);
	printf("%s", merged ? "\n" : "");
}

static void fill(const char *type, unsigned int flags)
{
	struct nl_cache *cache = NULL;
	int answer = nl_cache_alloc_name(type, &cache);

	printf("%s flags %u: %d\n", type, flags, answer);
	if (answer < 0)
		return;
	nl_cache_set_flags(cache, flags);
	for (size_t i = 0; i < COUNT(protocols); i++) {
		int filled = nl_cache_refill(sock[i], cache);

		printf("  protocol %d: %d", protocols[i], filled);
		if (filled == -NLE_PROTO_MISMATCH) {
			printf("\n");
			continue;
		}
		items(type, cache);
		up_to_date(type, sock[i], cache);
		nl_cache_clear(cache);
		printf(" pickup %d", nl_cache_pickup(sock[i], cache));
		items(type, cache);
		printf("\n");
	}
	nl_cache_free(cache);
}

static void iterated(void)
{
	struct nl_dump_params params = { .dp_type = NL_DUMP_LINE, .dp_fd = stdout };
	struct nl_cache *cache;

	for (int family = 0; family < 2; family++)
		for (unsigned int flags = 0; flags < 2; flags++) {
			printf("links of %d, flags %u: %d\n", family ? AF_INET6 : 0, flags,
			       rtnl_link_alloc_cache_flags(sock[0], family ? AF_INET6 : AF_UNSPEC, &cache, flags));
			nl_cache_dump(cache, &params);
			nl_cache_free(cache);
		}
}

static void resync(void)
{
	struct nl_addr *local = address("192.0.2.7/24", AF_INET);
	struct rtnl_addr *addr = rtnl_addr_alloc();
	struct nl_cache *cache[3];
	static const char *const kinds[] = { "route/link", "route/addr", "route/route" };

	rtnl_addr_set_ifindex(addr, 1);
	rtnl_addr_set_local(addr, local);
	for (size_t i = 0; i < COUNT(kinds); i++)
		MUST(nl_cache_alloc_and_fill(nl_cache_ops_lookup(kinds[i]), sock[0], &cache[i]) == 0);
	for (int round = 0; round < 3; round++) {
		if (round == 0)
			MUST(rtnl_addr_add(sock[0], addr, 0) == 0);
		if (round == 2)
			MUST(rtnl_addr_delete(sock[0], addr, 0) == 0);
		for (size_t i = 0; i < COUNT(kinds); i++) {
			/* The age of an address is part of it. */
			printf("round %d %s:", round, kinds[i]);
			printf(" = %d", nl_cache_resync(sock[0], cache[i], i == 1 && round == 1 ? NULL : changed, "changed"));
			printf(", %d items, marked %d\n", nl_cache_nitems(cache[i]),
			       nl_cache_get_first(cache[i]) ? nl_object_is_marked(nl_cache_get_first(cache[i])) : -1);
		}
	}
	for (size_t i = 0; i < COUNT(kinds); i++)
		nl_cache_free(cache[i]);
	rtnl_addr_put(addr);
	nl_addr_put(local);
}

static void managed(void)
{
	struct nl_cache_mngr *mngr;

	for (size_t p = 0; p < COUNT(protocols); p++) {
		if (nl_cache_mngr_alloc(NULL, protocols[p], NL_AUTO_PROVIDE, &mngr) < 0) {
			printf("no manager of %d\n", protocols[p]);
			continue;
		}
		for (size_t i = 0; i < COUNT(types); i++) {
			struct nl_cache *cache = NULL;
			int answer = nl_cache_mngr_add(mngr, types[i], changed, NULL, &cache);

			printf("%d %s: %d", protocols[p], types[i], answer);
			printf(" required %d", nl_cache_mngt_require_safe(types[i]) == cache);
			printf(" again %d\n", nl_cache_mngr_add(mngr, types[i], changed, NULL, &cache));
			if (answer == 0)
				nl_cache_put(cache);
		}
		printf("ready %d\n", nl_cache_mngr_data_ready(mngr));
		nl_cache_mngr_free(mngr);
		printf("required %d\n", nl_cache_mngt_require("route/link") != NULL);
	}
}

static void provided(void)
{
	struct nl_cache *one, *other;

	MUST(nl_cache_alloc_name("route/link", &one) == 0 && nl_cache_alloc_name("route/link", &other) == 0);
	nl_cache_mngt_provide(one);
	nl_cache_mngt_provide(other);
	printf("the last one %d", nl_cache_mngt_require("route/link") == other);
	nl_cache_mngt_unprovide(one);
	printf(" %d", nl_cache_mngt_require("route/link") == other);
	nl_cache_mngt_provide(other);
	nl_cache_mngt_unprovide(other);
	printf(" none %d", nl_cache_mngt_require("route/link") == NULL);
	nl_cache_free(one);
	nl_cache_free(other);
	printf(" unknown %d\n", nl_cache_mngt_require("no/such") == NULL && nl_cache_mngt_require_safe("no/such") == NULL);
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	for (size_t i = 0; i < COUNT(protocols); i++) {
		sock[i] = nl_socket_alloc();
		printf("connect %d\n", nl_connect(sock[i], protocols[i]));
		/* Where no answer comes none is waited for. */
		nl_socket_set_nonblocking(sock[i]);
	}
	for (size_t i = 0; i < COUNT(types); i++)
		for (unsigned int flags = 0; flags < 2; flags++)
			fill(types[i], flags);
	iterated();
	resync();
	managed();
	provided();
	for (size_t i = 0; i < COUNT(protocols); i++)
		nl_socket_free(sock[i]);
	return 0;
}
