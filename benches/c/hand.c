/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The hand-written contestant: what a careful C programmer writes with the
 * kernel's headers alone. */
#include <linux/genetlink.h>

#include "bench.h"
#include "hand_rows.h"
#include "wire.h"

static char buffer[BUFFER_SIZE] __attribute__((aligned(8)));

/* Reads one datagram: 1 when the dump goes on, 0 at its end. */
static inline __attribute__((always_inline)) int
read_datagram(size_t len, void (*read_one)(const struct nlmsghdr *, struct result *),
	      struct result *r)
{
	const struct nlmsghdr *h = (const struct nlmsghdr *)buffer;

	for (; NLMSG_OK(h, len); h = NLMSG_NEXT(h, len)) {
		if (h->nlmsg_seq != SEQ)
			continue;
		if (h->nlmsg_type == NLMSG_DONE)
			return *(const int *)NLMSG_DATA(h);
		if (h->nlmsg_type == NLMSG_ERROR)
			return ((const struct nlmsgerr *)NLMSG_DATA(h))->error;
		read_one(h, r);
	}
	return 1;
}

static inline __attribute__((always_inline)) int
dump(int fd, void (*read_one)(const struct nlmsghdr *, struct result *), struct result *r)
{
	int more = fd < 0 ? fd : 1;

	while (more > 0) {
		ssize_t n = recv(fd, buffer, sizeof buffer, MSG_TRUNC);

		if (n < 0 || n > (ssize_t)sizeof buffer)
			more = n < 0 ? -errno : -EMSGSIZE;
		else
			more = read_datagram((size_t)n, read_one, r);
	}
	if (fd >= 0)
		close(fd);
	return more;
}

static int routes(struct result *r, uint64_t n)
{
	int rc = 0;

	while (n-- && rc == 0)
		rc = dump(open_route_dump(), read_route, r);
	return rc;
}

static int links(struct result *r, uint64_t n)
{
	int rc = 0;

	while (n-- && rc == 0)
		rc = dump(open_link_dump(), read_link, r);
	return rc;
}

/* Two tables, one after the other. */
static int in_turn(struct result *r, uint64_t n)
{
	int rc = 0;

	while (n-- && rc == 0) {
		rc = dump(open_table_dump(RT_TABLE_MAIN), read_route, r);
		if (rc == 0)
			rc = dump(open_table_dump(SECOND_TABLE), read_route, r);
	}
	return rc;
}

/* The links of one kind out of all. */
static int links_of_all(struct result *r, uint64_t n)
{
	int rc = 0;

	while (n-- && rc == 0)
		rc = dump(open_link_dump(), read_kind_only, r);
	return rc;
}

/* The same links, found by the kernel. */
static int links_filtered(struct result *r, uint64_t n)
{
	int rc = 0;

	while (n-- && rc == 0)
		rc = dump(open_kind_dump(), read_link, r);
	return rc;
}

static int build(struct result *r, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		r->bytes += hand_build(buffer, i);
		touch(buffer);
	}
	r->count = n;
	r->sum = hand_parse((const struct nlmsghdr *)buffer);
	return 0;
}

static int parse(struct result *r, uint64_t n)
{
	hand_build(buffer, 1);
	for (uint64_t i = 0; i < n; i++) {
		touch(buffer);
		r->sum += hand_parse((const struct nlmsghdr *)buffer);
	}
	r->count = n;
	return 0;
}

/* Receives up to the ACK of seq. Replies before it are counted. */
static int await_ack(int fd, uint32_t seq, struct result *r)
{
	const struct nlmsghdr *h = (const struct nlmsghdr *)buffer;

	for (;;) {
		ssize_t n = recv(fd, buffer, sizeof buffer, MSG_TRUNC);
		size_t len = (size_t)n;

		if (n < 0 || n > (ssize_t)sizeof buffer)
			return n < 0 ? -errno : -EMSGSIZE;
		if (!NLMSG_OK(h, len) || h->nlmsg_seq != seq)
			continue;
		if (h->nlmsg_type == NLMSG_ERROR)
			return ((const struct nlmsgerr *)NLMSG_DATA(h))->error;
		r->sum += h->nlmsg_type;
	}
}

static int exchange(int fd, struct nlmsghdr *h, struct result *r, uint64_t n)
{
	int rc = fd < 0 ? fd : 0;

	for (uint64_t i = 1; i <= n && rc == 0; i++) {
		h->nlmsg_seq = (uint32_t)i;
		if (send(fd, h, h->nlmsg_len, 0) < 0)
			rc = -errno;
		else
			rc = await_ack(fd, h->nlmsg_seq, r);
		r->count++;
	}
	if (fd >= 0)
		close(fd);
	return rc;
}

static int ack_link(struct result *r, uint64_t n)
{
	struct {
		struct nlmsghdr h;
		struct ifinfomsg i;
	} q = { .h = { .nlmsg_len = sizeof q, .nlmsg_type = RTM_SETLINK,
		       .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
		.i = { .ifi_index = 1 } };

	return exchange(open_socket(NETLINK_ROUTE), &q.h, r, n);
}

static int ack_genl(struct result *r, uint64_t n)
{
	struct {
		struct nlmsghdr h;
		struct genlmsghdr g;
		struct rtattr a;
		char name[8];
	} q = { .h = { .nlmsg_len = sizeof q - 1, .nlmsg_type = GENL_ID_CTRL,
		       .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
		.g = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 },
		.a = { .rta_type = CTRL_ATTR_FAMILY_NAME, .rta_len = RTA_LENGTH(7) },
		.name = "nlctrl" };

	return exchange(open_socket(NETLINK_GENERIC), &q.h, r, n);
}

const struct task tasks[] = {
	{ "routes", routes },
	{ "links", links },
	{ "in-turn", in_turn },
	{ "kind-of-all", links_of_all },
	{ "kind-filtered", links_filtered },
	{ "build", build },
	{ "parse", parse },
	{ "ack-link", ack_link },
	{ "ack-genl", ack_genl },
	{ NULL, NULL },
};
