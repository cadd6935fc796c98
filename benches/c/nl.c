/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* libnl-3: its socket with all defaults, its callbacks, nlmsg_parse() with a
 * policy, and a message allocated per request as its functions do. */
#include <linux/genetlink.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>

#include "bench.h"
#include "message.h"
#include "wire.h"

static struct nla_policy route_policy[RTA_MAX + 1] = {
	[RTA_DST] = { .type = NLA_U32 },     [RTA_TABLE] = { .type = NLA_U32 },
	[RTA_OIF] = { .type = NLA_U32 },     [RTA_GATEWAY] = { .type = NLA_U32 },
	[RTA_PREFSRC] = { .type = NLA_U32 }, [RTA_PRIORITY] = { .type = NLA_U32 },
};

static struct nla_policy link_policy[IFLA_MAX + 1] = {
	[IFLA_IFNAME] = { .type = NLA_STRING, .maxlen = IFNAMSIZ },
	[IFLA_MTU] = { .type = NLA_U32 },
	[IFLA_OPERSTATE] = { .type = NLA_U8 },
	[IFLA_LINKINFO] = { .type = NLA_NESTED },
};

static uint32_t u32_of(const struct nlattr *a)
{
	return a ? nla_get_u32(a) : 0;
}

static int read_route(struct nl_msg *msg, void *data)
{
	struct nlmsghdr *h = nlmsg_hdr(msg);
	const struct rtmsg *rt = nlmsg_data(h);
	struct nlattr *tb[RTA_MAX + 1];
	struct route row = { .dst_len = rt->rtm_dst_len };

	if (nlmsg_parse(h, sizeof *rt, tb, RTA_MAX, route_policy) < 0)
		return NL_SKIP;
	row.dst = u32_of(tb[RTA_DST]);
	row.table = tb[RTA_TABLE] ? nla_get_u32(tb[RTA_TABLE]) : rt->rtm_table;
	row.oif = u32_of(tb[RTA_OIF]);
	row.gateway = u32_of(tb[RTA_GATEWAY]);
	add_route(data, &row);
	return NL_OK;
}

static const char *text_of(const struct nlattr *a, size_t *len)
{
	const char *text = a ? nla_get_string(a) : "";

	*len = strlen(text);
	return text;
}

static int read_link(struct nl_msg *msg, void *data)
{
	struct nlmsghdr *h = nlmsg_hdr(msg);
	const struct ifinfomsg *i = nlmsg_data(h);
	struct nlattr *tb[IFLA_MAX + 1], *info[IFLA_INFO_MAX + 1] = { 0 };
	struct link_row row = { .index = (uint32_t)i->ifi_index, .flags = i->ifi_flags };

	if (nlmsg_parse(h, sizeof *i, tb, IFLA_MAX, link_policy) < 0)
		return NL_SKIP;
	if (tb[IFLA_LINKINFO])
		nla_parse_nested(info, IFLA_INFO_MAX, tb[IFLA_LINKINFO], NULL);
	row.name = text_of(tb[IFLA_IFNAME], &row.name_len);
	row.kind = text_of(info[IFLA_INFO_KIND], &row.kind_len);
	row.mtu = u32_of(tb[IFLA_MTU]);
	if (tb[IFLA_OPERSTATE])
		row.operstate = nla_get_u8(tb[IFLA_OPERSTATE]);
	if (tb[IFLA_ADDRESS] && nla_len(tb[IFLA_ADDRESS]) == sizeof row.mac)
		memcpy(row.mac, nla_data(tb[IFLA_ADDRESS]), sizeof row.mac);
	add_link(data, &row);
	return NL_OK;
}

static struct nl_sock *open_nl(int protocol, nl_recvmsg_msg_cb_t read_one, void *data)
{
	struct nl_sock *s = nl_socket_alloc();

	if (s && nl_connect(s, protocol) < 0) {
		nl_socket_free(s);
		return NULL;
	}
	if (!s)
		return NULL;
	if (protocol == NETLINK_ROUTE)
		be_strict(nl_socket_get_fd(s));
	nl_socket_modify_cb(s, NL_CB_VALID, NL_CB_CUSTOM, read_one, data);
	return s;
}

static int dump(int type, void *body, size_t len, nl_recvmsg_msg_cb_t read_one, struct result *r)
{
	struct nl_sock *s = open_nl(NETLINK_ROUTE, read_one, r);
	int rc;

	if (!s)
		return -ENOTCONN;
	rc = nl_send_simple(s, type, NLM_F_DUMP, body, len);
	if (rc >= 0)
		rc = nl_recvmsgs_default(s);
	nl_socket_free(s);
	return rc < 0 ? -EIO : 0;
}

static int routes(struct result *r, uint64_t n)
{
	struct rtmsg rt = { .rtm_family = AF_INET };
	int rc = 0;

	while (n-- && rc == 0)
		rc = dump(RTM_GETROUTE, &rt, sizeof rt, read_route, r);
	return rc;
}

static int links(struct result *r, uint64_t n)
{
	struct ifinfomsg i = { 0 };
	int rc = 0;

	while (n-- && rc == 0)
		rc = dump(RTM_GETLINK, &i, sizeof i, read_link, r);
	return rc;
}

static void put_hop(struct nl_msg *msg, unsigned hop)
{
	struct rtnexthop *nh = nlmsg_reserve(msg, sizeof *nh, NLMSG_ALIGNTO);

	nh->rtnh_flags = 0;
	nh->rtnh_hops = (unsigned char)hop;
	nh->rtnh_ifindex = (int)hop_index(hop);
	nla_put_u32(msg, RTA_GATEWAY, gateway_of(hop));
	nh->rtnh_len = (unsigned short)((char *)nlmsg_tail(nlmsg_hdr(msg)) - (char *)nh);
}

static struct nl_msg *build_one(uint64_t i)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct nlattr *nest;

	nlmsg_put(msg, 0, (uint32_t)i, RTM_NEWROUTE, 0, MESSAGE_FLAGS);
	nlmsg_append(msg, (void *)&message_body, sizeof message_body, NLMSG_ALIGNTO);
	nla_put_u32(msg, RTA_DST, dst_of(i));
	nla_put_u32(msg, RTA_TABLE, TABLE);
	nla_put_u32(msg, RTA_PRIORITY, priority_of(i));
	nla_put_u32(msg, RTA_PREFSRC, PREFSRC);
	nest = nla_nest_start(msg, RTA_MULTIPATH);
	for (unsigned hop = 0; hop < HOPS; hop++)
		put_hop(msg, hop);
	nla_nest_end(msg, nest);
	return msg;
}

static int build(struct result *r, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		struct nl_msg *msg = build_one(i);

		r->bytes += nlmsg_hdr(msg)->nlmsg_len;
		if (i + 1 == n)
			r->sum = hand_parse(nlmsg_hdr(msg));
		nlmsg_free(msg);
	}
	r->count = n;
	return 0;
}

static void parse_hop(struct rtnexthop *nh, struct message_row *m)
{
	struct nlattr *tb[RTA_MAX + 1];
	struct hop_row row = { .index = (uint32_t)nh->rtnh_ifindex, .weight = nh->rtnh_hops };

	if (nla_parse(tb, RTA_MAX, (struct nlattr *)RTNH_DATA(nh), nh->rtnh_len - (int)sizeof *nh,
		      route_policy) == 0)
		row.gateway = u32_of(tb[RTA_GATEWAY]);
	add_hop(m, &row);
}

static void parse_hops(const struct nlattr *a, struct message_row *m)
{
	struct rtnexthop *nh = nla_data(a);
	int len = nla_len(a);

	while (len >= (int)sizeof *nh && RTNH_OK(nh, len)) {
		parse_hop(nh, m);
		len -= (int)NLMSG_ALIGN(nh->rtnh_len);
		nh = RTNH_NEXT(nh);
	}
}

static uint64_t parse_one(struct nlmsghdr *h)
{
	struct nlattr *tb[RTA_MAX + 1];
	struct message_row m = { 0 };

	if (nlmsg_parse(h, sizeof(struct rtmsg), tb, RTA_MAX, route_policy) < 0)
		return 0;
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
	static char buffer[MESSAGE_SIZE] __attribute__((aligned(8)));

	hand_build(buffer, 1);
	for (uint64_t i = 0; i < n; i++)
		r->sum += parse_one((struct nlmsghdr *)buffer);
	r->count = n;
	return 0;
}

static int add_reply(struct nl_msg *msg, void *data)
{
	((struct result *)data)->sum += nlmsg_hdr(msg)->nlmsg_type;
	return NL_OK;
}

static struct nl_msg *setlink(void)
{
	struct ifinfomsg i = { .ifi_index = 1 };
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_SETLINK, 0);

	nlmsg_append(msg, &i, sizeof i, NLMSG_ALIGNTO);
	return msg;
}

static struct nl_msg *getfamily(void)
{
	struct nl_msg *msg = nlmsg_alloc();

	genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, GENL_ID_CTRL, 0, 0, CTRL_CMD_GETFAMILY, 1);
	nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, "nlctrl");
	return msg;
}

static int ack_link(struct result *r, uint64_t n)
{
	struct nl_sock *s = open_nl(NETLINK_ROUTE, add_reply, r);
	int rc = s ? 0 : -ENOTCONN;

	for (; r->count < n && rc >= 0; r->count++)
		rc = nl_send_sync(s, setlink());
	nl_socket_free(s);
	return rc < 0 ? -EIO : 0;
}

/* The reply, then the ACK: two receives, as its manual shows. */
static int reply_and_ack(struct nl_sock *s, struct nl_msg *msg)
{
	int rc = nl_send_auto(s, msg);

	nlmsg_free(msg);
	if (rc >= 0)
		rc = nl_recvmsgs_default(s);
	return rc < 0 ? rc : nl_wait_for_ack(s);
}

static int ack_genl(struct result *r, uint64_t n)
{
	struct nl_sock *s = open_nl(NETLINK_GENERIC, add_reply, r);
	int rc = s ? 0 : -ENOTCONN;

	for (; r->count < n && rc >= 0; r->count++)
		rc = reply_and_ack(s, getfamily());
	nl_socket_free(s);
	return rc < 0 ? -EIO : 0;
}

const struct task tasks[] = {
	{ "routes", routes },     { "links", links },       { "build", build },
	{ "parse", parse },       { "ack-link", ack_link }, { "ack-genl", ack_genl },
	{ NULL, NULL },
};
