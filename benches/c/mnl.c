/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* libmnl: its own socket, callback loop and attribute table, with the buffer
 * size its header recommends, and with 32 KiB. */
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/if.h>
#include <linux/if_link.h>

#include "bench.h"
#include "message.h"
#include "wire.h"

static char buffer[BUFFER_SIZE] __attribute__((aligned(8)));

struct table {
	const struct nlattr **tb;
	uint16_t max;
};

static int keep(const struct nlattr *a, void *data)
{
	struct table *t = data;

	if (mnl_attr_type_valid(a, t->max) > 0)
		t->tb[mnl_attr_get_type(a)] = a;
	return MNL_CB_OK;
}

static uint32_t u32_of(const struct nlattr *a)
{
	return a && mnl_attr_validate(a, MNL_TYPE_U32) >= 0 ? mnl_attr_get_u32(a) : 0;
}

static int read_route(const struct nlmsghdr *h, void *data)
{
	const struct rtmsg *rt = mnl_nlmsg_get_payload(h);
	const struct nlattr *tb[RTA_MAX + 1] = { 0 };
	struct table t = { tb, RTA_MAX };
	struct route row = { .dst_len = rt->rtm_dst_len };

	mnl_attr_parse(h, sizeof *rt, keep, &t);
	row.dst = u32_of(tb[RTA_DST]);
	row.table = tb[RTA_TABLE] ? u32_of(tb[RTA_TABLE]) : rt->rtm_table;
	row.oif = u32_of(tb[RTA_OIF]);
	row.gateway = u32_of(tb[RTA_GATEWAY]);
	add_route(data, &row);
	return MNL_CB_OK;
}

static const char *text_of(const struct nlattr *a, size_t *len)
{
	const char *text = a && mnl_attr_validate(a, MNL_TYPE_NUL_STRING) >= 0 ?
				   mnl_attr_get_str(a) : "";

	*len = strlen(text);
	return text;
}

static int read_link(const struct nlmsghdr *h, void *data)
{
	const struct ifinfomsg *i = mnl_nlmsg_get_payload(h);
	const struct nlattr *tb[IFLA_MAX + 1] = { 0 }, *info[IFLA_INFO_MAX + 1] = { 0 };
	struct table t = { tb, IFLA_MAX }, nested = { info, IFLA_INFO_MAX };
	struct link_row row = { .index = (uint32_t)i->ifi_index, .flags = i->ifi_flags };

	mnl_attr_parse(h, sizeof *i, keep, &t);
	if (tb[IFLA_LINKINFO])
		mnl_attr_parse_nested(tb[IFLA_LINKINFO], keep, &nested);
	row.name = text_of(tb[IFLA_IFNAME], &row.name_len);
	row.kind = text_of(info[IFLA_INFO_KIND], &row.kind_len);
	row.mtu = u32_of(tb[IFLA_MTU]);
	if (tb[IFLA_OPERSTATE])
		row.operstate = mnl_attr_get_u8(tb[IFLA_OPERSTATE]);
	if (tb[IFLA_ADDRESS] && mnl_attr_get_payload_len(tb[IFLA_ADDRESS]) == sizeof row.mac)
		memcpy(row.mac, mnl_attr_get_payload(tb[IFLA_ADDRESS]), sizeof row.mac);
	add_link(data, &row);
	return MNL_CB_OK;
}

static struct mnl_socket *open_mnl(int protocol)
{
	struct mnl_socket *s = mnl_socket_open(protocol);

	if (s && mnl_socket_bind(s, 0, MNL_SOCKET_AUTOPID) < 0) {
		mnl_socket_close(s);
		return NULL;
	}
	if (s && protocol == NETLINK_ROUTE)
		be_strict(mnl_socket_get_fd(s));
	return s;
}

static struct nlmsghdr *request(uint16_t type, uint16_t flags, uint32_t seq)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(buffer);

	h->nlmsg_type = type;
	h->nlmsg_flags = NLM_F_REQUEST | flags;
	h->nlmsg_seq = seq;
	return h;
}

/* Receives until the callbacks say that the answer is complete. */
static int receive(struct mnl_socket *s, uint32_t seq, size_t room, mnl_cb_t read_one, void *data)
{
	int more = MNL_CB_OK;

	while (more > MNL_CB_STOP) {
		ssize_t n = mnl_socket_recvfrom(s, buffer, room);

		if (n < 0)
			return -errno;
		more = mnl_cb_run(buffer, (size_t)n, seq, mnl_socket_get_portid(s), read_one, data);
	}
	return more < 0 ? -errno : 0;
}

static int dump(uint16_t type, uint8_t family, size_t body, size_t room, mnl_cb_t read_one,
		struct result *r)
{
	struct mnl_socket *s = open_mnl(NETLINK_ROUTE);
	struct nlmsghdr *h = request(type, NLM_F_DUMP, SEQ);
	uint8_t *extra = mnl_nlmsg_put_extra_header(h, body);
	int rc = -errno;

	if (!s)
		return rc;
	*extra = family;
	if (mnl_socket_sendto(s, h, h->nlmsg_len) < 0)
		rc = -errno;
	else
		rc = receive(s, SEQ, room, read_one, r);
	mnl_socket_close(s);
	return rc;
}

static int dump_routes(struct result *r, uint64_t n, size_t room)
{
	int rc = 0;

	while (n-- && rc == 0)
		rc = dump(RTM_GETROUTE, AF_INET, sizeof(struct rtmsg), room, read_route, r);
	return rc;
}

static int dump_links(struct result *r, uint64_t n, size_t room)
{
	int rc = 0;

	while (n-- && rc == 0)
		rc = dump(RTM_GETLINK, AF_UNSPEC, sizeof(struct ifinfomsg), room, read_link, r);
	return rc;
}

static int routes(struct result *r, uint64_t n)
{
	return dump_routes(r, n, (size_t)MNL_SOCKET_BUFFER_SIZE);
}

static int routes_32k(struct result *r, uint64_t n)
{
	return dump_routes(r, n, sizeof buffer);
}

static int links(struct result *r, uint64_t n)
{
	return dump_links(r, n, (size_t)MNL_SOCKET_BUFFER_SIZE);
}

static int links_32k(struct result *r, uint64_t n)
{
	return dump_links(r, n, sizeof buffer);
}

static void put_hop(struct nlmsghdr *h, unsigned hop)
{
	struct rtnexthop *nh = mnl_nlmsg_put_extra_header(h, sizeof *nh);

	nh->rtnh_hops = (unsigned char)hop;
	nh->rtnh_ifindex = (int)hop_index(hop);
	mnl_attr_put_u32(h, RTA_GATEWAY, gateway_of(hop));
	nh->rtnh_len = (unsigned short)((char *)mnl_nlmsg_get_payload_tail(h) - (char *)nh);
}

static size_t build_one(uint64_t i)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(buffer);
	struct nlattr *nest;

	h->nlmsg_type = RTM_NEWROUTE;
	h->nlmsg_flags = MESSAGE_FLAGS;
	h->nlmsg_seq = (uint32_t)i;
	memcpy(mnl_nlmsg_put_extra_header(h, sizeof message_body), &message_body,
	       sizeof message_body);
	mnl_attr_put_u32(h, RTA_DST, dst_of(i));
	mnl_attr_put_u32(h, RTA_TABLE, TABLE);
	mnl_attr_put_u32(h, RTA_PRIORITY, priority_of(i));
	mnl_attr_put_u32(h, RTA_PREFSRC, PREFSRC);
	nest = mnl_attr_nest_start(h, RTA_MULTIPATH);
	for (unsigned hop = 0; hop < HOPS; hop++)
		put_hop(h, hop);
	mnl_attr_nest_end(h, nest);
	return h->nlmsg_len;
}

static int build(struct result *r, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++)
		r->bytes += build_one(i);
	r->count = n;
	r->sum = hand_parse((const struct nlmsghdr *)buffer);
	return 0;
}

static void parse_hop(const struct rtnexthop *nh, struct message_row *m)
{
	const struct nlattr *tb[RTA_MAX + 1] = { 0 };
	struct table t = { tb, RTA_MAX };
	struct hop_row row = { .index = (uint32_t)nh->rtnh_ifindex, .weight = nh->rtnh_hops };

	mnl_attr_parse_payload(RTNH_DATA(nh), nh->rtnh_len - sizeof *nh, keep, &t);
	row.gateway = u32_of(tb[RTA_GATEWAY]);
	add_hop(m, &row);
}

static void parse_hops(const struct nlattr *a, struct message_row *m)
{
	const struct rtnexthop *nh = mnl_attr_get_payload(a);
	int len = mnl_attr_get_payload_len(a);

	while (len >= (int)sizeof *nh && RTNH_OK(nh, len)) {
		parse_hop(nh, m);
		len -= (int)NLMSG_ALIGN(nh->rtnh_len);
		nh = RTNH_NEXT(nh);
	}
}

static uint64_t parse_one(const struct nlmsghdr *h)
{
	const struct nlattr *tb[RTA_MAX + 1] = { 0 };
	struct table t = { tb, RTA_MAX };
	struct message_row m = { 0 };

	mnl_attr_parse(h, sizeof(struct rtmsg), keep, &t);
	m.dst = u32_of(tb[RTA_DST]);
	m.table = u32_of(tb[RTA_TABLE]);
	m.priority = u32_of(tb[RTA_PRIORITY]);
	m.prefsrc = u32_of(tb[RTA_PREFSRC]);
	if (tb[RTA_MULTIPATH])
		parse_hops(tb[RTA_MULTIPATH], &m);
	return row_sum(&m);
}

static int parse(struct result *r, uint64_t n)
{
	hand_build(buffer, 1);
	for (uint64_t i = 0; i < n; i++)
		r->sum += parse_one((const struct nlmsghdr *)buffer);
	r->count = n;
	return 0;
}

static int add_reply(const struct nlmsghdr *h, void *data)
{
	((struct result *)data)->sum += h->nlmsg_type;
	return MNL_CB_OK;
}

static int exchange(struct mnl_socket *s, struct nlmsghdr *h, struct result *r)
{
	uint32_t seq = h->nlmsg_seq;

	if (mnl_socket_sendto(s, h, h->nlmsg_len) < 0)
		return -errno;
	r->count++;
	return receive(s, seq, (size_t)MNL_SOCKET_BUFFER_SIZE, add_reply, r);
}

static struct nlmsghdr *setlink(uint32_t seq)
{
	struct nlmsghdr *h = request(RTM_SETLINK, NLM_F_ACK, seq);
	struct ifinfomsg *i = mnl_nlmsg_put_extra_header(h, sizeof *i);

	i->ifi_index = 1;
	return h;
}

static struct nlmsghdr *getfamily(uint32_t seq)
{
	struct nlmsghdr *h = request(GENL_ID_CTRL, NLM_F_ACK, seq);
	struct genlmsghdr *g = mnl_nlmsg_put_extra_header(h, sizeof *g);

	g->cmd = CTRL_CMD_GETFAMILY;
	g->version = 1;
	mnl_attr_put_strz(h, CTRL_ATTR_FAMILY_NAME, "nlctrl");
	return h;
}

static int ack(int protocol, struct nlmsghdr *(*make)(uint32_t), struct result *r, uint64_t n)
{
	struct mnl_socket *s = open_mnl(protocol);
	int rc = s ? 0 : -errno;

	for (uint64_t i = 1; i <= n && rc == 0; i++)
		rc = exchange(s, make((uint32_t)i), r);
	if (s)
		mnl_socket_close(s);
	return rc;
}

static int ack_link(struct result *r, uint64_t n)
{
	return ack(NETLINK_ROUTE, setlink, r, n);
}

static int ack_genl(struct result *r, uint64_t n)
{
	return ack(NETLINK_GENERIC, getfamily, r, n);
}

const struct task tasks[] = {
	{ "routes", routes },     { "routes-32k", routes_32k }, { "links", links },
	{ "links-32k", links_32k }, { "build", build },         { "parse", parse },
	{ "ack-link", ack_link }, { "ack-genl", ack_genl },     { NULL, NULL },
};
