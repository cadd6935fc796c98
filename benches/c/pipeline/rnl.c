/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* rnl: requests are submitted, and their completions taken: those of the
 * refused alone, or one for each. */
#include <errno.h>
#include <rnl/rnl.h>

#include "stage.h"

enum { PATIENCE = 60000 };

/* All that one run needs. */
struct run {
	struct rnl_sock *s;
	struct rnl_msg *m;
	struct result *r;
	const struct order *order;
	uint32_t oif, flags;
};

/* One message serves for all, as the socket copies it. */
static void build_one(const struct run *run, uint64_t i)
{
	struct rnl_msg *m = run->m;

	rnl_msg_reset(m, run->order->type, run->order->flags);
	rnl_msg_put_header(m, &request_body, sizeof request_body);
	rnl_msg_put_u32(m, RTA_DST, request_dst(i));
	rnl_msg_put_u32(m, RTA_GATEWAY, request_gateway(i));
	rnl_msg_put_u32(m, RTA_OIF, run->oif);
	rnl_msg_put_u32(m, RTA_PRIORITY, METRIC);
}

/* Takes a completion, if there will be one: 1, or 0. */
static int take(const struct run *run)
{
	struct rnl_done done;
	int rc = rnl_sock_complete(run->s, &done, PATIENCE, NULL);

	if (rc <= 0)
		return rc;
	if (done.result < 0)
		add_refusal(run->r, done.user);
	if (!(run->flags & RNL_SUBMIT_QUIET))
		run->r->count++;
	rnl_reply_free(done.reply);
	rnl_err_free(done.err);
	return rc;
}

static int submit_one(const struct run *run, uint64_t i)
{
	int rc;

	build_one(run, i);
	do
		rc = rnl_sock_submit(run->s, run->m, run->flags, i, PATIENCE, NULL, NULL);
	while (rc == -EAGAIN && take(run) > 0);
	return rc;
}

static int submit_all(const struct run *run, uint64_t n)
{
	int rc = 0;

	for (uint64_t i = 0; i < n && rc >= 0; i++)
		rc = submit_one(run, i);
	if (rc >= 0)
		while ((rc = take(run)) > 0)
			;
	if (run->flags & RNL_SUBMIT_QUIET)
		run->r->count = n;
	return rc;
}

static int with_socket(uint32_t flags, const struct order *o, struct result *r, uint64_t n)
{
	struct run run = { .m = rnl_msg_new(o->type, 0), .r = r, .order = o,
			   .oif = if_nametoindex(DEVICE), .flags = flags };
	int rc = rnl_sock_open(&run.s, NETLINK_ROUTE, NULL, NULL);

	if (rc == 0)
		rc = submit_all(&run, n);
	rnl_sock_close(run.s);
	rnl_msg_free(run.m);
	return rc;
}

static int add(struct result *r, uint64_t n)
{
	return with_socket(RNL_SUBMIT_QUIET, &add_order, r, n);
}

static int delete(struct result *r, uint64_t n)
{
	return with_socket(RNL_SUBMIT_QUIET, &delete_order, r, n);
}

static int ack_add(struct result *r, uint64_t n)
{
	return with_socket(0, &add_order, r, n);
}

static int ack_delete(struct result *r, uint64_t n)
{
	return with_socket(0, &delete_order, r, n);
}

const struct task tasks[] = {
	{ "add", add, expect_none, check_added },
	{ "delete", delete, expect_all, check_deleted },
	{ "ack-add", ack_add, expect_none, check_added },
	{ "ack-delete", ack_delete, expect_all, check_deleted },
	{ NULL, NULL },
};
