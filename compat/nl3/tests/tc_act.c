/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Kinds of actions, and lists of actions. */
#include "tc.h"
#include <netinet/in.h>
#include <netlink/route/act/gact.h>
#include <netlink/route/act/mirred.h>
#include <netlink/route/act/nat.h>
#include <netlink/route/act/skbedit.h>
#include <netlink/route/act/vlan.h>

#define G(f) printf(#f " %lld\n", (long long)f(tc))
#define OUT(type, f) \
	do { \
		type value = 99; \
		int answer = f(tc, &value); \
		printf(#f " %d %lld\n", answer, (long long)value); \
	} while (0)
#define ANSWER(n, f, ...) \
	case n: \
		printf(#f " %d\n", f(tc, __VA_ARGS__)); \
		break

static void set_gact(void *tc, unsigned int field)
{
	printf("set %d\n", rtnl_gact_set_action(tc, (int)dice(9) - 2));
}

static void get_gact(void *tc)
{
	G(rtnl_gact_get_action);
}

static void set_mirred(void *tc, unsigned int field)
{
	switch (field) {
		ANSWER(0, rtnl_mirred_set_action, (int)dice(8) - 1);
		ANSWER(1, rtnl_mirred_set_ifindex, number());
		ANSWER(2, rtnl_mirred_set_policy, (int)dice(10) - 2);
	}
}

static void get_mirred(void *tc)
{
	G(rtnl_mirred_get_action);
	G(rtnl_mirred_get_ifindex);
	G(rtnl_mirred_get_policy);
}

static void set_skbedit(void *tc, unsigned int field)
{
	switch (field) {
		ANSWER(0, rtnl_skbedit_set_action, (int)dice(10) - 2);
		ANSWER(1, rtnl_skbedit_set_queue_mapping, (uint16_t)number());
		ANSWER(2, rtnl_skbedit_set_mark, number());
		ANSWER(3, rtnl_skbedit_set_priority, number());
	}
}

static void get_skbedit(void *tc)
{
	G(rtnl_skbedit_get_action);
	OUT(uint16_t, rtnl_skbedit_get_queue_mapping);
	OUT(uint32_t, rtnl_skbedit_get_mark);
	OUT(uint32_t, rtnl_skbedit_get_priority);
}

static void set_vlan(void *tc, unsigned int field)
{
	switch (field) {
		ANSWER(0, rtnl_vlan_set_mode, (int)dice(8) - 2);
		ANSWER(1, rtnl_vlan_set_action, (int)dice(10) - 2);
		ANSWER(2, rtnl_vlan_set_protocol, (uint16_t)number());
		ANSWER(3, rtnl_vlan_set_vlan_id, (uint16_t)dice(5000));
		ANSWER(4, rtnl_vlan_set_vlan_prio, (uint8_t)dice(12));
	}
}

static void get_vlan(void *tc)
{
	OUT(int, rtnl_vlan_get_mode);
	OUT(int, rtnl_vlan_get_action);
	OUT(uint16_t, rtnl_vlan_get_protocol);
	OUT(uint16_t, rtnl_vlan_get_vlan_id);
	OUT(uint8_t, rtnl_vlan_get_vlan_prio);
}

static void set_nat(void *tc, unsigned int field)
{
	switch (field) {
		ANSWER(0, rtnl_nat_set_old_addr, number());
		ANSWER(1, rtnl_nat_set_new_addr, number());
		ANSWER(2, rtnl_nat_set_mask, number());
		ANSWER(3, rtnl_nat_set_flags, number());
		ANSWER(4, rtnl_nat_set_action, (int)dice(10) - 3);
	}
}

static void get_nat(void *tc)
{
	OUT(in_addr_t, rtnl_nat_get_old_addr);
	OUT(in_addr_t, rtnl_nat_get_new_addr);
	OUT(in_addr_t, rtnl_nat_get_mask);
	OUT(uint32_t, rtnl_nat_get_flags);
	OUT(int, rtnl_nat_get_action);
}

static const struct {
	const char *name;
	void (*set)(void *, unsigned int);
	void (*get)(void *);
	unsigned int fields;
	struct shape shapes[5];
} KINDS[] = {
	{ "gact", set_gact, get_gact, 1, { { 2, 20 } } },
	{ "mirred", set_mirred, get_mirred, 3, { { 2, 28 } } },
	{ "skbedit", set_skbedit, get_skbedit, 4, { { 2, 20 }, { 3, 4 }, { 4, 2 }, { 5, 4 } } },
	{ "vlan", set_vlan, get_vlan, 5, { { 2, 24 }, { 3, 2 }, { 4, 2 }, { 6, 1 } } },
	{ "nat", set_nat, get_nat, 5, { { 1, 36 } } },
};

static struct rtnl_tc *new_act(const char *kind)
{
	struct rtnl_tc *tc = TC_CAST(rtnl_act_alloc());

	MUST(rtnl_tc_set_kind(tc, kind) == 0);
	return tc;
}

static void accessors(size_t kind)
{
	for (int round = 0; round < 60; round++) {
		struct rtnl_tc *tc = new_act(KINDS[kind].name);

		printf("action %s\n", KINDS[kind].name);
		KINDS[kind].get(tc);
		for (unsigned int n = dice(KINDS[kind].fields * 2 + 1); n > 0; n--)
			KINDS[kind].set(tc, dice(KINDS[kind].fields));
		KINDS[kind].get(tc);
		show_tc(tc);
		nl_object_put(OBJ_CAST(tc));
	}
}

static void put_one(struct nl_msg *msg, size_t kind, const struct shape *shape)
{
	static const char zeros[64];
	int size = some_size(shape->size);

	/* Stock does not read what skbedit has in common with the others. */
	if (!strcmp(KINDS[kind].name, "skbedit") && shape->type == 2)
		nla_put(msg, shape->type, size, zeros);
	else
		put_random(msg, shape->type, size);
}

/* An action, most often as it should be. */
static void put_action(struct nl_msg *msg, int place, size_t kind)
{
	struct nlattr *nest = nla_nest_start(msg, place), *options;
	unsigned int known = 0;

	while (known < 5 && KINDS[kind].shapes[known].type)
		known++;
	if (dice(20))
		nla_put_string(msg, TCA_ACT_KIND, dice(10) ? KINDS[kind].name : "foo");
	if (dice(20)) {
		options = nla_nest_start(msg, TCA_ACT_OPTIONS);
		for (unsigned int i = 0; i < known; i++)
			if (i ? dice(2) : dice(20))
				put_one(msg, kind, &KINDS[kind].shapes[i]);
		nla_nest_end_keep_empty(msg, options);
	}
	nla_nest_end(msg, nest);
}

static void get_any(struct rtnl_tc *tc)
{
	for (size_t kind = 0; kind < COUNT(KINDS); kind++)
		if (rtnl_tc_get_kind(tc) && !strcmp(rtnl_tc_get_kind(tc), KINDS[kind].name))
			KINDS[kind].get(tc);
}

static void parse(void)
{
	for (int round = 0; round < 600; round++) {
		struct nl_msg *msg = nlmsg_alloc();
		struct nlattr *table = nla_nest_start(msg, 1);
		struct rtnl_act *list = NULL;
		int answer;

		for (int n = (int)dice(4), i = 0; i < n; i++)
			put_action(msg, dice(10) ? i + 1 : (int)dice(2) * 33, dice(COUNT(KINDS)));
		nla_nest_end_keep_empty(msg, table);
		answer = rtnl_act_parse(&list, table);
		printf("parsed %d\n", answer);
		for (struct rtnl_act *act = list; answer == 0 && act; act = rtnl_act_next(act)) {
			get_any(TC_CAST(act));
			dump_forms(OBJ_CAST(act));
		}
		if (answer == 0 && list) {
			show_request(TC_CAST(list));
			rtnl_act_put_all(&list);
		}
		nlmsg_free(msg);
	}
}

static void show_list(struct rtnl_act *list)
{
	for (; list; list = rtnl_act_next(list))
		printf("%s (%d references) ", rtnl_tc_get_kind(TC_CAST(list)), nl_object_get_refcnt(OBJ_CAST(list)));
	printf("\n");
}

#define BUILT(f, ...) \
	do { \
		struct nl_msg *msg = NULL; \
		int answer = f(__VA_ARGS__, &msg); \
		printf(#f " "); \
		show_message(answer, msg); \
	} while (0)

static void lists(void)
{
	struct rtnl_act *list = NULL, *acts[40];
	struct nl_msg *msg = nlmsg_alloc();

	for (size_t i = 0; i < COUNT(acts); i++) {
		acts[i] = (struct rtnl_act *)new_act(i % 2 ? "gact" : "skbedit");
		printf("append %d\n", rtnl_act_append(&list, acts[i]));
	}
	show_list(list);
	printf("again %d\n", rtnl_act_remove(&list, acts[35]));
	for (size_t i = 3; i < 31; i++)
		printf("remove %d\n", rtnl_act_remove(&list, acts[i]));
	show_list(list);
	BUILT(rtnl_act_build_add_request, list, 0x600);
	BUILT(rtnl_act_build_change_request, list, 0x400);
	BUILT(rtnl_act_build_delete_request, list, 0x800);
	BUILT(rtnl_act_build_add_request, NULL, 0);
	printf("fill %d\n", rtnl_act_fill(msg, 7, list));
	hex(nlmsg_data(nlmsg_hdr(msg)), (size_t)nlmsg_datalen(nlmsg_hdr(msg)));
	nlmsg_free(msg);
	rtnl_act_get(acts[0]);
	show_list(list);
	rtnl_act_put(acts[0]);
	printf("fix the same twice %d\n", rtnl_act_append(&list, acts[1]));
	for (size_t i = 0; i < COUNT(acts); i++)
		rtnl_act_put(acts[i]);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t kind = 0; kind < COUNT(KINDS); kind++)
		accessors(kind);
	parse();
	lists();
	return 0;
}
