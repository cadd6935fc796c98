/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Messages put together by thousands of steps that are drawn by lot, in too little room as in enough, and
 * attributes read from what is left when bytes of such messages are changed. */
#define _GNU_SOURCE
#include <netlink/netlink.h>
#include <netlink/msg.h>
#include <netlink/attr.h>
#include <netlink/data.h>
#include <netlink/addr.h>
#include "say.h"

#define DEEP 5

static struct nl_msg *msg;
static struct nlattr *nest[DEEP];
static int deep;
static char bytes[300];

static unsigned int sum(const void *data, size_t len)
{
	const unsigned char *byte = data;
	unsigned int n = 5381;

	while (len--)
		n = n * 33 + *byte++;
	return n;
}

static int put_number(int type)
{
	uint64_t value = dice(1 << 30) * 7919ULL * dice(1 << 30);

	switch (dice(8)) {
	case 0: return nla_put_u8(msg, type, (uint8_t)value);
	case 1: return nla_put_s8(msg, type, (int8_t)value);
	case 2: return nla_put_u16(msg, type, (uint16_t)value);
	case 3: return nla_put_s16(msg, type, (int16_t)value);
	case 4: return nla_put_u32(msg, type, (uint32_t)value);
	case 5: return nla_put_s32(msg, type, (int32_t)value);
	case 6: return nla_put_u64(msg, type, value);
	default: return nla_put_s64(msg, type, (int64_t)value);
	}
}

static int put_bytes(int type)
{
	int len = (int)dice(dice(10) ? 20 : 200) - !dice(30);
	struct nl_data *data;
	struct nl_addr *addr;
	int err;

	bytes[dice(20)] = 0;
	switch (dice(6)) {
	case 0: return nla_put_string(msg, type, bytes);
	case 1: return nla_put_flag(msg, type);
	case 2: return nla_put_msecs(msg, type, dice(1 << 30));
	case 3:
		data = nl_data_alloc(bytes, (size_t)(len > 0 ? len : 0));
		err = nla_put_data(msg, type, data);
		nl_data_free(data);
		return err;
	case 4:
		addr = nl_addr_build(AF_INET6, bytes, dice(17));
		err = nla_put_addr(msg, type, addr);
		nl_addr_put(addr);
		return err;
	default: return nla_put(msg, type, len, bytes);
	}
}

static int put_message(int type)
{
	struct nl_msg *inner = nlmsg_alloc_size(16 + dice(60));
	int err;

	nlmsg_append(inner, bytes, dice(20), (int)dice(5));
	err = nla_put_nested(msg, type, inner);
	nlmsg_free(inner);
	return err;
}

static int change_nest(void)
{
	if (deep == 0)
		return 77;
	switch (deep--, dice(4)) {
	case 0: nla_nest_cancel(msg, nest[deep]); return 0;
	case 1: return nla_nest_end_keep_empty(msg, nest[deep]);
	default: return nla_nest_end(msg, nest[deep]);
	}
}

static int begin_nest(int type)
{
	if (deep == DEEP)
		return 77;
	nest[deep] = nla_nest_start(msg, type);
	if (!nest[deep])
		return 0;
	deep++;
	return (int)((char *)nest[deep - 1] - (char *)nlmsg_hdr(msg));
}

/* Bytes whose length, and what it is rounded up to, are odd. */
static int put_raw(void)
{
	void *start;

	switch (dice(3)) {
	case 0: return nlmsg_append(msg, bytes, dice(30), (int)dice(20));
	case 1:
		start = nlmsg_reserve(msg, dice(10) ? dice(30) : dice(1000), (int)dice(20));
		return start ? (int)((char *)start - (char *)nlmsg_hdr(msg)) : -1;
	default:
		start = nla_reserve(msg, (int)dice(8), (int)dice(20) - 1);
		return start ? (int)((char *)start - (char *)nlmsg_hdr(msg)) : -1;
	}
}

/* Growing moves the message, so that nests are begun anew. */
static int grow(void)
{
	size_t room = nlmsg_get_max_size(msg);
	ptrdiff_t at[DEEP];
	int err;

	for (int i = 0; i < deep; i++)
		at[i] = (char *)nest[i] - (char *)nlmsg_hdr(msg);
	err = nlmsg_expand(msg, room + dice(50) - 5);
	/* Stock leaves there what was in memory. */
	memset((char *)nlmsg_hdr(msg) + room, 0, nlmsg_get_max_size(msg) - room);
	for (int i = 0; i < deep; i++)
		nest[i] = (struct nlattr *)((char *)nlmsg_hdr(msg) + at[i]);
	return err;
}

static int step(unsigned int what)
{
	int type = (int)dice(12) | (dice(20) ? 0 : NLA_F_NET_BYTEORDER);

	switch (what) {
	case 0: case 1: case 2: return put_number(type);
	case 3: case 4: case 5: return put_bytes(type);
	case 6: return put_message(type);
	case 7: return begin_nest(type);
	case 8: return change_nest();
	case 9: return dice(3) ? put_raw() : grow();
	default: return nlmsg_put(msg, dice(9), dice(9), (int)dice(99), dice(4) ? 0 : (int)dice(20) - 3, (int)dice(999)) ? 0 : -1;
	}
}

static void look(struct nlattr *head, int len, int depth)
{
	struct nla_policy policy[12] = { { 0 } };
	struct nlattr *tb[12], *nla;
	int rem, err;

	for (int i = 0; i < 12; i++)
		policy[i] = (struct nla_policy){ .type = (uint16_t)dice(NLA_TYPE_MAX + 1), .minlen = (uint16_t)(dice(3) ? 0 : dice(9)),
						 .maxlen = (uint16_t)(dice(3) ? 0 : dice(30)) };
	err = nla_parse(tb, 11, head, len, dice(2) ? policy : NULL);
	printf(" (%d %d", err, nla_validate(head, len, (int)dice(12), policy));
	for (int i = 0; i < 12; i++)
		if (tb[i])
			printf(" %d@%td", i, (char *)tb[i] - (char *)head);
	nla_for_each_attr(nla, head, len, rem) {
		char text[24];
		size_t copied = nla_strlcpy(text, nla, 1 + dice(24));

		printf(" %d:%d:%d", nla_type(nla), nla_len(nla), nla_is_nested(nla));
		printf(":%zu:%x:%d", copied, sum(text, strlen(text)), nla_memcmp(nla, bytes, dice(8)) != 0);
		printf(":%llx", (unsigned long long)nla_get_u64(nla));
		if (depth < 3 && nla_is_nested(nla)) {
			printf(" n%d", nla_parse_nested(tb, 11, nla, NULL));
			look(nla_data(nla), nla_len(nla), depth + 1);
		}
	}
	printf(" left %d find %d)", rem, nla_find(head, len, 3) != NULL);
}

static void damage(void)
{
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	int head = (int)dice(12), left = (int)nlh->nlmsg_len + 3;

	if (nlh->nlmsg_len <= 16)
		return;
	for (unsigned int i = dice(4); i; i--)
		((unsigned char *)nlh)[16 + dice(nlh->nlmsg_len - 16)] ^= (unsigned char)(1 << dice(8));
	printf("header %d, %d bytes:", head, nlmsg_attrlen(nlh, head));
	printf(" valid %d", nlmsg_valid_hdr(nlh, head));
	printf(" next %td left %d", (char *)nlmsg_next(nlh, &left) - (char *)nlh, left);
	look(nlmsg_attrdata(nlh, head), nlmsg_attrlen(nlh, head), 0);
	printf("\n");
}

static void build(void)
{
	unsigned int steps = 1 + dice(25);
	struct nl_msg *copy;

	deep = 0;
	nlmsg_set_default_size(dice(600));
	msg = dice(3) ? nlmsg_alloc() : nlmsg_alloc_size(dice(100));
	if (!dice(4)) {
		nlmsg_free(msg);
		msg = nlmsg_alloc_simple((int)dice(100), (int)dice(1000));
	}
	printf("room %zu:", nlmsg_get_max_size(msg));
	while (steps--) {
		unsigned int what = dice(11);
		int answer = step(what);

		printf(" %u=%d,%u,%x", what, answer, nlmsg_hdr(msg)->nlmsg_len, sum(nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len));
	}
	printf("\n");
	hex(nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);
	damage();
	copy = dice(2) ? nlmsg_convert(nlmsg_hdr(msg)) : nlmsg_inherit(nlmsg_hdr(msg));
	printf("copy of %u in %zu: %x\n", nlmsg_hdr(copy)->nlmsg_len, nlmsg_get_max_size(copy), sum(nlmsg_hdr(copy), nlmsg_hdr(copy)->nlmsg_len));
	nlmsg_free(copy);
	nlmsg_free(msg);
}

int main(void)
{
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)('a' + i % 26);
	for (int i = 0; i < 2000; i++)
		build();
	return 0;
}
