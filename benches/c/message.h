/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The 144-byte RTM_NEWROUTE with five next hops that all contestants build
 * and parse: what is in it, and the hand-written build and parse. */
#ifndef MESSAGE_H
#define MESSAGE_H

#include <linux/rtnetlink.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

enum { HOPS = 5, MESSAGE_SIZE = 144, TABLE = 1000 };

#define PREFSRC 0x0100000au
#define MESSAGE_FLAGS (NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL)

static const struct rtmsg message_body = {
	.rtm_family = AF_INET, .rtm_dst_len = 24, .rtm_table = RT_TABLE_UNSPEC,
	.rtm_protocol = RTPROT_STATIC, .rtm_scope = RT_SCOPE_UNIVERSE, .rtm_type = RTN_UNICAST,
};

/* Messages differ, so that no contestant can keep one. */
static inline uint32_t dst_of(uint64_t i) { return 10 + (((uint32_t)i & 0xffff) << 8); }
static inline uint32_t priority_of(uint64_t i) { return (uint32_t)i & 1023; }
static inline uint32_t gateway_of(unsigned hop) { return 0x020000c0u + (hop << 24); }
static inline uint32_t hop_index(unsigned hop) { return 2 + hop; }

/* What is read from a parsed message, folded into one number. */
struct hop_row {
	uint32_t index, weight, gateway;
};

struct message_row {
	uint32_t dst, table, priority, prefsrc;
	uint64_t hops;
};

static inline void add_hop(struct message_row *m, const struct hop_row *h)
{
	m->hops = m->hops * 3 + h->index + h->weight + h->gateway;
}

static inline uint64_t row_sum(const struct message_row *m)
{
	return m->dst + 3ull * m->table + 5ull * m->priority + 7ull * m->prefsrc + m->hops;
}

static inline char *hand_put_u32(char *at, uint16_t type, uint32_t value)
{
	struct rtattr a = { .rta_len = RTA_LENGTH(sizeof value), .rta_type = type };

	memcpy(at, &a, sizeof a);
	memcpy(at + sizeof a, &value, sizeof value);
	return at + RTA_SPACE(sizeof value);
}

static inline char *hand_put_hop(char *at, unsigned hop)
{
	struct rtnexthop nh = { .rtnh_len = sizeof nh + RTA_SPACE(4), .rtnh_hops = (uint8_t)hop,
				.rtnh_ifindex = (int)hop_index(hop) };

	memcpy(at, &nh, sizeof nh);
	return hand_put_u32(at + sizeof nh, RTA_GATEWAY, gateway_of(hop));
}

static inline size_t hand_build(char *buffer, uint64_t i)
{
	struct nlmsghdr h = { .nlmsg_type = RTM_NEWROUTE, .nlmsg_flags = MESSAGE_FLAGS,
			      .nlmsg_seq = (uint32_t)i };
	struct rtattr nest = { .rta_type = RTA_MULTIPATH | NLA_F_NESTED };
	char *at = buffer + NLMSG_HDRLEN, *multipath;

	memcpy(at, &message_body, sizeof message_body);
	at = hand_put_u32(at + sizeof message_body, RTA_DST, dst_of(i));
	at = hand_put_u32(at, RTA_TABLE, TABLE);
	at = hand_put_u32(at, RTA_PRIORITY, priority_of(i));
	at = hand_put_u32(at, RTA_PREFSRC, PREFSRC);
	multipath = at;
	at += sizeof nest;
	for (unsigned hop = 0; hop < HOPS; hop++)
		at = hand_put_hop(at, hop);
	nest.rta_len = (uint16_t)(at - multipath);
	memcpy(multipath, &nest, sizeof nest);
	h.nlmsg_len = (uint32_t)(at - buffer);
	memcpy(buffer, &h, sizeof h);
	return h.nlmsg_len;
}

static inline uint32_t rta_u32(const struct rtattr *a)
{
	uint32_t value = 0;

	if (RTA_PAYLOAD(a) == sizeof value)
		memcpy(&value, RTA_DATA(a), sizeof value);
	return value;
}

static inline void hand_hop(const struct rtnexthop *nh, struct message_row *m)
{
	struct hop_row row = { .index = (uint32_t)nh->rtnh_ifindex, .weight = nh->rtnh_hops };
	int len = (int)(nh->rtnh_len - sizeof *nh);

	for (const struct rtattr *a = RTNH_DATA(nh); RTA_OK(a, len); a = RTA_NEXT(a, len))
		if (a->rta_type == RTA_GATEWAY)
			row.gateway = rta_u32(a);
	add_hop(m, &row);
}

static inline void hand_hops(const struct rtattr *a, struct message_row *m)
{
	const struct rtnexthop *nh = RTA_DATA(a);
	int len = (int)RTA_PAYLOAD(a);

	while (len >= (int)sizeof *nh && RTNH_OK(nh, len)) {
		hand_hop(nh, m);
		len -= (int)NLMSG_ALIGN(nh->rtnh_len);
		nh = RTNH_NEXT(nh);
	}
}

static inline uint64_t hand_parse(const struct nlmsghdr *h)
{
	struct message_row m = { 0 };
	int len = (int)NLMSG_PAYLOAD(h, sizeof(struct rtmsg));

	for (const struct rtattr *a = RTM_RTA(NLMSG_DATA(h)); RTA_OK(a, len); a = RTA_NEXT(a, len))
		switch (a->rta_type & NLA_TYPE_MASK) {
		case RTA_DST: m.dst = rta_u32(a); break;
		case RTA_TABLE: m.table = rta_u32(a); break;
		case RTA_PRIORITY: m.priority = rta_u32(a); break;
		case RTA_PREFSRC: m.prefsrc = rta_u32(a); break;
		case RTA_MULTIPATH: hand_hops(a, &m); break;
		}
	return row_sum(&m);
}

#endif
