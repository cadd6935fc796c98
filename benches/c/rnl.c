/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* rnl through its C interface, as a program would use it. */
#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "message.h"
#include "rnl_rows.h"

enum { PATIENCE = 10000 };

static int read_all(struct rnl_dump *d, reader read_one, struct result *r)
{
	struct rnl_view v;
	int rc;

	while ((rc = rnl_dump_next(d, &v, NULL)) > 0)
		read_one(&v, r);
	return rc;
}

static int dump_once(const struct rnl_msg *m, int mode, reader read_one, struct result *r)
{
	struct rnl_sock *s = NULL;
	struct rnl_dump *d = NULL;
	int rc = rnl_sock_open(&s, NETLINK_ROUTE, NULL, NULL);

	if (rc == 0)
		rc = rnl_dump_start(&d, s, m, mode, -1, NULL);
	if (rc == 0)
		rc = read_all(d, read_one, r);
	rnl_dump_free(d);
	rnl_sock_close(s);
	return rc;
}

static int dump(const struct rnl_msg *m, int mode, reader read_one, struct result *r, uint64_t n)
{
	int rc = 0;

	while (n-- && rc == 0)
		rc = dump_once(m, mode, read_one, r);
	return rc;
}

static int dump_routes(struct result *r, uint64_t n, int mode)
{
	const struct rtmsg rt = { .rtm_family = AF_INET };
	struct rnl_msg *m = rnl_msg_new(RTM_GETROUTE, 0);
	int rc;

	rnl_msg_put_header(m, &rt, sizeof rt);
	rc = dump(m, mode, read_route, r, n);
	rnl_msg_free(m);
	return rc;
}

/* All links, or with a kind those of it. */
static int dump_links(struct result *r, uint64_t n, int mode, const char *kind, reader read_one)
{
	const struct ifinfomsg i = { 0 };
	struct rnl_msg *m = rnl_msg_new(RTM_GETLINK, 0);
	int rc;

	rnl_msg_put_header(m, &i, sizeof i);
	if (kind) {
		rnl_msg_nest_begin(m, IFLA_LINKINFO);
		rnl_msg_put_str(m, IFLA_INFO_KIND, kind);
		rnl_msg_nest_end(m);
	}
	rc = dump(m, mode, read_one, r, n);
	rnl_msg_free(m);
	return rc;
}

static int routes(struct result *r, uint64_t n)
{
	return dump_routes(r, n, RNL_DUMP_CONSISTENT);
}

static int routes_stream(struct result *r, uint64_t n)
{
	return dump_routes(r, n, RNL_DUMP_STREAM);
}

static int links(struct result *r, uint64_t n)
{
	return dump_links(r, n, RNL_DUMP_CONSISTENT, NULL, read_link);
}

static int links_stream(struct result *r, uint64_t n)
{
	return dump_links(r, n, RNL_DUMP_STREAM, NULL, read_link);
}

/* The links of one kind out of all. */
static int links_of_all(struct result *r, uint64_t n)
{
	return dump_links(r, n, RNL_DUMP_STREAM, NULL, read_kind_only);
}

/* The same links, found by the kernel. */
static int links_filtered(struct result *r, uint64_t n)
{
	return dump_links(r, n, RNL_DUMP_STREAM, FILTER_KIND, read_link);
}

static void put_hop(struct rnl_msg *m, unsigned hop)
{
	const struct rtnexthop nh = { .rtnh_len = sizeof nh + RTA_SPACE(4),
				      .rtnh_hops = (unsigned char)hop,
				      .rtnh_ifindex = (int)hop_index(hop) };

	rnl_msg_put_raw(m, &nh, sizeof nh);
	rnl_msg_put_u32(m, RTA_GATEWAY, gateway_of(hop));
}

static void build_one(struct rnl_msg *m, uint64_t i)
{
	rnl_msg_reset(m, RTM_NEWROUTE, MESSAGE_FLAGS);
	rnl_msg_put_header(m, &message_body, sizeof message_body);
	rnl_msg_put_u32(m, RTA_DST, dst_of(i));
	rnl_msg_put_u32(m, RTA_TABLE, TABLE);
	rnl_msg_put_u32(m, RTA_PRIORITY, priority_of(i));
	rnl_msg_put_u32(m, RTA_PREFSRC, PREFSRC);
	rnl_msg_nest_begin(m, RTA_MULTIPATH);
	for (unsigned hop = 0; hop < HOPS; hop++)
		put_hop(m, hop);
	rnl_msg_nest_end(m);
}

static int build(struct result *r, uint64_t n)
{
	struct rnl_msg *m = rnl_msg_new(RTM_NEWROUTE, MESSAGE_FLAGS);
	struct rnl_bytes bytes = { 0 };
	int rc = 0;

	for (uint64_t i = 0; i < n && rc == 0; i++) {
		build_one(m, i);
		rc = rnl_msg_bytes(m, &bytes);
		r->bytes += bytes.len;
	}
	r->count = n;
	if (rc == 0)
		r->sum = hand_parse((const struct nlmsghdr *)bytes.ptr);
	rnl_msg_free(m);
	return rc;
}

static void parse_hop(const struct rtnexthop *nh, struct message_row *m)
{
	const struct rnl_bytes inside = { (const uint8_t *)RTNH_DATA(nh),
					  nh->rtnh_len - sizeof *nh };
	struct hop_row row = { .index = (uint32_t)nh->rtnh_ifindex, .weight = nh->rtnh_hops };
	struct rnl_attrs attrs;
	struct rnl_attr a;

	rnl_attrs_of(&inside, &attrs);
	while (rnl_attrs_next(&attrs, &a) > 0)
		if (a.type == RTA_GATEWAY)
			rnl_attr_u32(&a, &row.gateway);
	add_hop(m, &row);
}

static void parse_hops(const struct rnl_attr *a, struct message_row *m)
{
	const struct rtnexthop *nh = (const struct rtnexthop *)a->data.ptr;
	int len = (int)a->data.len;

	while (len >= (int)sizeof *nh && RTNH_OK(nh, len)) {
		parse_hop(nh, m);
		len -= (int)NLMSG_ALIGN(nh->rtnh_len);
		nh = RTNH_NEXT(nh);
	}
}

static uint64_t parse_one(struct rnl_bytes datagram)
{
	struct message_row m = { 0 };
	struct rnl_attrs attrs;
	struct rnl_attr a;
	struct rnl_view v;

	if (rnl_view_next(&datagram, &v) <= 0)
		return 0;
	rnl_view_attrs(&v, sizeof(struct rtmsg), &attrs);
	while (rnl_attrs_next(&attrs, &a) > 0)
		switch (a.type) {
		case RTA_DST: rnl_attr_u32(&a, &m.dst); break;
		case RTA_TABLE: rnl_attr_u32(&a, &m.table); break;
		case RTA_PRIORITY: rnl_attr_u32(&a, &m.priority); break;
		case RTA_PREFSRC: rnl_attr_u32(&a, &m.prefsrc); break;
		case RTA_MULTIPATH: parse_hops(&a, &m); break;
		}
	return row_sum(&m);
}

static int parse(struct result *r, uint64_t n)
{
	static char buffer[MESSAGE_SIZE] __attribute__((aligned(8)));
	const struct rnl_bytes datagram = { (const uint8_t *)buffer, hand_build(buffer, 1) };

	for (uint64_t i = 0; i < n; i++)
		r->sum += parse_one(datagram);
	r->count = n;
	return 0;
}

static void make_setlink(struct rnl_msg *m)
{
	const struct ifinfomsg i = { .ifi_index = 1 };

	rnl_msg_reset(m, RTM_SETLINK, 0);
	rnl_msg_put_header(m, &i, sizeof i);
}

static int exchange_ack(struct rnl_sock *s, struct rnl_msg *m, struct result *r)
{
	(void)r;
	make_setlink(m);
	return rnl_sock_call(s, m, PATIENCE, NULL, NULL);
}

static void make_getfamily(struct rnl_msg *m)
{
	const struct genlmsghdr g = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 };

	rnl_msg_reset(m, GENL_ID_CTRL, 0);
	rnl_msg_put_header(m, &g, sizeof g);
	rnl_msg_put_str(m, CTRL_ATTR_FAMILY_NAME, "nlctrl");
}

static int exchange_reply(struct rnl_sock *s, struct rnl_msg *m, struct result *r)
{
	struct rnl_reply *reply = NULL;
	struct rnl_view v;
	int rc;

	make_getfamily(m);
	rc = rnl_sock_call(s, m, PATIENCE, &reply, NULL);
	while (rc == 0 && rnl_reply_next(reply, &v) > 0)
		r->sum += v.type;
	rnl_reply_free(reply);
	return rc;
}

static int ack(int protocol, int (*exchange)(struct rnl_sock *, struct rnl_msg *, struct result *),
	       struct result *r, uint64_t n)
{
	struct rnl_msg *m = rnl_msg_new(NLMSG_MIN_TYPE, 0);
	struct rnl_sock *s = NULL;
	int rc = rnl_sock_open(&s, protocol, NULL, NULL);

	for (; r->count < n && rc == 0; r->count++)
		rc = exchange(s, m, r);
	rnl_sock_close(s);
	rnl_msg_free(m);
	return rc;
}

static int ack_link(struct result *r, uint64_t n)
{
	return ack(NETLINK_ROUTE, exchange_ack, r, n);
}

static int ack_genl(struct result *r, uint64_t n)
{
	return ack(NETLINK_GENERIC, exchange_reply, r, n);
}

const struct task tasks[] = {
	{ "routes", routes },
	{ "routes-stream", routes_stream },
	{ "links", links },
	{ "links-stream", links_stream },
	{ "kind-of-all", links_of_all },
	{ "kind-filtered", links_filtered },
	{ "build", build },
	{ "parse", parse },
	{ "ack-link", ack_link },
	{ "ack-genl", ack_genl },
	{ NULL, NULL },
};
