/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Filters, matches and actions of every kind on a real interface: made, read back, made again from what was read, changed,
 * deleted; while a manager listens. */
#include "made_tc.h"
#include <linux/tc_act/tc_mirred.h>
#include <linux/tc_act/tc_nat.h>
#include <linux/tc_act/tc_vlan.h>
#include <linux/tc_ematch/tc_em_cmp.h>
#include <linux/tc_ematch/tc_em_meta.h>
#include <net/ethernet.h>
#include <netlink/route/action.h>
#include <netlink/route/act/gact.h>
#include <netlink/route/act/mirred.h>
#include <netlink/route/act/nat.h>
#include <netlink/route/act/skbedit.h>
#include <netlink/route/act/vlan.h>
#include <netlink/route/classifier.h>
#include <netlink/route/cls/basic.h>
#include <netlink/route/cls/cgroup.h>
#include <netlink/route/cls/ematch.h>
#include <netlink/route/cls/ematch/cmp.h>
#include <netlink/route/cls/ematch/meta.h>
#include <netlink/route/cls/ematch/nbyte.h>
#include <netlink/route/cls/ematch/text.h>
#include <netlink/route/cls/flower.h>
#include <netlink/route/cls/fw.h>
#include <netlink/route/cls/matchall.h>
#include <netlink/route/cls/u32.h>

static struct rtnl_cls *filter(const char *kind, uint32_t parent, uint16_t prio, uint16_t protocol)
{
	struct rtnl_cls *cls = rtnl_cls_alloc();

	printf("-- filter %s %u\n", kind, prio);
	rtnl_tc_set_ifindex(TC_CAST(cls), d0);
	rtnl_tc_set_parent(TC_CAST(cls), parent);
	say("kind", rtnl_tc_set_kind(TC_CAST(cls), kind));
	rtnl_cls_set_prio(cls, prio);
	rtnl_cls_set_protocol(cls, protocol);
	return cls;
}

static void filter_done(struct rtnl_cls *cls, const char *parent)
{
	struct nl_cache *cache = NULL;
	struct rtnl_cls *found;

	step("add", rtnl_cls_add(sock, cls, NLM_F_CREATE | NLM_F_EXCL));
	MUST(rtnl_cls_alloc_cache(sock, d0, rtnl_tc_get_parent(TC_CAST(cls)), &cache) == 0);
	forms_of_all(cache);
	ASK("tc -d -s filter show dev d0 parent %s | grep -v Sent", parent);
	found = rtnl_cls_find_by_prio(cache, d0, rtnl_tc_get_parent(TC_CAST(cls)), rtnl_cls_get_prio(cls));
	printf("by priority %d handle %x\n", found != NULL, found ? rtnl_tc_get_handle(TC_CAST(found)) : 0);
	rtnl_cls_put(found);
	found = (struct rtnl_cls *)nl_cache_get_last(cache);
	if (found) {
		nl_object_get(OBJ_CAST(found));
		printf("protocol %x handle %x\n", rtnl_cls_get_protocol(found), rtnl_tc_get_handle(TC_CAST(found)));
		step("delete", rtnl_cls_delete(sock, found, 0));
		step("made of what was read", rtnl_cls_add(sock, found, NLM_F_CREATE | NLM_F_EXCL));
		ASK("tc -d filter show dev d0 parent %s", parent);
		step("delete all of the priority", rtnl_cls_delete(sock, cls, 0));
		step("delete again", rtnl_cls_delete(sock, found, 0));
	}
	rtnl_cls_put(found);
	rtnl_cls_put(cls);
	nl_cache_free(cache);
}

static struct rtnl_act *action(const char *kind)
{
	struct rtnl_act *act = rtnl_act_alloc();

	MUST(rtnl_tc_set_kind(TC_CAST(act), kind) == 0);
	return act;
}

static struct rtnl_act *gact(int verdict)
{
	struct rtnl_act *act = action("gact");

	rtnl_gact_set_action(act, verdict);
	return act;
}

static struct rtnl_act *mirred(int what, int policy)
{
	struct rtnl_act *act = action("mirred");

	rtnl_mirred_set_action(act, what);
	rtnl_mirred_set_policy(act, policy);
	rtnl_mirred_set_ifindex(act, if_nametoindex("d1"));
	return act;
}

static struct rtnl_act *skbedit(void)
{
	struct rtnl_act *act = action("skbedit");

	rtnl_skbedit_set_action(act, TC_ACT_OK);
	rtnl_skbedit_set_mark(act, 77);
	rtnl_skbedit_set_priority(act, 3);
	rtnl_skbedit_set_queue_mapping(act, 1);
	return act;
}

static struct rtnl_act *vlan(int mode)
{
	struct rtnl_act *act = action("vlan");

	rtnl_vlan_set_mode(act, mode);
	rtnl_vlan_set_action(act, TC_ACT_PIPE);
	if (mode != TCA_VLAN_ACT_POP) {
		rtnl_vlan_set_protocol(act, htons(ETH_P_8021Q));
		rtnl_vlan_set_vlan_id(act, 12);
		rtnl_vlan_set_vlan_prio(act, 5);
	}
	return act;
}

static struct rtnl_act *nat(uint32_t flags)
{
	struct rtnl_act *act = action("nat");

	rtnl_nat_set_old_addr(act, inet_addr("192.0.2.0"));
	rtnl_nat_set_new_addr(act, inet_addr("198.51.100.0"));
	rtnl_nat_set_mask(act, inet_addr("255.255.255.0"));
	rtnl_nat_set_flags(act, flags);
	rtnl_nat_set_action(act, TC_ACT_PIPE);
	return act;
}

/* Filters take a reference of each. */
static void give(struct rtnl_cls *cls, struct rtnl_act *act, int (*add)(struct rtnl_cls *, struct rtnl_act *))
{
	int answer = add(cls, act);

	if (answer < 0)
		say("action", answer);
	rtnl_act_put(act);
}

static void u32_plain(void)
{
	struct rtnl_cls *cls = filter("u32", 0x10000, 10, ETH_P_IP);
	struct in_addr in = { inet_addr("192.0.2.9") };
	uint32_t value = 0, mask = 0, id = 0;
	int off = 0, offmask = 0, answer;

	rtnl_u32_set_handle(cls, 0, 0, 5);
	printf("%d", rtnl_u32_add_key_uint8(cls, 17, 0xff, 9, 0));
	printf(" %d", rtnl_u32_add_key_uint16(cls, 0x1234, 0xffff, 20, 0));
	printf(" %d", rtnl_u32_add_key_uint32(cls, 0x0a000000, 0xff000000, 12, 0));
	printf(" %d", rtnl_u32_add_key_in_addr(cls, &in, 24, 16, 0));
	printf(" %d", rtnl_u32_set_classid(cls, 0x10001));
	printf(" %d\n", rtnl_u32_set_cls_terminal(cls));
	answer = rtnl_u32_get_key(cls, 1, &value, &mask, &off, &offmask);
	printf("key %d %x %x %d %d", answer, value, mask, off, offmask);
	answer = rtnl_u32_get_classid(cls, &id);
	printf(" class %d %x\n", answer, id);
	give(cls, mirred(TCA_EGRESS_MIRROR, TC_ACT_PIPE), rtnl_u32_add_action);
	give(cls, skbedit(), rtnl_u32_add_action);
	give(cls, vlan(TCA_VLAN_ACT_PUSH), rtnl_u32_add_action);
	give(cls, nat(TCA_NAT_FLAG_EGRESS), rtnl_u32_add_action);
	give(cls, gact(TC_ACT_SHOT), rtnl_u32_add_action);
	filter_done(cls, "1:");
}

static void u32_marked(void)
{
	struct rtnl_cls *cls = filter("u32", 0x10000, 11, ETH_P_ALL);
	struct in6_addr in6;

	MUST(inet_pton(AF_INET6, "2001:db8::", &in6) == 1);
	printf("%d", rtnl_u32_add_mark(cls, 0x55, 0xff));
	printf(" %d", rtnl_u32_add_key_in6_addr(cls, &in6, 48, 24, 0));
	printf(" %d\n", rtnl_u32_set_classid(cls, 0x10001));
	filter_done(cls, "1:");
}

static void hash_table(uint32_t table)
{
	struct rtnl_cls *cls = filter("u32", 0x10000, 20, ETH_P_IP);

	rtnl_u32_set_handle(cls, (int)table, 0, 0);
	rtnl_u32_set_divisor(cls, 256);
	step("hash table", rtnl_cls_add(sock, cls, NLM_F_CREATE | NLM_F_EXCL));
	rtnl_cls_put(cls);
}

/* A table of 256 buckets, what leads to it, and what is in one. */
static void u32_hashed(void)
{
	struct rtnl_cls *cls;
	struct nl_cache *cache = NULL;

	hash_table(2);
	cls = filter("u32", 0x10000, 20, ETH_P_IP);
	rtnl_u32_set_hashtable(cls, 0x80000000);
	rtnl_u32_set_link(cls, 0x200000);
	rtnl_u32_add_key_uint32(cls, 0, 0, 0, 0);
	rtnl_u32_set_hashmask(cls, 0x000000ff, 12);
	step("hash", rtnl_cls_add(sock, cls, NLM_F_CREATE));
	rtnl_cls_put(cls);
	cls = filter("u32", 0x10000, 20, ETH_P_IP);
	rtnl_u32_set_handle(cls, 2, 7, 1);
	rtnl_u32_set_hashtable(cls, 0x207000);
	rtnl_u32_add_key_uint32(cls, 0x0a000007, 0xffffffff, 12, 0);
	rtnl_u32_set_classid(cls, 0x10001);
	rtnl_u32_set_cls_terminal(cls);
	step("bucket", rtnl_cls_add(sock, cls, NLM_F_CREATE));
	MUST(rtnl_cls_alloc_cache(sock, d0, 0x10000, &cache) == 0);
	forms_of_all(cache);
	ask("tc -d filter show dev d0 parent 1:");
	step("change", rtnl_cls_change(sock, cls, 0));
	step("delete one", rtnl_cls_delete(sock, cls, 0));
	rtnl_cls_put(cls);
	ask("tc filter del dev d0 parent 1: prio 20");
	hear(mngr);
	nl_cache_free(cache);
}

static void basic_matches(const char *expression)
{
	struct rtnl_cls *cls = filter("basic", 0x10000, 12, ETH_P_IP);
	struct rtnl_ematch_tree *tree = NULL;
	char *error = NULL;
	int answer = rtnl_ematch_parse_expr(expression, &error, &tree);

	printf("%s: %d %s\n", expression, answer, error ? error : "");
	free(error);
	if (answer == 0)
		rtnl_basic_set_ematch(cls, tree);
	rtnl_basic_set_target(cls, 0x10001);
	rtnl_tc_set_handle(TC_CAST(cls), 3);
	give(cls, gact(TC_ACT_OK), rtnl_basic_add_action);
	filter_done(cls, "1:");
}

static void basic_alone(void)
{
	struct rtnl_cls *cls = filter("basic", 0x10000, 12, ETH_P_IP);

	rtnl_basic_set_target(cls, 0x10001);
	give(cls, gact(TC_ACT_OK), rtnl_basic_add_action);
	filter_done(cls, "1:");
}

static void cgroup(void)
{
	struct rtnl_cls *cls = filter("cgroup", 0x10000, 15, ETH_P_ALL);
	struct rtnl_ematch_tree *tree = NULL;
	char *error = NULL;

	MUST(rtnl_ematch_parse_expr("ip.length > 100", &error, &tree) == 0);
	rtnl_cgroup_set_ematch(cls, tree);
	rtnl_tc_set_handle(TC_CAST(cls), 1);
	filter_done(cls, "1:");
}

static struct rtnl_ematch *match(const char *kind)
{
	struct rtnl_ematch *one = rtnl_ematch_alloc();

	MUST(rtnl_ematch_set_name(one, kind) == 0);
	return one;
}

/* A text of another length the kernel would not fill up in what it tells. */
static void basic_by_hand(void)
{
	struct rtnl_cls *cls = filter("basic", 0x10000, 13, ETH_P_ALL);
	struct rtnl_ematch_tree *tree = rtnl_ematch_tree_alloc(RTNL_EMATCH_PROGID);
	struct rtnl_ematch *all = match("container"), *cmp = match("cmp"), *meta = match("meta"), *text = match("text");
	struct tcf_em_cmp compared = { .val = 100, .mask = 0xffff, .off = 2, .align = TCF_EM_ALIGN_U16, .layer = TCF_LAYER_NETWORK,
				       .opnd = TCF_EM_OPND_GT };

	rtnl_ematch_cmp_set(cmp, &compared);
	rtnl_ematch_meta_set_lvalue(meta, rtnl_meta_value_alloc_id(TCF_META_TYPE_INT, TCF_META_ID_PRIORITY, 0, 0xff));
	rtnl_ematch_meta_set_rvalue(meta, rtnl_meta_value_alloc_int(7));
	rtnl_ematch_meta_set_operand(meta, TCF_EM_OPND_EQ);
	rtnl_ematch_set_flags(meta, TCF_EM_INVERT | TCF_EM_REL_AND);
	rtnl_ematch_text_set_from(text, TCF_LAYER_NETWORK, 3);
	rtnl_ematch_text_set_to(text, TCF_LAYER_TRANSPORT, 40);
	rtnl_ematch_text_set_algo(text, "kmp");
	rtnl_ematch_text_set_pattern(text, strdup("a needle"), 8);
	rtnl_ematch_tree_add(tree, all);
	rtnl_ematch_add_child(all, meta);
	rtnl_ematch_add_child(all, text);
	rtnl_ematch_set_flags(all, TCF_EM_REL_OR);
	rtnl_ematch_tree_add(tree, cmp);
	rtnl_basic_set_ematch(cls, tree);
	filter_done(cls, "1:");
}

static void simple_filters(void)
{
	struct rtnl_cls *cls = filter("fw", 0x10000, 14, ETH_P_ALL);

	rtnl_tc_set_handle(TC_CAST(cls), 0x10);
	printf("%d", rtnl_fw_set_classid(cls, 0x10001));
	printf(" %d\n", rtnl_fw_set_mask(cls, 0xf0));
	filter_done(cls, "1:");
	cls = filter("matchall", 0x10000, 16, ETH_P_ALL);
	rtnl_mall_set_classid(cls, 0x10001);
	rtnl_mall_set_flags(cls, TCA_CLS_FLAGS_SKIP_HW);
	give(cls, mirred(TCA_EGRESS_REDIR, TC_ACT_STOLEN), rtnl_mall_append_action);
	filter_done(cls, "1:");
	cls = filter("matchall", TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS), 17, ETH_P_ALL);
	rtnl_tc_set_chain(TC_CAST(cls), 4);
	give(cls, vlan(TCA_VLAN_ACT_POP), rtnl_mall_append_action);
	give(cls, nat(0), rtnl_mall_append_action);
	give(cls, vlan(TCA_VLAN_ACT_MODIFY), rtnl_mall_append_action);
	filter_done(cls, "ffff:fff2");
	cls = filter("nosuch", 0x10000, 18, ETH_P_ALL);
	filter_done(cls, "1:");
	cls = filter("fw", 0x990000, 19, ETH_P_ALL);
	filter_done(cls, "99:");
}

static void flower(void)
{
	static unsigned char mac[] = { 2, 0, 0, 0, 0, 9 }, mask[] = { 255, 255, 255, 255, 255, 0 };
	struct rtnl_cls *cls = filter("flower", TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS), 30, ETH_P_8021Q);

	printf("%d", rtnl_flower_set_proto(cls, ETH_P_8021Q));
	printf(" %d", rtnl_flower_set_vlan_id(cls, 12));
	printf(" %d", rtnl_flower_set_vlan_prio(cls, 5));
	printf(" %d", rtnl_flower_set_vlan_ethtype(cls, ETH_P_IP));
	printf(" %d", rtnl_flower_set_dst_mac(cls, mac, mask));
	printf(" %d", rtnl_flower_set_src_mac(cls, mac, NULL));
	printf(" %d", rtnl_flower_set_ip_dscp(cls, 0x20, 0x3f));
	printf(" %d", rtnl_flower_set_ipv4_src(cls, inet_addr("10.0.0.0"), inet_addr("255.0.0.0")));
	printf(" %d", rtnl_flower_set_ipv4_dst(cls, inet_addr("192.0.2.1"), 0));
	printf(" %d\n", rtnl_flower_set_flags(cls, TCA_CLS_FLAGS_SKIP_HW));
	give(cls, skbedit(), rtnl_flower_append_action);
	give(cls, gact(TC_ACT_OK), rtnl_flower_append_action);
	filter_done(cls, "ffff:fff3");
	cls = filter("flower", TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS), 31, ETH_P_IP);
	rtnl_flower_set_ipv4_dst(cls, inet_addr("192.0.2.1"), inet_addr("255.255.255.255"));
	filter_done(cls, "ffff:fff3");
}

static void filters(void)
{
	struct rtnl_qdisc *qdisc;

	ask("tc qdisc add dev d0 clsact");
	qdisc = root("htb", 0x10000, htb);
	htb_class(0x10000, 0x10001, 1250000, 0, 0);
	u32_plain();
	u32_marked();
	u32_hashed();
	basic_alone();
	simple_filters();
	flower();
	step("delete", rtnl_qdisc_delete(sock, qdisc));
	rtnl_qdisc_put(qdisc);
	ask("tc qdisc del dev d0 clsact");
	hear(mngr);
}

/* Filters with matches, which the kernel refuses from stock. */
static void matches(void)
{
	struct rtnl_qdisc *qdisc = root("htb", 0x10000, htb);

	htb_class(0x10000, 0x10001, 1250000, 0, 0);
	basic_matches("ip.length > 256");
	basic_matches("NOT (ip.proto = 6 OR ip.proto = 17) AND ip.ttl > 3");
	basic_matches("meta(mark = 7) AND meta(dev = \"lo\")");
	basic_matches("pattern(ip.src = 192.0.2.1)");
	basic_matches("what is this");
	basic_by_hand();
	cgroup();
	step("delete", rtnl_qdisc_delete(sock, qdisc));
	rtnl_qdisc_put(qdisc);
}

static void lone_action(struct rtnl_act *act, const char *kind)
{
	printf("-- action %s\n", kind);
	step("without create", rtnl_act_change(sock, act, 0));
	step("add", rtnl_act_add(sock, act, NLM_F_CREATE | NLM_F_EXCL));
	ASK("tc -d actions ls action %s | grep -v Sent", kind);
	rtnl_tc_set_handle(TC_CAST(act), 1);
	step("change", rtnl_act_change(sock, act, NLM_F_REPLACE));
	step("delete", rtnl_act_delete(sock, act, 0));
	step("delete again", rtnl_act_delete(sock, act, 0));
	ASK("tc actions ls action %s | wc -l; tc actions flush action %s", kind, kind);
	rtnl_act_put(act);
}

static void actions(void)
{
	lone_action(gact(TC_ACT_SHOT), "gact");
	lone_action(mirred(TCA_EGRESS_REDIR, TC_ACT_STOLEN), "mirred");
	lone_action(skbedit(), "skbedit");
	lone_action(vlan(TCA_VLAN_ACT_PUSH), "vlan");
	lone_action(nat(0), "nat");
}

int main(int argc, char **argv)
{
	static const char *const types[] = { "route/qdisc", "route/class", "route/cls" };

	(void)argv;
	listen_to(types, COUNT(types));
	if (argc > 1)
		matches();
	else {
		filters();
		actions();
	}
	done();
	return 0;
}
