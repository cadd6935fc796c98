/* SPDX-License-Identifier: MIT OR Apache-2.0
 * A program may keep every message that it gets: that must not cost it much more than what has come. */
#include <unistd.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include "say.h"

#define MIB (1L << 20)

static struct nl_msg *kept[2000];
static struct nlmsghdr *headers[COUNT(kept)];
static size_t count;

static int keep(struct nl_msg *msg, void *arg)
{
	(void)arg;
	nlmsg_get(msg);
	kept[count] = msg;
	headers[count++] = nlmsg_hdr(msg);
	return NL_OK;
}

static int is_whole(struct nlmsghdr *nlh)
{
	return nlh->nlmsg_type == RTM_NEWLINK && nlmsg_find_attr(nlh, sizeof(struct ifinfomsg), IFLA_IFNAME);
}

/* Bytes of addresses that are taken, whether there is memory behind them or not. */
static long taken(void)
{
	long pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	MUST(file && fscanf(file, "%ld", &pages) == 1);
	fclose(file);
	return pages * sysconf(_SC_PAGESIZE);
}

int main(void)
{
	struct nl_sock *sock = nl_socket_alloc();
	struct ifinfomsg loopback = { .ifi_index = 1 };
	size_t same = 0, whole = 0;
	long before;

	nl_socket_disable_auto_ack(sock);
	nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, keep, NULL);
	MUST(nl_connect(sock, NETLINK_ROUTE) == 0);
	before = taken();
	for (size_t i = 0; i < COUNT(kept); i++) {
		MUST(nl_send_simple(sock, RTM_GETLINK, 0, &loopback, sizeof loopback) > 0);
		MUST(nl_recvmsgs_default(sock) == 0);
	}
	printf("%zu messages, more than 200 MiB: %d\n", count, taken() - before > 200 * MIB);
	nl_socket_free(sock);
	for (size_t i = 0; i < count; i++) {
		same += nlmsg_hdr(kept[i]) == headers[i];
		whole += !!is_whole(headers[i]);
		nlmsg_free(kept[i]);
	}
	printf("%zu where they were, %zu whole\n", same, whole);
	return 0;
}
