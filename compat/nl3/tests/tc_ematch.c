/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Extended matches as text and in messages, places in packets, and the filters that have matches. */
#include "tc.h"
#include <netlink/route/cls/basic.h>
#include <netlink/route/cls/cgroup.h>
#include <linux/tc_ematch/tc_em_meta.h>
#include <netlink/route/cls/ematch.h>
#include <netlink/route/cls/ematch/cmp.h>
#include <netlink/route/cls/fw.h>
#include <netlink/route/cls/matchall.h>
#include <netlink/route/pktloc.h>
#include <unistd.h>

static const char *const EXPRESSIONS[] = {
	"5 \"", "u8 at net+1 = 1 \"and more",
	"",
	"cmp(u8 at net+9 eq 6) AND cmp(u8 at net+10 eq 7)",
	"cmp(u8 at net+9 eq 6) OR cmp(u8 at net+10 eq 7) AND cmp(u8 at net+11 eq 8)",
	"NOT cmp(u8 at net+9 eq 6)",
	"(cmp(u8 at net+9 eq 6))",
	"cmp(u8 at net+9 eq 6) AND (cmp(u8 at net+10 eq 7) OR NOT cmp(u8 at net+11 eq 8))",
	"(cmp(u8 at net+1 eq 1) AND (cmp(u8 at net+2 eq 2) OR cmp(u8 at net+3 eq 3))) OR cmp(u8 at net+5 eq 7)",
	"not cmp(u8 at net+9 eq 6)",
	"! cmp(u8 at net+9 eq 6)",
	"cmp(u8 at net+9 eq 6) and cmp(u8 at net+10 eq 7)",
	"cmp(u8 at net+9 eq 6) && cmp(u8 at net+10 eq 7) || cmp(u8 at net+10 eq 7)",
	"ip.length > 256",
	"ip.length > 256 AND pattern(ip6.src = 3ffe::/16)",
	"tcp.dport = 80",
	"cmp(u8 at net+9 = 6)",
	"cmp(u16 at net+9 > 6)",
	"cmp(u16 at net+9 < 6)",
	"cmp(u16 at net+9 lt 6)",
	"cmp(u32 at mac+9 == 6)",
	"cmp(u32 at link+9 = 6)",
	"cmp(u32 at trans+9 = 6)",
	"cmp(u32 at transport+9 = 6)",
	"cmp(u32 at network+9 = 6)",
	"cmp(u32 at ip+9 = 6)",
	"cmp(u32 at ip6+9 = 6)",
	"cmp(u32 at udp+9 = 6)",
	"cmp(u32 at l2+9 = 6)",
	"u8 at net+9 = 6",
	"u8 at net+9 & 0xf = 6",
	"u8 at net+9 mask 0xf = 6",
	"ip.df = 1",
	"ip.flag.res = 1",
	"cmp(ip.df = 1)",
	"ip.ttl",
	"meta(pkttype = 5)",
	"meta(prio = 5)",
	"meta(priority = 5)",
	"meta(nfmark = 5)",
	"meta(fwmark = 5)",
	"meta(mark = 5)",
	"meta(tc_index = 5)",
	"meta(tcindex = 5)",
	"meta(rtclassid = 5)",
	"meta(rtiif = 5)",
	"meta(protocol = 5)",
	"meta(pkt_len = 5)",
	"meta(pktlen = 5)",
	"meta(data_len = 5)",
	"meta(datalen = 5)",
	"meta(maclen = 5)",
	"meta(hash = 5)",
	"meta(rxhash = 5)",
	"meta(vlan = 5 >> 2)",
	"meta(vlan >> 2 = 5)",
	"meta(vlan & 0xff = 5)",
	"meta(vlan mask 0xff = 5)",
	"meta(vlan >> 2 & 0xff = 5)",
	"meta(vlan + 2 = 5)",
	"meta(random = vlan)",
	"meta(5 = vlan)",
	"meta(dev.ifindex = 5)",
	"meta(dev = eth0)",
	"meta(dev = \"eth0\")",
	"meta(\"abc\" = dev)",
	"meta(loadavg1 > 5)",
	"meta(loadavg_1 > 5)",
	"meta(loadavg0 > 5)",
	"meta(sk_family = 5)",
	"meta(sk_state = 5)",
	"meta(sk_bound_if = \"eth0\")",
	"pattern(net+8 = \"abc\")",
	"pattern(net+8 = 3ffe::/16)",
	"pattern(net+8 = 192.0.2.1)",
	"pattern(net+8 = 1a2b)",
	"pattern(net+8 = 1a:2b)",
	"pattern(net+8 = foo)",
	"pattern(ip.src = \"ab\")",
	"pattern(u32 at net+8 = \"ab\")",
	"pattern(ip6.src = 2001:db8::1)",
	"pattern(ip.src = 192.0.2.1)",
	"pattern(4 at net+8 = abcd)",
	"text(abc)",
	"text(\"abc\")",
	"text(\"abc\", \"kmp\")",
	"text(\"kmp\" \"abc\")",
	"text(kmp, \"abc\")",
	"text(kmp \"abc\" from net+0 to tcp+10)",
	"text(kmp, \"abc\", net+0, tcp+10)",
	"text(\"abc\" net+0)",
	"text(\"abc\", net+0)",
	"text(kmp \"abc\" net+0)",
	"text(net+0 \"abc\")",
	"text(abc kmp)",
	"text(abc,kmp,net+0)",
	"kmp(\"abc\")",
	"bm(\"abc\")",
	"regexp(\"abc\")",
	"text(kmp ",
	"text(",
	"text(kmp",
	"meta(",
	"pattern(",
	"pattern(net+8",
	"pattern(net+8 =",
	"(",
	"()",
	"cmp(u8 at net+9 eq 6",
	"cmp(u8 at net+9 eq 6) AND",
	"AND",
	"OR",
	"NOT",
	"cmp()",
	"meta()",
	"pattern()",
	"text()",
	"@",
	"\"abc\"",
	"5",
	"= 5",
	"cmp(u8 at net+9 eq 6))",
	"cmp(u8 at net+9 eq 6) cmp(u8 at net+9 eq 6)",
	"cmp(u8 at net+9 + 5 eq 6)",
	"cmp(u12 at net+9 eq 6)",
	"cmp(5 at net+9 eq 6)",
	"cmp(u8 at net eq 6)",
	"cmp(u8 net+9 eq 6)",
	"u8 at net+9 != 6",
	"cmp(u8 at net+9 <= 6)"
};

static void dump_tree(struct rtnl_ematch_tree *tree)
{
	struct nl_dump_params params = { .dp_fd = stdout };

	rtnl_ematch_tree_dump(tree, &params);
}

static int filled(struct nl_msg *msg, struct rtnl_ematch_tree *tree)
{
	struct nlattr *options = nla_nest_start(msg, TCA_OPTIONS);
	int answer = rtnl_ematch_fill_attr(msg, 7, tree);

	nla_nest_end(msg, options);
	plain_types(options);
	return answer;
}

/* Stock sends byte patterns as an address of its own memory. */
static void expression(const char *text)
{
	struct rtnl_ematch_tree *tree = NULL, *back = NULL;
	struct nl_msg *msg = nlmsg_alloc();
	char *error = NULL;
	int answer = rtnl_ematch_parse_expr(text, &error, &tree);

	printf("[%s] %d %s\n", text, answer, error ? error : "no error");
	if (answer == 0 && *text) {
		dump_tree(tree);
		if (!strstr(text, "pattern")) {
			printf("fill %d ", filled(msg, tree));
			hex(nlmsg_data(nlmsg_hdr(msg)), (size_t)nlmsg_datalen(nlmsg_hdr(msg)));
			printf("parse %d\n", rtnl_ematch_parse_attr(nla_data(nlmsg_data(nlmsg_hdr(msg))), &back));
			dump_tree(back);
			rtnl_ematch_tree_free(back);
		}
	}
	if (answer == 0)
		rtnl_ematch_tree_free(tree);
	free(error);
	nlmsg_free(msg);
}

static struct rtnl_ematch_tree *tree_of(const char *text)
{
	struct rtnl_ematch_tree *tree = NULL;
	char *error = NULL;

	MUST(rtnl_ematch_parse_expr(text, &error, &tree) == 0);
	return tree;
}

/* Comparisons of every width, in the order of bytes of either. */
static void comparisons(void)
{
	static const unsigned int widths[] = { TCF_EM_ALIGN_U8, TCF_EM_ALIGN_U16, TCF_EM_ALIGN_U32, 3 };

	for (int i = 0; i < 64; i++) {
		struct tcf_em_cmp cmp = { .val = 7, .mask = i / 16 % 2 ? 0xf0 : 0, .off = 3, .align = widths[i % 4] & 15, .flags = i / 4 & 3,
					  .layer = i / 16 % 3 & 3, .opnd = i % 3 & 3 };
		struct rtnl_ematch_tree *tree = rtnl_ematch_tree_alloc(RTNL_EMATCH_PROGID);
		struct rtnl_ematch *match = rtnl_ematch_alloc();

		MUST(rtnl_ematch_set_name(match, "cmp") == 0);
		rtnl_ematch_cmp_set(match, &cmp);
		rtnl_ematch_tree_add(tree, match);
		dump_tree(tree);
		rtnl_ematch_tree_free(tree);
	}
}

/* The kernel takes a match whose type is its place alone. */
static void types(void)
{
	struct rtnl_ematch_tree *tree = tree_of("u8 at net+1 = 1 AND u8 at net+2 = 2");
	struct nl_msg *msg = nlmsg_alloc();

	MUST(rtnl_ematch_fill_attr(msg, 7, tree) == 0);
	printf("fix matches in a request ");
	hex(nlmsg_data(nlmsg_hdr(msg)), (size_t)nlmsg_datalen(nlmsg_hdr(msg)));
	rtnl_ematch_tree_free(tree);
	nlmsg_free(msg);
}

/* Matches of kinds that there are no functions for. Stock crashes when it should send them. */
static void unknown(void)
{
	static const uint16_t kinds[] = { 3, 99, 1, 65535 };

	for (int i = 0; i < 16; i++) {
		struct nl_msg *msg = nlmsg_alloc();
		struct nlattr *tree = nla_nest_start(msg, 7), *list;
		struct tcf_ematch_tree_hdr header = { .nmatches = 1 + i % 2 };
		struct tcf_ematch_hdr match = { .kind = kinds[i / 4], .flags = i % 2 ? TCF_EM_REL_AND : TCF_EM_INVERT };
		struct rtnl_ematch_tree *back = NULL;
		char bytes[8 + 16] = { 0 };
		int answer;

		nla_put(msg, TCA_EMATCH_TREE_HDR, sizeof header, &header);
		list = nla_nest_start(msg, TCA_EMATCH_TREE_LIST);
		memcpy(bytes, &match, sizeof match);
		nla_put(msg, 1, i / 2 % 2 ? 8 : 24, bytes);
		if (header.nmatches > 1)
			nla_put(msg, 2, 24, "\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
		nla_nest_end(msg, list);
		nla_nest_end(msg, tree);
		answer = rtnl_ematch_parse_attr(nlmsg_attrdata(nlmsg_hdr(msg), 0), &back);
		printf("unknown %d: %d\n", i, answer);
		nlmsg_free(msg);
		if (answer < 0)
			continue;
		dump_tree(back);
		rtnl_ematch_tree_free(back);
	}
}

/* What the kernel says of a number: a mask of 0 if all bits count. */
static void parsed_meta(void)
{
	for (int i = 0; i < 36; i++) {
		struct nl_msg *msg = nlmsg_alloc();
		struct nlattr *tree = nla_nest_start(msg, 7), *list, *one;
		struct tcf_ematch_tree_hdr header = { .nmatches = 1 };
		struct tcf_ematch_hdr match = { .kind = TCF_EM_META };
		struct tcf_meta_hdr meta = { .left = { .kind = TCF_META_TYPE_INT << 12 | TCF_META_ID_PRIORITY, .shift = i % 2 },
					     .right = { .kind = TCF_META_TYPE_INT << 12 | (i % 3 ? 0 : TCF_META_ID_NFMARK) } };
		struct rtnl_ematch_tree *back = NULL;
		uint64_t mask = i / 12 == 2 ? 0xff : 0;
		int answer;

		nla_put(msg, TCA_EMATCH_TREE_HDR, sizeof header, &header);
		list = nla_nest_start(msg, TCA_EMATCH_TREE_LIST);
		one = nla_nest_start(msg, 1);
		nlmsg_append(msg, &match, sizeof match, 4);
		nla_put(msg, TCA_EM_META_HDR, sizeof meta, &meta);
		if (i / 12)
			nla_put(msg, TCA_EM_META_LVALUE, i / 6 % 2 ? 4 : 8, &mask);
		nla_put_u32(msg, TCA_EM_META_RVALUE, i % 3 ? 3 : 0);
		nla_nest_end(msg, one);
		nla_nest_end(msg, list);
		nla_nest_end(msg, tree);
		answer = rtnl_ematch_parse_attr(nlmsg_attrdata(nlmsg_hdr(msg), 0), &back);
		printf("meta %d: %d\n", i, answer);
		nlmsg_free(msg);
		dump_tree(back);
		msg = nlmsg_alloc();
		printf("fill %d ", filled(msg, back));
		hex(nlmsg_data(nlmsg_hdr(msg)), (size_t)nlmsg_datalen(nlmsg_hdr(msg)));
		nlmsg_free(msg);
		rtnl_ematch_tree_free(back);
	}
}

static void put_actions(struct nl_msg *msg, int type, int count)
{
	struct nlattr *all = nla_nest_start(msg, type), *one;

	for (int i = 1; i <= count; i++) {
		one = nla_nest_start(msg, i);
		nla_put_string(msg, TCA_ACT_KIND, i == 1 ? "gact" : "what");
		nla_nest_end(msg, one);
	}
	nla_nest_end_keep_empty(msg, all);
}

static void parsed_matchall(void)
{
	struct nl_object *before = NULL;

	for (int i = 0; i < 64; i++) {
		struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWTFILTER, 0);
		struct tcmsg header = { .tcm_ifindex = 1, .tcm_parent = 0x10000, .tcm_handle = i & 1 };
		struct nlattr *options;

		nlmsg_append(msg, &header, sizeof header, NLMSG_ALIGNTO);
		nlmsg_set_proto(msg, NETLINK_ROUTE);
		nla_put_string(msg, TCA_KIND, "matchall");
		options = nla_nest_start(msg, TCA_OPTIONS);
		if (i & 2)
			nla_put_u32(msg, TCA_MATCHALL_CLASSID, i & 4 ? 0 : 0x10002);
		if (i & 8)
			nla_put_u32(msg, TCA_MATCHALL_FLAGS, i & 4 ? 0 : TCA_CLS_FLAGS_NOT_IN_HW);
		if (i & 16)
			put_actions(msg, TCA_MATCHALL_ACT, i & 32 ? 0 : 2);
		nla_nest_end_keep_empty(msg, options);
		printf("-- matchall %d\n", i);
		if (show_parsed(msg, &before))
			show_request((struct rtnl_tc *)before);
		nlmsg_free(msg);
	}
	nl_object_put(before);
}

/* A filter that has no number yet. */
static void without_handle(void)
{
	static const char *const kinds[] = { "basic", "cgroup", "fw", "matchall", "u32", "flower" };

	for (unsigned int i = 0; i < 2 * COUNT(kinds); i++) {
		struct rtnl_tc *tc = TC_CAST(rtnl_cls_alloc());

		rtnl_tc_set_ifindex(tc, 3);
		rtnl_tc_set_parent(tc, 0x10000);
		if (i % 2)
			rtnl_tc_set_handle(tc, 0);
		MUST(rtnl_tc_set_kind(tc, kinds[i / 2]) == 0);
		printf("%s\n", kinds[i / 2]);
		show_request(tc);
		rtnl_cls_put((struct rtnl_cls *)tc);
	}
}

static void filters(void)
{
	struct rtnl_cls *basic = (void *)of_kind(rtnl_cls_alloc(), "basic"), *cgroup = (void *)of_kind(rtnl_cls_alloc(), "cgroup");
	struct rtnl_cls *fw = (void *)of_kind(rtnl_cls_alloc(), "fw"), *all = (void *)of_kind(rtnl_cls_alloc(), "matchall");
	struct rtnl_act *act = rtnl_act_alloc();
	uint32_t value = 9;
	int answer;

	MUST(rtnl_tc_set_kind(TC_CAST(act), "gact") == 0);
	dump_forms(OBJ_CAST(basic));
	show_request(TC_CAST(basic));
	rtnl_basic_set_ematch(basic, tree_of("u8 at net+9 = 6 AND (u8 at net+1 = 2)"));
	dump_forms(OBJ_CAST(basic));
	show_request(TC_CAST(basic));
	rtnl_basic_set_target(basic, 0x10002);
	printf("target %x\n", rtnl_basic_get_target(basic));
	printf("add %d\n", rtnl_basic_add_action(basic, act));
	dump_forms(OBJ_CAST(basic));
	show_request(TC_CAST(basic));
	printf("same %d references %d\n", rtnl_basic_get_action(basic) == act, nl_object_get_refcnt(OBJ_CAST(act)));
	printf("remove %d\n", rtnl_basic_del_action(basic, act));
	printf("matches %d\n", rtnl_basic_get_ematch(basic) != NULL);
	rtnl_basic_set_ematch(basic, NULL);
	show_request(TC_CAST(basic));
	show_tc(TC_CAST(cgroup));
	rtnl_cgroup_set_ematch(cgroup, tree_of("NOT (u8 at net+9 = 6) OR u8 at net+1 = 2"));
	dump_forms(OBJ_CAST(cgroup));
	show_request(TC_CAST(cgroup));
	printf("matches %d\n", rtnl_cgroup_get_ematch(cgroup) != NULL);
	show_tc(TC_CAST(fw));
	printf("classid %d\n", rtnl_fw_set_classid(fw, 0x10002));
	show_tc(TC_CAST(fw));
	printf("mask %d\n", rtnl_fw_set_mask(fw, 0xff));
	show_tc(TC_CAST(fw));
	show_tc(TC_CAST(all));
	answer = rtnl_mall_get_classid(all, &value);
	printf("%d %u\n", answer, value);
	answer = rtnl_mall_get_flags(all, &value);
	printf("%d %u\n", answer, value);
	printf("append %d\n", rtnl_mall_append_action(all, act));
	show_request(TC_CAST(all));
	printf("classid %d\n", rtnl_mall_set_classid(all, 0x10003));
	printf("flags %d\n", rtnl_mall_set_flags(all, 1));
	dump_forms(OBJ_CAST(all));
	show_request(TC_CAST(all));
	printf("first %d\n", rtnl_mall_get_first_action(all) == act);
	rtnl_act_put(act);
	printf("references %d\n", nl_object_get_refcnt(OBJ_CAST(act)));
	printf("remove %d\n", rtnl_mall_del_action(all, act));
	printf("nothing %d %d\n", rtnl_mall_append_action(all, NULL), rtnl_basic_add_action(basic, NULL));
	rtnl_act_put(act);
	rtnl_cls_put(basic);
	rtnl_cls_put(cgroup);
	rtnl_cls_put(fw);
	rtnl_cls_put(all);
}

static const char *const FILES[] = {
	"a u8 net+1\n", "b u16 link+1 0xff\n", "c 16 net+8\n", "d u32 tcp+0 0xf 3 # x\n", "e u64 net+1\n", "f u8 foo+1\n", "g u8 net\n", "h\n",
	"j 5 net+0x10 010 2\n", "k.l-m_n 3 eth+1\n", "a u8 net+1\na u16 net+2\n", "n u8 udp+1\n", "o u8 ip+1\n", "p u8 transport+1\n",
	"q u8 7\n", "# nothing\n\nx  u8\tnet+1   0xff\n", "v u8 net+-1\n",
};

static void say_place(struct rtnl_pktloc *place, void *arg)
{
	printf("%s layer %u shift %u offset %u align %u mask %x\n", place->name, place->layer, place->shift, place->offset, place->align, place->mask);
}

static void places(const char *path)
{
	struct rtnl_pktloc *place = rtnl_pktloc_alloc();
	long seconds = 1000000000;

	printf("none %d\n", rtnl_pktloc_lookup("a", &place));
	for (size_t i = 0; i < COUNT(FILES); i++) {
		char command[128];
		FILE *file = fopen(path, "w");

		fputs(FILES[i], file);
		fclose(file);
		/* It is read again once its time has changed. */
		snprintf(command, sizeof command, "touch -d @%ld %s", seconds += 10, path);
		MUST(system(command) == 0);
		printf("file %zu: %d\n", i, rtnl_pktloc_lookup("nope", &place));
		rtnl_pktloc_foreach(say_place, NULL);
	}
	rtnl_pktloc_put(place);
}

int main(void)
{
	char dir[] = "/tmp/rnl-tc-XXXXXX", path[64];
	FILE *file;

	setvbuf(stdout, NULL, _IOLBF, 0);
	MUST(mkdtemp(dir) != NULL);
	snprintf(path, sizeof path, "%s/pktloc", dir);
	setenv("NLSYSCONFDIR", dir, 1);
	places(path);
	file = fopen(path, "w");
	fputs("ip.length u16 net+2\nip.df u8 net+6 0x40 6\nip.flag.res u8 net+6 0xff 7\nip.ttl u8 net+8\nip.src u32 net+12\nip.proto u8 net+9\n"
	      "ip6.src 16 net+8\ntcp.dport u16 tcp+2\n", file);
	fclose(file);
	for (size_t i = 0; i < COUNT(EXPRESSIONS); i++)
		expression(EXPRESSIONS[i]);
	comparisons();
	types();
	unknown();
	parsed_meta();
	parsed_matchall();
	without_handle();
	filters();
	unlink(path);
	rmdir(dir);
	return 0;
}
