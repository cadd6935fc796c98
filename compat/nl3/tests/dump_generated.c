/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Objects and caches dumped with parameters drawn by lot: every form, indentation, callbacks, buffers of every size;
 * and what the environment makes sockets print. */
#define _GNU_SOURCE
#include "objects.h"
#include <linux/rtnetlink.h>
#include <netlink/genl/genl.h>
#include <netlink/idiag/idiagnl.h>
#include <netlink/netfilter/ct.h>
#include <netlink/xfrm/sa.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/neighbour.h>
#include <netlink/route/route.h>
#include <netlink/route/rule.h>
#include <ctype.h>
#include <unistd.h>

/* In how many pieces a text comes is not told. */
static void text(struct nl_dump_params *params, char *what)
{
	if (params->dp_data)
		for (char *at = what; *at; at++)
			*at = (char)toupper((unsigned char)*at);
	printf("%s", what);
}

static void line(struct nl_dump_params *params, int number)
{
	printf("<%d %d>", number, params->dp_prefix);
}

static char small[300];

static void choose(struct nl_dump_params *params)
{
	*params = (struct nl_dump_params){ .dp_type = (enum nl_dump_type)dice(NL_DUMP_MAX + 1), .dp_prefix = dice(3) ? 0 : (int)dice(9),
					   .dp_print_index = (int)dice(2), .dp_dump_msgtype = (int)dice(2),
					   .dp_data = dice(2) ? small : NULL, .dp_nl_cb = dice(2) ? line : NULL };
	memset(small, 'x', sizeof small - 1);
	switch (dice(3)) {
	case 0: params->dp_fd = stdout; break;
	case 1: params->dp_cb = text; break;
	default:
		params->dp_buf = small;
		params->dp_buflen = 1 + dice(sizeof small - 1);
		small[0] = 0;
	}
}

static void dump(struct nl_object *obj)
{
	struct nl_dump_params params;

	for (int i = 0; i < 12; i++) {
		choose(&params);
		printf("type %d index %d msgtype %d: ", params.dp_type, params.dp_print_index, params.dp_dump_msgtype);
		nl_object_dump(obj, &params);
		printf("| %s lines %u\n", params.dp_buf ? small : "", params.dp_line);
	}
	for (size_t room = 1; room < 80; room += 1 + dice(12)) {
		memset(small, 'x', sizeof small);
		nl_object_dump_buf(obj, small, room);
		printf("in %zu: '%.*s' %d\n", room, (int)strnlen(small, room), small, small[room] == 'x');
	}
}

static void dump_cache(struct nl_cache *cache)
{
	struct nl_dump_params params;

	for (int i = 0; i < 30; i++) {
		choose(&params);
		printf("cache %d: ", i);
		if (dice(2))
			nl_cache_dump(cache, &params);
		else
			nl_cache_dump_filter(cache, &params, dice(2) ? NULL : nl_cache_get_last(cache));
		printf("| %s lines %u\n", params.dp_buf ? small : "", params.dp_line);
	}
}

static void empty_ones(void)
{
	static const char *const types[] = {
		"route/link", "route/addr", "route/route", "route/neigh", "route/neightbl", "route/rule", "route/netconf", "route/mdb",
		"route/qdisc", "route/class", "route/cls", "route/act", "genl/family", "netfilter/ct", "netfilter/exp", "netfilter/log",
		"netfilter/log_msg", "netfilter/queue", "netfilter/queue_msg", "xfrm/sa", "xfrm/sp", "idiag/idiag", "fib_lookup/fib_lookup",
	};

	for (size_t i = 0; i < COUNT(types); i++) {
		struct nl_object *obj = NULL;

		printf("%s: %d\n", types[i], nl_object_alloc_name(types[i], &obj));
		if (obj) {
			printf("%s attributes '%s' refs %d identity %x\n", nl_object_get_type(obj), nl_object_attr_list(obj, buf, sizeof buf),
			       nl_object_get_refcnt(obj), nl_object_get_id_attrs(obj));
			printf("all: '%s'\n", nl_object_attrs2str(obj, 0xffffffff, buf, sizeof buf));
			for (size_t room = 1; room < 60; room += 7)
				printf("%s,", nl_object_attrs2str(obj, 0x35, buf, room));
			printf("\n");
			/* Stock crashes where these types have nothing, and takes what is made by such a name for a qdisc. */
			if (strncmp(types[i], "xfrm", 4) && strncmp(types[i], "idiag", 5) && strcmp(types[i], "route/netconf") &&
			    strcmp(types[i], "route/class") && strcmp(types[i], "route/cls") && strcmp(types[i], "route/act"))
				dump(obj);
		}
		nl_object_put(obj);
	}
}

static void filled_ones(void)
{
	static const char *const types[] = { "route/route", "route/rule" };
	struct nl_sock *sock = nl_socket_alloc();
	struct rtnl_addr *addr = rtnl_addr_alloc();
	struct nl_addr *local = address("192.0.2.1/24", AF_INET);
	struct nl_cache *cache;

	MUST(nl_connect(sock, NETLINK_ROUTE) == 0);
	rtnl_addr_set_ifindex(addr, 1);
	rtnl_addr_set_local(addr, local);
	MUST(rtnl_addr_add(sock, addr, 0) == 0);
	for (size_t i = 0; i < COUNT(types); i++) {
		MUST(nl_cache_alloc_and_fill(nl_cache_ops_lookup(types[i]), sock, &cache) == 0);
		printf("%s filled\n", types[i]);
		dump_cache(cache);
		nl_cache_free(cache);
	}
	rtnl_addr_put(addr);
	nl_addr_put(local);
	nl_socket_free(sock);
}

/* This program again, with another NLCB. */
static void children(const char *self)
{
	static const char *const kinds[] = { "default", "verbose", "debug", "DEBUG", "", "deb", "verbose " };

	for (size_t i = 0; i < COUNT(kinds); i++) {
		char command[600];

		printf("NLCB=%s\n", kinds[i]);
		snprintf(command, sizeof command, "NLCB='%s' '%s' child 2>&1", kinds[i], self);
		MUST(system(command) == 0);
	}
}

static int child(void)
{
	struct nl_sock *sock = nl_socket_alloc();
	struct ifinfomsg lo = { .ifi_index = 1 }, none = { .ifi_index = 4711 };
	struct nl_cb *cb;

	nl_socket_set_local_port(sock, 4711);
	MUST(nl_connect(sock, NETLINK_ROUTE) == 0);
	MUST(nl_send_simple(sock, RTM_SETLINK, 0, &lo, sizeof lo) > 0);
	printf("= %d\n", nl_recvmsgs_default(sock));
	MUST(nl_send_simple(sock, RTM_SETLINK, 0, &none, sizeof none) > 0);
	printf("= %d\n", nl_wait_for_ack(sock));
	cb = nl_socket_get_cb(sock);
	printf("active %d\n", nl_cb_active_type(cb));
	nl_cb_put(cb);
	nl_socket_free(sock);
	return 0;
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	if (argc > 1)
		return child();
	empty_ones();
	filled_ones();
	children(argv[0]);
	return 0;
}
