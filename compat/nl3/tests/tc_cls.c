/* SPDX-License-Identifier: MIT OR Apache-2.0
 * u32 and flower: every accessor, what they look like, what is said of them and what is read. */
#include "tc.h"
#include <netinet/in.h>
#include <netlink/route/act/gact.h>
#include <netlink/route/cls/flower.h>
#include <netlink/route/cls/u32.h>

#define ANSWER(n, f, ...) \
	case n: \
		printf(#f " %d\n", f(cls, __VA_ARGS__)); \
		break
#define OUT(type, f) \
	do { \
		type value = 99; \
		int answer = f(cls, &value); \
		printf(#f " %d %llu\n", answer, (unsigned long long)value); \
	} while (0)
#define PAIR(type, f) \
	do { \
		type value = 99, mask = 98; \
		int answer = f(cls, &value, &mask); \
		printf(#f " %d %llx %llx\n", answer, (unsigned long long)value, (unsigned long long)mask); \
	} while (0)

static struct rtnl_act *gact(void)
{
	struct rtnl_act *act = rtnl_act_alloc();

	MUST(rtnl_tc_set_kind(TC_CAST(act), "gact") == 0);
	rtnl_gact_set_action(act, 2);
	return act;
}

static void set_u32(struct rtnl_cls *cls, unsigned int field)
{
	struct in_addr addr = { .s_addr = number() };
	struct in6_addr addr6;
	struct rtnl_act *act = gact();

	for (size_t i = 0; i < sizeof addr6; i++)
		addr6.s6_addr[i] = (unsigned char)dice(256);
	switch (field) {
	case 0:
		rtnl_u32_set_handle(cls, (int)dice(0x900), (int)dice(256), (int)dice(4096));
		break;
		ANSWER(1, rtnl_u32_set_classid, number());
		ANSWER(2, rtnl_u32_set_divisor, number());
		ANSWER(3, rtnl_u32_set_link, number());
		ANSWER(4, rtnl_u32_set_hashtable, number());
		ANSWER(5, rtnl_u32_set_hashmask, number(), number());
		ANSWER(6, rtnl_u32_set_selector, (int)number(), number(), (char)number(), (uint16_t)number(), (char)dice(16));
		ANSWER(7, rtnl_u32_set_flags, (int)dice(16));
		ANSWER(8, rtnl_u32_add_mark, number(), number());
		ANSWER(9, rtnl_u32_add_key, number(), number(), (int)dice(100), (int)dice(2));
		ANSWER(10, rtnl_u32_add_key_uint8, (uint8_t)number(), (uint8_t)number(), (int)dice(100), (int)number());
		ANSWER(11, rtnl_u32_add_key_uint16, (uint16_t)number(), (uint16_t)number(), (int)dice(100), 0);
		ANSWER(12, rtnl_u32_add_key_uint32, number(), number(), (int)dice(100), 0);
		ANSWER(13, rtnl_u32_add_key_in_addr, &addr, (uint8_t)dice(34), (int)dice(100), 0);
		ANSWER(14, rtnl_u32_add_key_in6_addr, &addr6, (uint8_t)dice(130), (int)dice(100), 0);
		ANSWER(15, rtnl_u32_add_action, act);
	case 16:
		printf("unmark %d\n", rtnl_u32_del_mark(cls));
		break;
	case 17:
		printf("terminal %d\n", rtnl_u32_set_cls_terminal(cls));
		break;
	case 18:
		printf("del %d\n", rtnl_u32_get_action(cls) ? rtnl_u32_del_action(cls, rtnl_u32_get_action(cls)) : 0);
		break;
	}
	rtnl_act_put(act);
}

static void get_u32(struct rtnl_cls *cls)
{
	OUT(uint32_t, rtnl_u32_get_classid);
	for (int i = 0; i < 4; i++) {
		uint32_t value = 1, mask = 2;
		int off = 3, offmask = 4, answer = rtnl_u32_get_key(cls, (uint8_t)i, &value, &mask, &off, &offmask);

		printf("key %d %x %x %d %d\n", answer, value, mask, off, offmask);
	}
	printf("action %d\n", rtnl_u32_get_action(cls) != NULL);
}

static void set_flower(struct rtnl_cls *cls, unsigned int field)
{
	unsigned char mac[6], mask[6];
	struct rtnl_act *act = gact(), *first;

	for (size_t i = 0; i < 6; i++) {
		mac[i] = (unsigned char)dice(256);
		mask[i] = (unsigned char)dice(256);
	}
	switch (field) {
		ANSWER(0, rtnl_flower_set_proto, (uint16_t)(dice(2) ? 0x8100 : number()));
		ANSWER(1, rtnl_flower_set_vlan_id, (uint16_t)dice(5000));
		ANSWER(2, rtnl_flower_set_vlan_prio, (uint8_t)dice(10));
		ANSWER(3, rtnl_flower_set_vlan_ethtype, (uint16_t)number());
		ANSWER(4, rtnl_flower_set_dst_mac, dice(9) ? mac : NULL, dice(2) ? mask : NULL);
		ANSWER(5, rtnl_flower_set_src_mac, dice(9) ? mac : NULL, dice(2) ? mask : NULL);
		ANSWER(6, rtnl_flower_set_ip_dscp, (uint8_t)number(), (uint8_t)dice(70));
		ANSWER(7, rtnl_flower_set_ipv4_src, number(), number());
		ANSWER(8, rtnl_flower_set_ipv4_dst, number(), number());
		ANSWER(9, rtnl_flower_set_flags, (int)number());
		ANSWER(10, rtnl_flower_append_action, act);
	case 11:
		first = rtnl_flower_get_action(cls);
		if (first)
			printf("del %d\n", rtnl_flower_del_action(cls, first));
		rtnl_act_put(first);
		break;
	}
	rtnl_act_put(act);
}

static void get_flower(struct rtnl_cls *cls)
{
	unsigned char mac[6] = "abcde", mask[6] = "fghij";

	OUT(uint16_t, rtnl_flower_get_proto);
	OUT(uint16_t, rtnl_flower_get_vlan_id);
	OUT(uint8_t, rtnl_flower_get_vlan_prio);
	PAIR(uint8_t, rtnl_flower_get_ip_dscp);
	PAIR(in_addr_t, rtnl_flower_get_ipv4_src);
	PAIR(in_addr_t, rtnl_flower_get_ipv4_dst);
	printf("dst %d ", rtnl_flower_get_dst_mac(cls, mac, mask));
	hex(mac, 6);
	hex(mask, 6);
	printf("src %d ", rtnl_flower_get_src_mac(cls, mac, mask));
	hex(mac, 6);
	hex(mask, 6);
}

static void accessors(const char *kind, unsigned int fields, void (*set)(struct rtnl_cls *, unsigned int), void (*get)(struct rtnl_cls *))
{
	for (int round = 0; round < 100; round++) {
		struct rtnl_cls *cls = (void *)of_kind(rtnl_cls_alloc(), kind);

		printf("filter %s\n", kind);
		get(cls);
		/* Stock forgets what is said of a selector that has no keys yet. */
		if (fields > 12)
			set(cls, 9);
		for (unsigned int n = dice(fields); n > 0; n--)
			set(cls, dice(fields));
		get(cls);
		dump_forms(OBJ_CAST(cls));
		show_request(TC_CAST(cls));
		rtnl_cls_put(cls);
	}
}

static const struct shape U32[] = { { 1, 4 }, { 2, 4 }, { 3, 4 }, { 4, 4 }, { 5, 16 }, { 5, 48 }, { 10, 12 } };
static const struct shape FLOWER[] = { { 4, 6 }, { 6, 6 }, { 8, 2 }, { 10, 4 }, { 12, 4 }, { 22, 4 }, { 23, 2 }, { 24, 1 }, { 25, 2 }, { 73, 1 } };

/* Everything of flower is read with care: any size will do. */
static int flower_size(int right)
{
	return dice(12) ? right : (int)dice(9);
}

static void messages(const char *kind, const struct shape *shapes, size_t known, void (*get)(struct rtnl_cls *))
{
	struct nl_object *before = NULL;

	for (int round = 0; round < 200; round++) {
		struct nl_msg *msg = tc_message(RTM_NEWTFILTER, kind);
		struct nlattr *options = nla_nest_start(msg, TCA_OPTIONS);

		for (unsigned int n = dice((unsigned int)known + 1); n > 0; n--) {
			const struct shape *shape = &shapes[dice((unsigned int)known)];
			int selector = shape->size >= 16, flower = !strcmp(kind, "flower");
			int whole = selector || (!flower && shape->type == 10);

			put_random(msg, shape->type, whole ? shape->size : flower ? flower_size(shape->size) : some_size(shape->size));
			/* A mask, which the kernel does not send without what it is of. */
			if (flower && (shape->type < 8 || (shape->type > 8 && shape->type < 20) || shape->type == 73))
				put_random(msg, shape->type + 1, flower_size(shape->size));
			/* As many keys as it says. */
			if (selector)
				((unsigned char *)nlmsg_tail(nlmsg_hdr(msg)))[2 - shape->size] = (unsigned char)((shape->size - 16) / 16);
		}
		nla_nest_end_keep_empty(msg, options);
		if (show_parsed(msg, &before)) {
			get((struct rtnl_cls *)before);
			show_request(TC_CAST(before));
		}
		nlmsg_free(msg);
	}
	nl_object_put(before);
}

/* What filters keep as it came: interfaces, police and actions of old, counters of keys. */
static struct nl_msg *begin(const char *kind, int keys, struct nlattr **options)
{
	struct {
		struct tc_u32_sel sel;
		struct tc_u32_key key[3];
	} sel = { .sel.nkeys = (unsigned char)keys, .key = { { .mask = ~0u, .val = 5, .off = 4 }, { .off = 8, .offmask = -1 } } };
	struct nl_msg *msg = tc_message(RTM_NEWTFILTER, kind);

	*options = nla_nest_start(msg, TCA_OPTIONS);
	if (keys >= 0)
		nla_put(msg, TCA_U32_SEL, (int)sizeof sel.sel + keys * (int)sizeof *sel.key, &sel);
	return msg;
}

static void end(const char *what, int number, struct nl_msg *msg, struct nlattr *options)
{
	struct nl_object *before = NULL;

	nla_nest_end(msg, options);
	printf("kept %s %d: ", what, number);
	if (show_parsed(msg, &before))
		show_tc(TC_CAST(before));
	nl_object_put(before);
	nlmsg_free(msg);
}

static void kept(void)
{
	static const uint64_t counts[] = { 10, 9, 8, 7, 6, 5, 4, 3 };
	static const char names[][20] = { "d1", "123456789012345", "1234567890123456", "" };
	static const int lengths[] = { 0, 1, 2, 3, 16, 17 };
	struct nlattr *options;
	struct nl_msg *msg;

	for (int keys = -1; keys < 4; keys++)
		for (int len = 0; len <= (int)sizeof counts; len += 5) {
			msg = begin("u32", keys, &options);
			nla_put(msg, TCA_U32_PCNT, len, counts);
			end("counts", keys * 100 + len, msg, options);
		}
	for (size_t i = 0; i < COUNT(names) * COUNT(lengths); i++)
		for (int fw = 0; fw < 2; fw++) {
			msg = begin(fw ? "fw" : "u32", fw ? -1 : 1, &options);
			nla_put(msg, fw ? TCA_FW_INDEV : TCA_U32_INDEV, lengths[i % COUNT(lengths)], names[i / COUNT(lengths)]);
			end("interface", (int)i, msg, options);
		}
	for (int len = 0; len < 30; len += 3) {
		msg = begin("fw", -1, &options);
		nla_put_u32(msg, TCA_FW_CLASSID, 5);
		nla_put_string(msg, TCA_FW_INDEV, "d1");
		nla_put(msg, TCA_FW_POLICE, len, counts);
		nla_put(msg, TCA_FW_ACT, 30 - len, counts);
		nla_put_u32(msg, TCA_FW_MASK, 7);
		end("all", len, msg, options);
		msg = begin("u32", 2, &options);
		nla_put_u32(msg, TCA_U32_LINK, 5);
		nla_put_string(msg, TCA_U32_INDEV, "d1");
		nla_put(msg, TCA_U32_POLICE, len, counts);
		nla_put(msg, TCA_U32_PCNT, 32, counts);
		end("all", len, msg, options);
	}
}

/* A selector of so many keys. */
static void put_selector(struct nl_msg *msg, unsigned char keys)
{
	unsigned char bytes[16 + 3 * 16] = { 1, 0, keys };

	for (unsigned int i = 16; i < 16u + 16 * keys; i++)
		bytes[i] = (unsigned char)dice(256);
	nla_put(msg, 5, 16 + 16 * keys, bytes);
}

/* What is kept as it comes: an interface, actions of fw, old-style policers; and the counts of u32. */
static void received(const char *kind, int police, int indev, int act, int counts)
{
	static const char *const names[] = { "eth0", "123456789012345", "1234567890123456", "12345678901234567", "" };
	struct nl_object *before = NULL;

	for (int round = 0; round < 150; round++) {
		struct nl_msg *msg = tc_message(RTM_NEWTFILTER, kind);
		struct nlattr *options = nla_nest_start(msg, TCA_OPTIONS);

		if (dice(2))
			put_random(msg, 1, 4);
		if (dice(2))
			put_random(msg, police, (int)dice(40));
		if (dice(2))
			nla_put_string(msg, indev, names[dice(5) ? 0 : dice(COUNT(names))]);
		if (!dice(20))
			nla_put(msg, indev, 4, "eth0");
		if (act && dice(2))
			put_random(msg, act, (int)dice(40));
		if (counts && dice(4))
			put_selector(msg, (unsigned char)dice(4));
		if (counts && dice(2))
			put_random(msg, counts, dice(4) ? 40 : 8 * (int)dice(6));
		nla_nest_end_keep_empty(msg, options);
		if (show_parsed(msg, &before)) {
			rtnl_cls_set_prio((struct rtnl_cls *)before, 7);
			rtnl_cls_set_protocol((struct rtnl_cls *)before, 8);
			show_tc(TC_CAST(before));
		}
		nlmsg_free(msg);
	}
	nl_object_put(before);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	accessors("u32", 19, set_u32, get_u32);
	accessors("flower", 12, set_flower, get_flower);
	messages("u32", U32, COUNT(U32), get_u32);
	kept();
	messages("flower", FLOWER, COUNT(FLOWER), get_flower);
	received("fw", 2, 3, 4, 0);
	received("u32", 6, 8, 0, 9);
	return 0;
}
