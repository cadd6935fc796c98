// SPDX-License-Identifier: MIT OR Apache-2.0
/* What a cache of the drop-in libnl-3, or of stock's, costs to fill: caches NAME, a line of
 * objects, microseconds of processor time, bytes from malloc, bytes that became resident. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <netlink/cache.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <netlink/route/route.h>

static long cpu(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec * 1000000L + now.tv_nsec / 1000;
}

static long resident(void)
{
	long size = 0, pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	if (!file || fscanf(file, "%ld %ld", &size, &pages) != 2)
		pages = 0;
	if (file)
		fclose(file);
	return pages * sysconf(_SC_PAGESIZE);
}

static long allocated(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

static int check(int error, const char *what)
{
	if (error >= 0)
		return error;
	fprintf(stderr, "%s: %s\n", what, nl_geterror(error));
	exit(1);
}

static void fill(struct nl_sock *sock, const char *name)
{
	long memory, pages, time;
	struct nl_cache *cache;

	check(nl_cache_alloc_name(name, &cache), name);
	memory = allocated(), pages = resident(), time = cpu();
	check(nl_cache_refill(sock, cache), name);
	time = cpu() - time;
	printf("%d %ld %ld %ld\n", nl_cache_nitems(cache), time, allocated() - memory, resident() - pages);
	nl_cache_free(cache);
}

/* Routes one at a time, each built, sent and acknowledged. */
static void add_routes(struct nl_sock *sock, int count)
{
	struct nl_addr *dst;
	long time = cpu();

	for (int i = 0; i < count; i++) {
		struct rtnl_route *route = rtnl_route_alloc();
		struct rtnl_nexthop *hop = rtnl_route_nh_alloc();
		unsigned int address = htonl(0x14000000u + (unsigned int)i);

		dst = nl_addr_build(AF_INET, &address, 4);
		rtnl_route_set_dst(route, dst);
		nl_addr_put(dst);
		rtnl_route_nh_set_ifindex(hop, 1);
		rtnl_route_add_nexthop(route, hop);
		check(rtnl_route_add(sock, route, NLM_F_CREATE), "route add");
		rtnl_route_put(route);
	}
	printf("%d %ld 0 0\n", count, cpu() - time);
}

/* A generic request, its answer and its acknowledgement. */
static void requests(struct nl_sock *sock, int count)
{
	long time = cpu();

	for (int i = 0; i < count; i++) {
		struct nl_msg *msg = nlmsg_alloc();

		genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, GENL_ID_CTRL, 0, 0, CTRL_CMD_GETFAMILY, 1);
		nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, "nlctrl");
		check(nl_send_auto(sock, msg), "request");
		nlmsg_free(msg);
		check(nl_recvmsgs_default(sock), "answer");
		check(nl_wait_for_ack(sock), "acknowledgement");
	}
	printf("%d %ld 0 0\n", count, cpu() - time);
}

/* The same with a socket for each. */
static void sockets(int count)
{
	long time = cpu();

	for (int i = 0; i < count; i++) {
		struct nl_sock *sock = nl_socket_alloc();
		struct genlmsghdr head = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 };

		check(nl_connect(sock, NETLINK_GENERIC), "connect");
		check(nl_send_simple(sock, GENL_ID_CTRL, 0, &head, sizeof(head)), "request");
		nl_recvmsgs_default(sock);
		nl_socket_free(sock);
	}
	printf("%d %ld 0 0\n", count, cpu() - time);
}

int main(int argc, char **argv)
{
	struct nl_sock *sock = nl_socket_alloc();
	const char *what = argc > 1 ? argv[1] : "";
	int count = argc > 2 ? atoi(argv[2]) : 10000;
	int generic = !strcmp(what, "request");

	if (!strcmp(what, "socket")) {
		sockets(count);
		return 0;
	}
	check(nl_connect(sock, generic ? NETLINK_GENERIC : NETLINK_ROUTE), "connect");
	if (generic)
		requests(sock, count);
	else if (!strcmp(what, "add"))
		add_routes(sock, count);
	else
		fill(sock, what);
	nl_socket_free(sock);
	return 0;
}
