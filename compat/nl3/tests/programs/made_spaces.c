/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Sockets of other network namespaces, and threads that each have a socket: what one makes the other does not see. */
#define _GNU_SOURCE
#include "made.h"
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/family.h>
#include <netlink/genl/genl.h>
#include <netlink/route/link.h>
#include <netlink/route/link/veth.h>

/* A namespace, and the library's sockets in it. */
struct space {
	int fd;
	struct nl_sock *sock, *sync;
};

static void enter(int fd)
{
	MUST(setns(fd, CLONE_NEWNET) == 0);
}

static void open_space(struct space *space, int home)
{
	MUST(unshare(CLONE_NEWNET) == 0);
	space->fd = open("/proc/thread-self/ns/net", O_RDONLY);
	space->sock = connected(NETLINK_ROUTE);
	space->sync = nl_socket_alloc();
	MUST(system("ip link set lo up; echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6") == 0);
	enter(home);
}

static void close_space(struct space *space)
{
	nl_socket_free(space->sock);
	nl_socket_free(space->sync);
	close(space->fd);
}

static int make(struct nl_sock *sock, const char *name, const char *lladdr)
{
	struct rtnl_link *link = rtnl_link_alloc();
	struct nl_addr *addr = address(lladdr, AF_LLC);
	int answer;

	rtnl_link_set_name(link, name);
	rtnl_link_set_addr(link, addr);
	MUST(rtnl_link_set_type(link, "dummy") == 0);
	answer = rtnl_link_add(sock, link, NLM_F_CREATE | NLM_F_EXCL);
	rtnl_link_put(link);
	nl_addr_put(addr);
	return answer;
}

static void list(const char *where, struct nl_sock *sock)
{
	struct nl_cache *cache = NULL;

	printf("%s:\n", where);
	MUST(rtnl_link_alloc_cache(sock, AF_UNSPEC, &cache) == 0);
	for (struct nl_object *obj = nl_cache_get_first(cache); obj; obj = nl_cache_get_next(obj)) {
		int32_t nsid = -9;
		int answer = rtnl_link_get_link_netnsid((struct rtnl_link *)obj, &nsid);

		printf("  %d %s type %s link %d nsid %d %d\n", rtnl_link_get_ifindex((struct rtnl_link *)obj), rtnl_link_get_name((struct rtnl_link *)obj),
		       rtnl_link_get_type((struct rtnl_link *)obj), rtnl_link_get_link((struct rtnl_link *)obj), answer, nsid);
	}
	nl_cache_free(cache);
}

static void apart(struct space *one, struct space *two)
{
	printf("-- apart\n");
	say("one", make(one->sock, "d0", "02:00:00:00:00:01"));
	say("two", make(two->sock, "d0", "02:00:00:00:00:02"));
	say("two", make(two->sock, "d1", "02:00:00:00:00:03"));
	list("one", one->sock);
	list("two", two->sock);
}

static void moved(struct space *one, struct space *two)
{
	struct rtnl_link *link = NULL, *changes = rtnl_link_alloc(), *peer;

	printf("-- moved\n");
	MUST(rtnl_link_get_kernel(two->sock, 0, "d1", &link) == 0);
	rtnl_link_set_ns_fd(changes, one->fd);
	say("to one", rtnl_link_change(two->sock, link, changes, 0));
	say("gone", rtnl_link_change(two->sock, link, changes, 0));
	rtnl_link_put(link);
	rtnl_link_put(changes);
	link = rtnl_link_veth_alloc();
	peer = rtnl_link_veth_get_peer(link);
	rtnl_link_set_name(link, "v0");
	rtnl_link_set_name(peer, "v1");
	rtnl_link_set_ns_fd(peer, two->fd);
	say("pair", rtnl_link_add(one->sock, link, NLM_F_CREATE | NLM_F_EXCL));
	rtnl_link_put(peer);
	rtnl_link_veth_release(link);
	list("one", one->sock);
	list("two", two->sock);
}

static int heard_of(struct nl_cache_mngr *mngr)
{
	struct pollfd fd = { .fd = nl_cache_mngr_get_fd(mngr), .events = POLLIN };

	MUST(poll(&fd, 1, 5000) == 1);
	return nl_cache_mngr_data_ready(mngr);
}

/* A manager whose sockets were opened elsewhere; they stay the caller's. */
static void listened_to(struct space *space, struct space *other)
{
	static const char *const types[] = { "route/link", "route/addr", "route/route" };
	struct nl_cache_mngr *mngr = NULL;
	struct nl_cache *cache = NULL;
	struct rtnl_link *link;

	printf("-- a manager of one\n");
	/* A socket becomes one of the namespace where it is connected. */
	enter(space->fd);
	say("manager", nl_cache_mngr_alloc(space->sync, NETLINK_ROUTE, NL_AUTO_PROVIDE, &mngr));
	MUST(mngr);
	for (size_t i = 0; i < COUNT(types); i++) {
		MUST(nl_cache_alloc_name(types[i], &cache) == 0);
		say(types[i], nl_cache_mngr_add_cache_v2(mngr, cache, told, NULL));
		printf("items %d\n", nl_cache_nitems(cache));
	}
	enter(other->fd);
	say("elsewhere", make(other->sock, "nobody", "02:00:00:00:00:09"));
	say("here", make(space->sock, "d7", "02:00:00:00:00:07"));
	printf("changes %d\n", heard_of(mngr));
	cache = nl_cache_mngt_require_safe("route/link");
	printf("provided %d\n", cache != NULL);
	link = rtnl_link_get_by_name(cache, "d7");
	printf("found %d\n", link != NULL);
	say("delete", rtnl_link_delete(space->sock, link));
	printf("changes %d\n", heard_of(mngr));
	rtnl_link_put(link);
	nl_cache_put(cache);
	nl_cache_mngr_free(mngr);
	printf("still open %d\n", nl_socket_get_fd(space->sync) >= 0);
}

struct work {
	struct space *space;
	int number, failures, found, heard, kept;
};

static void count(struct nl_cache *cache, struct nl_object *old, struct nl_object *now, uint64_t diff, int action, void *arg)
{
	struct work *work = arg;

	work->heard++;
	(void)cache, (void)old, (void)now, (void)diff, (void)action;
}

/* Makes links and addresses, lists them, and hears of them. */
static void *worker(void *arg)
{
	struct work *work = arg;
	struct nl_cache_mngr *mngr = NULL;
	struct nl_cache *cache = NULL;
	struct nl_sock *sock;

	enter(work->space->fd);
	sock = connected(NETLINK_ROUTE);
	MUST(nl_cache_mngr_alloc(NULL, NETLINK_ROUTE, 0, &mngr) == 0);
	MUST(nl_cache_alloc_name("route/link", &cache) == 0);
	MUST(nl_cache_mngr_add_cache_v2(mngr, cache, count, work) == 0);
	for (int i = 0; i < 60; i++) {
		char name[16];
		struct rtnl_link *link;
		struct nl_cache *all = NULL;

		snprintf(name, sizeof name, "t%d.%d", work->number, i);
		work->failures += make(sock, name, "02:00:00:00:00:42") < 0;
		work->failures += rtnl_link_alloc_cache(sock, AF_UNSPEC, &all) < 0;
		link = rtnl_link_get_by_name(all, name);
		work->found += link != NULL;
		while (nl_cache_mngr_poll(mngr, 0) > 0)
			;
		work->failures += i % 2 && rtnl_link_delete(sock, link) < 0;
		rtnl_link_put(link);
		nl_cache_free(all);
	}
	while (nl_cache_mngr_poll(mngr, 0) > 0)
		;
	work->kept = nl_cache_nitems(cache);
	nl_cache_mngr_free(mngr);
	nl_socket_free(sock);
	return NULL;
}

static void threads(struct space *one, struct space *two)
{
	struct work work[] = { { .space = one, .number = 0 }, { .space = two, .number = 1 } };
	pthread_t thread[COUNT(work)];

	printf("-- threads\n");
	for (size_t i = 0; i < COUNT(work); i++)
		MUST(pthread_create(&thread[i], NULL, worker, &work[i]) == 0);
	for (size_t i = 0; i < COUNT(work); i++) {
		MUST(pthread_join(thread[i], NULL) == 0);
		printf("thread %zu: failures %d found %d heard %d kept %d\n", i, work[i].failures, work[i].found, work[i].heard, work[i].kept);
	}
}

/* Generic families are the same everywhere. */
static void families(struct space *space)
{
	struct nl_sock *here = nl_socket_alloc(), *there = nl_socket_alloc();
	struct nl_cache *cache = NULL;
	struct genl_family *family;
	int id;

	printf("-- families\n");
	MUST(genl_connect(here) == 0);
	enter(space->fd);
	MUST(genl_connect(there) == 0);
	id = genl_ctrl_resolve(there, "nlctrl");
	printf("controller %x\n", id);
	id = genl_ctrl_resolve(here, "ethtool");
	printf("the same %d\n", id == genl_ctrl_resolve(there, "ethtool"));
	printf("group %d\n", genl_ctrl_resolve_grp(there, "nlctrl", "notify"));
	say("no family", genl_ctrl_resolve(there, "nosuch"));
	say("no group", genl_ctrl_resolve_grp(there, "nlctrl", "nosuch"));
	MUST(genl_ctrl_alloc_cache(there, &cache) == 0);
	family = genl_ctrl_search_by_name(cache, "nlctrl");
	printf("found %d version %u header %u attributes %u\n", genl_family_get_id(family), genl_family_get_version(family),
	       genl_family_get_hdrsize(family), genl_family_get_maxattr(family));
	forms(OBJ_CAST(family));
	nl_object_put(OBJ_CAST(family));
	nl_cache_free(cache);
	nl_socket_free(here);
	nl_socket_free(there);
}

int main(void)
{
	int home = open("/proc/self/ns/net", O_RDONLY);
	struct space one, two;

	setvbuf(stdout, NULL, _IOLBF, 0);
	open_space(&one, home);
	open_space(&two, home);
	apart(&one, &two);
	moved(&one, &two);
	listened_to(&one, &two);
	enter(home);
	threads(&one, &two);
	families(&two);
	close_space(&one);
	close_space(&two);
	close(home);
	return 0;
}
