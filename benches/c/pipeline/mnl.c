/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* libmnl: a request at a time with its ACK, and its batches, of which the last
 * request alone asks for one. */
#include <libmnl/libmnl.h>
#include <linux/netlink.h>

#include "../wire.h"
#include "stage.h"

/* All that one run needs. */
struct run {
	struct mnl_socket *s;
	struct result *r;
	const struct order *order;
	uint32_t oif, last;
};

static size_t build_one(void *at, const struct run *run, uint64_t i)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(at);

	h->nlmsg_type = run->order->type;
	h->nlmsg_flags = NLM_F_REQUEST | run->order->flags;
	if (i + 1 == run->last)
		h->nlmsg_flags |= NLM_F_ACK;
	h->nlmsg_seq = (uint32_t)i + 1;
	memcpy(mnl_nlmsg_put_extra_header(h, sizeof request_body), &request_body,
	       sizeof request_body);
	mnl_attr_put_u32(h, RTA_DST, request_dst(i));
	mnl_attr_put_u32(h, RTA_GATEWAY, request_gateway(i));
	mnl_attr_put_u32(h, RTA_OIF, run->oif);
	mnl_attr_put_u32(h, RTA_PRIORITY, METRIC);
	return h->nlmsg_len;
}

static int on_verdict(const struct nlmsghdr *h, void *data)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(h);
	struct run *run = data;

	if (e->error)
		add_refusal(run->r, h->nlmsg_seq - 1);
	return h->nlmsg_seq == run->last ? MNL_CB_STOP : MNL_CB_OK;
}

static int exchange(struct run *run, const void *data, size_t len)
{
	static mnl_cb_t control[NLMSG_ERROR + 1] = { [NLMSG_ERROR] = on_verdict };
	static char buffer[BUFFER_SIZE];
	int more = mnl_socket_sendto(run->s, data, len) < 0 ? -1 : MNL_CB_OK;

	while (more > MNL_CB_STOP) {
		ssize_t n = mnl_socket_recvfrom(run->s, buffer, sizeof buffer);

		more = n < 0 ? -1 : mnl_cb_run2(buffer, (size_t)n, 0, mnl_socket_get_portid(run->s),
						NULL, run, control, NLMSG_ERROR + 1);
	}
	return more < 0 ? -errno : 0;
}

static int one_by_one(struct run *run, uint64_t n)
{
	char request[MNL_NLMSG_HDRLEN + 256];
	struct result *r = run->r;
	int rc = 0;

	for (; r->count < n && rc == 0; r->count++) {
		run->last = (uint32_t)r->count + 1;
		rc = exchange(run, request, build_one(request, run, r->count));
	}
	return rc;
}

static void fill(struct mnl_nlmsg_batch *batch, const struct run *run)
{
	mnl_nlmsg_batch_reset(batch);
	for (uint64_t i = run->r->count; i < run->last; i++) {
		build_one(mnl_nlmsg_batch_current(batch), run, i);
		mnl_nlmsg_batch_next(batch);
	}
}

static int batched(struct run *run, uint64_t n)
{
	static char room[2 * BUFFER_SIZE];
	struct mnl_nlmsg_batch *batch = mnl_nlmsg_batch_start(room, BUFFER_SIZE);
	struct result *r = run->r;
	int rc = batch ? 0 : -ENOMEM;

	while (r->count < n && rc == 0) {
		run->last = (uint32_t)(n - r->count < PER_SEND ? n : r->count + PER_SEND);
		fill(batch, run);
		rc = exchange(run, mnl_nlmsg_batch_head(batch), mnl_nlmsg_batch_size(batch));
		r->count = run->last;
	}
	if (batch)
		mnl_nlmsg_batch_stop(batch);
	return rc;
}

static int with_socket(int (*way)(struct run *, uint64_t), const struct order *o,
		       struct result *r, uint64_t n)
{
	struct run run = { .s = mnl_socket_open(NETLINK_ROUTE), .r = r, .order = o,
			   .oif = if_nametoindex(DEVICE) };
	int rc;

	if (!run.s)
		return -errno;
	if (mnl_socket_bind(run.s, 0, MNL_SOCKET_AUTOPID) < 0)
		rc = -errno;
	else
		rc = way(&run, n);
	mnl_socket_close(run.s);
	return rc;
}

static int add(struct result *r, uint64_t n)
{
	return with_socket(one_by_one, &add_order, r, n);
}

static int delete(struct result *r, uint64_t n)
{
	return with_socket(one_by_one, &delete_order, r, n);
}

static int batch_add(struct result *r, uint64_t n)
{
	return with_socket(batched, &add_order, r, n);
}

static int batch_delete(struct result *r, uint64_t n)
{
	return with_socket(batched, &delete_order, r, n);
}

const struct task tasks[] = {
	{ "add", add, expect_none, check_added },
	{ "delete", delete, expect_all, check_deleted },
	{ "batch-add", batch_add, expect_none, check_added },
	{ "batch-delete", batch_delete, expect_all, check_deleted },
	{ NULL, NULL },
};
