/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Qdiscs, classes, filters, actions, and their kinds. */
#include "sweep.h"
#include <netlink/route/action.h>
#include <netlink/route/tc.h>

#define HEAD "00x4 03000000 00000100 00000200 00000300"
#define TC(name, message, tree, most) { name, 0, message, HEAD, tree, most }
#define QDISC(kind, options, most) TC("qdisc " kind, 36, "1'" kind "' " options, most)
#define CLASS(kind, options, most) TC("class " kind, 40, "1'" kind "' " options, most)
#define FILTER(kind, options, most) TC("filter " kind, 44, "1'" kind "' " options, most)
#define OPTIONS(kind) TC("options of qdisc " kind, 36, "1'" kind "' 2#", -10)
#define MATCH(name, tree, most) TC(name, 44, "1'basic' 2{2{1=01000000 2{" tree "}}}", most)

static const struct place PLACES[] = {
	TC("qdisc", 36, "*", 16), TC("qdisc of no kind", 36, "1'foo' *", 16), TC("class of no kind", 40, "1'foo' *", 16),
	TC("filter of no kind", 44, "1'foo' *", 16), TC("qdisc removed", 37, "1'foo' *", 16),
	TC("counters", 36, "1'foo' 7{*}", 8), TC("sizes", 36, "1'foo' 8{*}", 2),
	OPTIONS("htb"), OPTIONS("tbf"), OPTIONS("sfq"), OPTIONS("prio"), OPTIONS("pfifo_fast"), OPTIONS("fq_codel"), OPTIONS("hfsc"),
	OPTIONS("netem"), OPTIONS("mqprio"), OPTIONS("plug"), OPTIONS("red"), OPTIONS("cbq"), OPTIONS("dsmark"), OPTIONS("pfifo"),
	OPTIONS("bfifo"), OPTIONS("ingress"),
	TC("options of class htb", 40, "1'htb' *", 3), TC("options of class hfsc", 40, "1'hfsc' *", 3),
	TC("options of class cbq", 40, "1'cbq' *", 3), TC("options of class dsmark", 40, "1'dsmark' *", 3),
	QDISC("htb", "2{*}", 8), QDISC("tbf", "2{*}", 9), QDISC("fq_codel", "2{*}", 12), QDISC("prio", "2(03000000 00x16){*}", 3),
	QDISC("netem", "2(00x24){*}", 14), QDISC("mqprio", "2(02 00x81){*}", 5), QDISC("red", "2{*}", 6), QDISC("cbq", "2{*}", 9),
	QDISC("dsmark", "2{*}", 6), QDISC("sfq", "2{*}", 3), QDISC("hfsc", "2{*}", 4), QDISC("plug", "2{*}", 4),
	TC("minima of mqprio", 36, "1'mqprio' 2(02 00x81){2=0100 3{*}}", 3), TC("maxima of mqprio", 36, "1'mqprio' 2(02 00x81){2=0100 4{*}}", 3),
	TC("losses of netem", 36, "1'netem' 2(00x24){5{*}}", 3),
	CLASS("htb", "2{*}", 8), CLASS("hfsc", "2{*}", 4), CLASS("cbq", "2{*}", 9), CLASS("dsmark", "2{*}", 6),
	FILTER("basic", "*", 3), FILTER("u32", "*", 3), FILTER("fw", "*", 3), FILTER("cgroup", "*", 3), FILTER("matchall", "*", 3),
	FILTER("flower", "*", 3),
	FILTER("basic", "2{*}", 6), FILTER("cgroup", "2{*}", 5), FILTER("fw", "2{*}", 6), FILTER("matchall", "2{*}", 5),
	FILTER("u32", "2{*}", 13), FILTER("u32", "2{5=01000000 00x44 *}", 13), FILTER("flower", "2{*}", 115),
	FILTER("basic", "2{3{*}}", 34), FILTER("basic", "2{3{1{*}}}", 8), FILTER("cgroup", "2{1{1{*}}}", 8), FILTER("fw", "2{4{1{*}}}", 8),
	FILTER("matchall", "2{2{1{*}}}", 8), FILTER("u32", "2{7{1{*}}}", 8), FILTER("flower", "2{3{1{*}}}", 8),
	TC("matches of basic", 44, "1'basic' 2{2{*}}", 3),
	TC("matches of cgroup", 44, "1'cgroup' 2{3{*}}", 3), TC("matches' list", 44, "1'basic' 2{2{1=01000000 *}}", 3),
	MATCH("match u32", "1(0000 0300 0000 0000)#", -10), MATCH("match other", "1(0000 0700 0000 0000)#", -10),
	MATCH("match meta", "1(0000 0400 0000 0000){*}", 4),
	MATCH("match meta", "1(0000 0400 0000 0000){1=0210 0000 0210 0000 *}", 4),
};

static const struct place ACTIONS[] = {
	{ "actions", 0, 48, "00x4", "*", 3 }, { "actions' list", 0, 48, "00x4", "1{*}", 34 }, { "action", 0, 48, "00x4", "1{1{*}}", 8 },
	{ "action of no kind", 0, 48, "00x4", "1{1{1'foo' *}}", 8 },
	{ "options of action gact", 0, 48, "00x4", "1{1{1'gact' *}}", 8 },
	{ "options of action mirred", 0, 48, "00x4", "1{1{1'mirred' *}}", 8 },
	{ "options of action skbedit", 0, 48, "00x4", "1{1{1'skbedit' *}}", 8 },
	{ "options of action vlan", 0, 48, "00x4", "1{1{1'vlan' *}}", 8 },
	{ "options of action nat", 0, 48, "00x4", "1{1{1'nat' *}}", 8 },
	{ "action gact", 0, 48, "00x4", "1{1{1'gact' 2{*}}}", 5 },
	{ "action gact", 0, 48, "00x4", "1{1{1'gact' 2{2=00x20 *}}}", 5 },
	{ "action mirred", 0, 48, "00x4", "1{1{1'mirred' 2{*}}}", 5 },
	{ "action mirred", 0, 48, "00x4", "1{1{1'mirred' 2{2=00x28 *}}}", 5 },
	{ "action skbedit", 0, 48, "00x4", "1{1{1'skbedit' 2{*}}}", 10 },
	{ "action skbedit", 0, 48, "00x4", "1{1{1'skbedit' 2{2=00x20 *}}}", 10 },
	{ "action vlan", 0, 48, "00x4", "1{1{1'vlan' 2{*}}}", 10 },
	{ "action vlan", 0, 48, "00x4", "1{1{1'vlan' 2{2=00x20 02000000 *}}}", 10 },
	{ "action nat", 0, 48, "00x4", "1{1{1'nat' 2{*}}}", 4 },
	{ "action nat", 0, 48, "00x4", "1{1{1'nat' 2{1=00x36 *}}}", 4 },
};

static int parse_actions(struct nl_msg *msg, void (*callback)(struct nl_object *, void *), void *arg)
{
	struct nlattr *table = nlmsg_find_attr(nlmsg_hdr(msg), 4, 1);
	struct rtnl_act *actions = NULL;
	int answer = table ? rtnl_act_parse(&actions, table) : 0;

	if (answer >= 0 && actions)
		callback((struct nl_object *)actions, arg);
	rtnl_act_put_all(&actions);
	return answer;
}


/* Stock crashes, reads past the end, or forgets. */
static const struct known KNOWN[] = {
	{ "options of qdisc hfsc", 0, 2, 9999 },
	{ "options of qdisc netem", 0, 0, 32 },
	{ "qdisc netem", 1, 12, 9999 },
	{ "qdisc netem", 3, 8, 9999 },
	{ "qdisc netem", 4, 8, 9999 },
	{ "minima", 3, 8, 9999 },
	{ "maxima", 4, 8, 9999 },
	{ "qdisc cbq", 2, 0, 12 },
	{ "qdisc cbq", 5, 0, 12 },
	{ "class cbq", 2, 0, 12 },
	{ "class cbq", 5, 0, 12 },
	{ "filter u32", 5, 0, 16 },
	{ "filter basic", 32, 9999, 9999 },
	{ "actions' list", 32, 9999, 9999 },
	{ "matches of cgroup", 1, 0, 4 },
	{ "matches' list", 2, 0, 4 },
	{ "match meta", 1, 0, 8 },
	{ "match meta", 2, 0, 1 },
	{ "match meta", 3, 0, 1 },
	{ "action mirred", 2, 0, 28 },
	{ "action skbedit", 2, 0, 20 },
	{ NULL, 0, 0, 0 },
};

int main(void)
{
	sweep(PLACES, COUNT(PLACES), KNOWN, nl_msg_parse);
	sweep(ACTIONS, COUNT(ACTIONS), KNOWN, parse_actions);
	return 0;
}
