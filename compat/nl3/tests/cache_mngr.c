/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Managers of several caches: made-up notifications of every type, in an order drawn by lot, with errors in between;
 * and the kernel's, more than a small queue can hold. */
#define _GNU_SOURCE
#include "objects.h"
#include <linux/neighbour.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/route.h>
#include <poll.h>

/* The datagrams that come next: a message each, or an error. */
static struct nl_msg *queue[32];
static int error[32], queued, next;

static int receive(struct nl_sock *sock, struct sockaddr_nl *from, unsigned char **bytes, struct ucred **creds)
{
	struct nlmsghdr *nlh;

	(void)sock, (void)creds;
	if (next >= queued)
		return -NLE_AGAIN;
	if (!queue[next])
		return error[next++];
	nlh = nlmsg_hdr(queue[next++]);
	*bytes = malloc(nlh->nlmsg_len);
	memcpy(*bytes, nlh, nlh->nlmsg_len);
	*from = (struct sockaddr_nl){ .nl_family = AF_NETLINK };
	return (int)nlh->nlmsg_len;
}

static struct nl_msg *begin(int type, const void *head, size_t len)
{
	struct nl_msg *msg = nlmsg_alloc_simple(type, 0);

	MUST(nlmsg_append(msg, (void *)head, len, NLMSG_ALIGNTO) == 0);
	return msg;
}

static struct nl_msg *link_message(void)
{
	static const int families[] = { AF_UNSPEC, AF_UNSPEC, AF_BRIDGE, AF_INET6 };
	struct ifinfomsg head = { .ifi_family = (unsigned char)families[dice(4)], .ifi_index = 10 + (int)dice(4), .ifi_flags = dice(2) ? IFF_UP : 0 };
	struct nl_msg *msg = begin(dice(3) ? RTM_NEWLINK : RTM_DELLINK, &head, sizeof head);
	char name[] = "eth0";

	name[3] = (char)('0' + dice(3));
	nla_put_string(msg, IFLA_IFNAME, name);
	if (dice(2))
		nla_put_u32(msg, IFLA_MTU, 1400 + dice(2));
	if (dice(3) == 0)
		nla_put_u32(msg, IFLA_MASTER, dice(2));
	return msg;
}

static struct nl_msg *addr_message(void)
{
	struct ifaddrmsg head = { .ifa_family = AF_INET, .ifa_prefixlen = (unsigned char)(24 + dice(2)), .ifa_index = 10 + dice(2) };
	struct nl_msg *msg = begin(dice(3) ? RTM_NEWADDR : RTM_DELADDR, &head, sizeof head);
	uint32_t local = htonl(0xc0000200 + dice(4));

	nla_put_u32(msg, IFA_LOCAL, local);
	nla_put_u32(msg, IFA_ADDRESS, local);
	if (dice(2))
		nla_put_string(msg, IFA_LABEL, dice(2) ? "one" : "two");
	return msg;
}

static struct nl_msg *route_message(void)
{
	struct rtmsg head = { .rtm_family = dice(2) ? AF_INET : AF_INET6, .rtm_table = RT_TABLE_MAIN, .rtm_protocol = RTPROT_STATIC,
			      .rtm_type = RTN_UNICAST, .rtm_tos = (unsigned char)(dice(4) ? 0 : 4) };
	unsigned char dst[16] = { 10, (unsigned char)dice(3) };
	struct nl_msg *msg;

	head.rtm_dst_len = head.rtm_family == AF_INET ? 16 : 64;
	if (!dice(8))
		head.rtm_flags = RTM_F_CLONED;
	msg = begin(dice(3) ? RTM_NEWROUTE : RTM_DELROUTE, &head, sizeof head);
	nlmsg_hdr(msg)->nlmsg_flags = (uint16_t[]){ 0, NLM_F_REPLACE, NLM_F_APPEND, NLM_F_CREATE | NLM_F_EXCL }[dice(4)];
	nla_put(msg, RTA_DST, head.rtm_family == AF_INET ? 4 : 16, dst);
	if (dice(4))
		nla_put_u32(msg, RTA_OIF, 10 + dice(3));
	dst[15] = (unsigned char)dice(3);
	if (dice(2))
		nla_put(msg, RTA_GATEWAY, head.rtm_family == AF_INET ? 4 : 16, dst);
	if (dice(2))
		nla_put_u32(msg, RTA_PRIORITY, 100);
	return msg;
}

static struct nl_msg *neigh_message(void)
{
	struct ndmsg head = { .ndm_family = dice(5) ? AF_INET : AF_BRIDGE, .ndm_ifindex = 10 + (int)dice(2),
			      .ndm_state = dice(2) ? NUD_REACHABLE : NUD_STALE };
	struct nl_msg *msg = begin(dice(3) ? RTM_NEWNEIGH : RTM_DELNEIGH, &head, sizeof head);

	if (head.ndm_family == AF_INET)
		nla_put_u32(msg, NDA_DST, htonl(0xc0000200 + dice(3)));
	nla_put(msg, NDA_LLADDR, 6, dice(2) ? "\2\0\0\0\0\1" : "\2\0\0\0\0\2");
	return msg;
}

static struct nl_msg *rule_message(void)
{
	struct fib_rule_hdr head = { .family = AF_INET, .table = (unsigned char)(100 + dice(2)), .action = FR_ACT_TO_TBL };
	struct nl_msg *msg = begin(dice(3) ? RTM_NEWRULE : RTM_DELRULE, &head, sizeof head);

	nla_put_u32(msg, FRA_PRIORITY, 500 + dice(3));
	return msg;
}

static struct nl_msg *other_message(void)
{
	struct rtgenmsg head = { .rtgen_family = AF_INET };

	return begin(dice(2) ? RTM_NEWPREFIX : RTM_GETLINK, &head, sizeof head);
}

static struct nl_msg *(*const makers[])(void) = { link_message, link_message, addr_message, route_message, route_message, neigh_message,
						  rule_message, other_message };

static void refill_queue(void)
{
	static const int errors[] = { -NLE_NOMEM, -NLE_MSG_TRUNC, -NLE_AGAIN, -NLE_INTR, 0, -NLE_FAILURE };

	while (next < queued) {
		nlmsg_free(queue[next]);
		queue[next++] = NULL;
	}
	next = 0;
	queued = (int)dice(COUNT(queue));
	for (int i = 0; i < queued; i++) {
		queue[i] = dice(12) ? makers[dice(COUNT(makers))]() : NULL;
		error[i] = errors[dice(COUNT(errors))];
		if (queue[i] && !dice(20))
			nlmsg_hdr(queue[i])->nlmsg_len -= 1 + dice(12);
		if (queue[i] && !dice(20))
			nlmsg_hdr(queue[i])->nlmsg_flags |= NLM_F_MULTI;
	}
}

static void free_queue(void)
{
	for (int i = 0; i < queued; i++)
		nlmsg_free(queue[i]);
	queued = next = 0;
}

static const char *brief(struct nl_object *obj)
{
	size_t len;

	if (!obj)
		return "none";
	nl_object_dump_buf(obj, buf, sizeof buf);
	for (len = strlen(buf); len && buf[len - 1] == '\n'; len--)
		buf[len - 1] = 0;
	return buf;
}

static void changed(struct nl_cache *cache, struct nl_object *obj, int act, void *arg)
{
	printf("  %s: %d of %d: %s\n", (char *)arg, act, nl_cache_nitems(cache), brief(obj));
}

static void changed_v2(struct nl_cache *cache, struct nl_object *old, struct nl_object *new, uint64_t diff, int act, void *arg)
{
	printf("  %s: %d of %d: diff %llx old %s", (char *)arg, act, nl_cache_nitems(cache), (unsigned long long)diff, brief(old));
	printf(" new %s in it %d\n", brief(new), new && nl_object_get_cache(new) == cache);
}

static const char *const types[] = { "route/link", "route/addr", "route/route", "route/neigh", "route/rule" };

static void show_all(struct nl_cache *cache[])
{
	for (size_t i = 0; i < COUNT(types); i++) {
		printf(" %s has %d:\n", types[i], nl_cache_nitems(cache[i]));
		for (struct nl_object *obj = nl_cache_get_first(cache[i]); obj; obj = nl_cache_get_next(obj))
			/* Stock keeps a reference of a link for each neighbour of a bridge that was read. */
			printf("  %d %s\n", nl_object_get_refcnt(obj) > 1, brief(obj));
	}
}

static void notifications(int which)
{
	struct nl_sock *sock = nl_socket_alloc();
	struct nl_cb *cb = nl_socket_get_cb(sock);
	struct nl_cache *cache[COUNT(types)];
	struct nl_cache_mngr *mngr;

	MUST(nl_cache_mngr_alloc(sock, NETLINK_ROUTE, which & 2 ? NL_AUTO_PROVIDE : 0, &mngr) == 0);
	for (size_t i = 0; i < COUNT(types); i++) {
		MUST(nl_cache_alloc_name(types[i], &cache[i]) == 0);
		if (which & 1)
			MUST(nl_cache_mngr_add_cache_v2(mngr, cache[i], changed_v2, (void *)types[i]) == 0);
		else
			MUST(nl_cache_mngr_add_cache(mngr, cache[i], changed, (void *)types[i]) == 0);
		nl_cache_clear(cache[i]);
	}
	nl_cb_overwrite_recv(cb, receive);
	for (int round = 0; round < 40; round++) {
		refill_queue();
		while (next < queued) {
			int answer = nl_cache_mngr_data_ready(mngr);

			printf("round %d: %d, %d left\n", round, answer, queued - next);
		}
		free_queue();
	}
	show_all(cache);
	nl_cb_put(cb);
	nl_cache_mngr_free(mngr);
	nl_socket_free(sock);
}

/* More than a small queue holds: what is reported, and whether things go on. */
static void storm(void)
{
	struct nl_sock *sock = nl_socket_alloc();
	struct rtnl_addr *addr = rtnl_addr_alloc();
	struct nl_addr *local = address("192.0.2.1/24", AF_INET);
	struct nl_cache_mngr *mngr;
	struct nl_cache *cache;
	int size = 4096, answer;

	MUST(nl_connect(sock, NETLINK_ROUTE) == 0);
	MUST(nl_cache_mngr_alloc(NULL, NETLINK_ROUTE, 0, &mngr) == 0);
	MUST(nl_cache_mngr_add(mngr, "route/addr", NULL, NULL, &cache) == 0);
	MUST(setsockopt(nl_cache_mngr_get_fd(mngr), SOL_SOCKET, SO_RCVBUF, &size, sizeof size) == 0);
	rtnl_addr_set_ifindex(addr, 1);
	rtnl_addr_set_local(addr, local);
	for (int i = 0; i < 300; i++) {
		MUST(rtnl_addr_add(sock, addr, 0) == 0);
		MUST(rtnl_addr_delete(sock, addr, 0) == 0);
	}
	MUST(rtnl_addr_add(sock, addr, 0) == 0);
	printf("storm: %d", nl_cache_mngr_poll(mngr, 1000));
	answer = nl_cache_mngr_data_ready(mngr);
	printf(" then %d", answer > 0);
	printf(" then %d, known %d\n", nl_cache_mngr_data_ready(mngr), nl_cache_nitems(cache));
	printf("resync %d", nl_cache_resync(sock, cache, NULL, NULL));
	printf(" known %d\n", nl_cache_nitems(cache));
	MUST(rtnl_addr_delete(sock, addr, 0) == 0);
	printf("after it %d", nl_cache_mngr_poll(mngr, 1000));
	printf(" known %d, nothing %d\n", nl_cache_nitems(cache), nl_cache_mngr_poll(mngr, 0));
	nl_cache_mngr_free(mngr);
	rtnl_addr_put(addr);
	nl_addr_put(local);
	nl_socket_free(sock);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	for (int i = 0; i < 12; i++)
		notifications(i);
	storm();
	return 0;
}
