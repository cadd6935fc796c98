/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The limit: buffers that were built before the clock started are sent. And by
 * hand: the same with the requests built as they are sent. */
#include <stdlib.h>

#include "../wire.h"
#include "stage.h"

static char *built;

static int build_all(const struct order *o, uint64_t n)
{
	uint32_t oif = if_nametoindex(DEVICE);
	size_t len = 0;

	built = malloc(n * REQUEST_SIZE);
	if (!built)
		return -ENOMEM;
	for (uint64_t i = 0; i < n; i++) {
		struct nlmsghdr *h = (struct nlmsghdr *)(built + len);

		len += build_request(built + len, o, i, oif);
		if ((i + 1) % PER_SEND == 0 || i + 1 == n)
			h->nlmsg_flags |= NLM_F_ACK;
	}
	return 0;
}

static int build_adds(uint64_t n)
{
	int rc = expect_none(n);

	return rc < 0 ? rc : build_all(&add_order, n);
}

static int build_deletes(uint64_t n)
{
	int rc = expect_all(n);

	return rc < 0 ? rc : build_all(&delete_order, n);
}

static int send_all(struct result *r, uint64_t n)
{
	int fd = open_socket(NETLINK_ROUTE);
	int rc = fd < 0 ? fd : 0;

	while (r->count < n && rc == 0) {
		uint64_t end = n - r->count < PER_SEND ? n : r->count + PER_SEND;

		rc = send_batch(fd, built + r->count * REQUEST_SIZE,
				(end - r->count) * REQUEST_SIZE, (uint32_t)end, r);
		r->count = end;
	}
	if (fd >= 0)
		close(fd);
	return rc;
}

static int hand_add(struct result *r, uint64_t n)
{
	return hand_pipeline(&add_order, r, n);
}

static int hand_delete(struct result *r, uint64_t n)
{
	return hand_pipeline(&delete_order, r, n);
}

const struct task tasks[] = {
	{ "add", send_all, build_adds, check_added },
	{ "delete", send_all, build_deletes, check_deleted },
	{ "hand-add", hand_add, expect_none, check_added },
	{ "hand-delete", hand_delete, expect_all, check_deleted },
	{ NULL, NULL },
};
