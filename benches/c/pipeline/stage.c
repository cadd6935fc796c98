/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "stage.h"

#include "../message.h"
#include "../wire.h"

size_t build_request(char *at, const struct order *o, uint64_t i, uint32_t oif)
{
	const struct nlmsghdr h = { .nlmsg_len = REQUEST_SIZE, .nlmsg_type = o->type,
				    .nlmsg_flags = NLM_F_REQUEST | o->flags,
				    .nlmsg_seq = (uint32_t)i + 1 };

	memcpy(at, &h, sizeof h);
	at += sizeof h;
	memcpy(at, &request_body, sizeof request_body);
	at += sizeof request_body;
	at = hand_put_u32(at, RTA_DST, request_dst(i));
	at = hand_put_u32(at, RTA_GATEWAY, request_gateway(i));
	at = hand_put_u32(at, RTA_OIF, oif);
	hand_put_u32(at, RTA_PRIORITY, METRIC);
	return REQUEST_SIZE;
}

/* Reads a datagram of answers: 0 when the last is among them, else 1. */
static int read_answers(int fd, uint32_t last, struct result *r)
{
	static char buffer[BUFFER_SIZE] __attribute__((aligned(8)));
	const struct nlmsghdr *h = (const struct nlmsghdr *)buffer;
	ssize_t n = recv(fd, buffer, sizeof buffer, MSG_TRUNC);
	size_t len = (size_t)n;
	int more = 1;

	if (n < 0 || n > (ssize_t)sizeof buffer)
		return n < 0 ? -errno : -EMSGSIZE;
	for (; NLMSG_OK(h, len); h = NLMSG_NEXT(h, len)) {
		if (((const struct nlmsgerr *)NLMSG_DATA(h))->error)
			add_refusal(r, h->nlmsg_seq - 1);
		if (h->nlmsg_seq == last)
			more = 0;
	}
	return more;
}

int send_batch(int fd, const char *data, size_t len, uint32_t last, struct result *r)
{
	int more = send(fd, data, len, 0) < 0 ? -errno : 1;

	while (more > 0)
		more = read_answers(fd, last, r);
	return more;
}

/* The requests from i on that go out together. Returns their size. */
static size_t build_batch(char *data, const struct order *o, uint64_t i, uint64_t end, uint32_t oif)
{
	struct nlmsghdr *last = NULL;
	size_t len = 0;

	for (; i < end; i++) {
		last = (struct nlmsghdr *)(data + len);
		len += build_request(data + len, o, i, oif);
	}
	last->nlmsg_flags |= NLM_F_ACK;
	return len;
}

int hand_pipeline(const struct order *o, struct result *r, uint64_t n)
{
	static char data[PER_SEND * REQUEST_SIZE] __attribute__((aligned(8)));
	uint32_t oif = if_nametoindex(DEVICE);
	int fd = open_socket(NETLINK_ROUTE);
	int rc = fd < 0 ? fd : 0;

	while (r->count < n && rc == 0) {
		uint64_t end = n - r->count < PER_SEND ? n : r->count + PER_SEND;
		size_t len = build_batch(data, o, r->count, end, oif);

		rc = send_batch(fd, data, len, (uint32_t)end, r);
		r->count = end;
	}
	if (fd >= 0)
		close(fd);
	return rc;
}

static int check_report(const struct result *r, uint64_t n)
{
	struct result right = { 0 };

	for (uint64_t i = WRONG_EACH - 1; i < n; i += WRONG_EACH)
		add_refusal(&right, i);
	return r->count == n && r->sum == right.sum ? 0 : -EBADMSG;
}

/* The pipeline by hand, which must go as it always does. */
static int stage(const struct order *o, uint64_t n)
{
	struct result r = { 0 };
	int rc = hand_pipeline(o, &r, n);

	return rc < 0 ? rc : check_report(&r, n);
}

/* The first message of a dump says whether it is empty: it is a route, or the
 * end, or an error as there is no such table yet. */
int expect_none(uint64_t n)
{
	static char buffer[BUFFER_SIZE] __attribute__((aligned(8)));
	const struct nlmsghdr *h = (const struct nlmsghdr *)buffer;
	int fd = open_table_dump(PIPELINE_TABLE);
	ssize_t len = fd < 0 ? fd : recv(fd, buffer, sizeof buffer, 0);

	(void)n;
	if (fd >= 0)
		close(fd);
	if (len < (ssize_t)sizeof *h)
		return -EIO;
	return h->nlmsg_type == RTM_NEWROUTE ? -EEXIST : 0;
}

int expect_all(uint64_t n)
{
	int rc = expect_none(n);

	return rc < 0 ? rc : stage(&add_order, n);
}

int check_deleted(const struct result *r, uint64_t n)
{
	int rc = check_report(r, n);

	return rc < 0 ? rc : expect_none(n);
}

/* Routes that can be deleted were there. */
int check_added(const struct result *r, uint64_t n)
{
	int rc = check_report(r, n);

	if (rc == 0)
		rc = stage(&delete_order, n);
	return rc < 0 ? rc : expect_none(n);
}
