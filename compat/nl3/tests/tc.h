/* SPDX-License-Identifier: MIT OR Apache-2.0
 * For kinds of qdiscs, classes, filters and actions: accessors by the dozen, and what an object becomes. */
#ifndef TC_H
#define TC_H

#include "objects.h"
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <netlink/route/action.h>
#include <netlink/route/class.h>
#include <netlink/route/classifier.h>
#include <netlink/route/qdisc.h>
#include <netlink/route/tc.h>


static inline struct rtnl_tc *of_kind(void *obj, const char *kind)
{
	struct rtnl_tc *tc = obj;

	rtnl_tc_set_ifindex(tc, 3);
	rtnl_tc_set_parent(tc, 0x10000);
	rtnl_tc_set_handle(tc, 0x10001);
	MUST(rtnl_tc_set_kind(tc, kind) == 0);
	return tc;
}

/* A number of any size. */
static inline unsigned int number(void)
{
	unsigned int value = dice(0x7fffffff);

	switch (dice(5)) {
	case 0:
		return dice(4);
	case 1:
		return dice(256);
	case 2:
		return dice(70000);
	case 3:
		return value * 2;
	default:
		return 0u - dice(3);
	}
}

/* Trees of matches without the marks of nests that stock puts into the types of matches, which the kernel refuses. */
static inline void plain_types(struct nlattr *options)
{
	struct nlattr *tree, *head, *list, *one;
	int left, inside;

	nla_for_each_nested(tree, options, left) {
		head = nla_find(nla_data(tree), nla_len(tree), TCA_EMATCH_TREE_HDR);
		list = nla_find(nla_data(tree), nla_len(tree), TCA_EMATCH_TREE_LIST);
		if (!(tree->nla_type & NLA_F_NESTED) || !head || nla_len(head) != sizeof(struct tcf_ematch_tree_hdr) || !list)
			continue;
		nla_for_each_nested(one, list, inside)
			one->nla_type &= NLA_TYPE_MASK;
	}
}

/* The attributes of a message, a sum of those that are tables of rates. Stock's netem has zeros behind its attributes. */
static inline void show_built(int answer, struct nl_msg *msg, int header)
{
	struct nlmsghdr *nlh;
	struct nlattr *nla;
	unsigned int sum = 0;
	int left;

	printf("message %d", answer);
	if (answer < 0) {
		printf("\n");
		return;
	}
	nlh = nlmsg_hdr(msg);
	printf(" type %d flags %x: ", nlh->nlmsg_type, nlh->nlmsg_flags);
	hex(nlmsg_data(nlh), (size_t)header);
	nlmsg_for_each_attr(nla, nlh, header, left) {
		if (nla_type(nla) == TCA_OPTIONS && nla->nla_type & NLA_F_NESTED)
			plain_types(nla);
		for (int i = 0; i < nla_len(nla); i++)
			sum = sum * 31 + ((unsigned char *)nla_data(nla))[i];
		printf("  %d of %d sum %x: ", nla->nla_type, nla_len(nla), sum);
		hex(nla_data(nla), nla_len(nla) < 200 ? (size_t)nla_len(nla) : 100);
	}
	nlmsg_free(msg);
}

/* The request that adds it. */
static inline void show_request(struct rtnl_tc *tc)
{
	const char *type = nl_object_get_type(OBJ_CAST(tc));
	struct nl_msg *msg = NULL;
	int answer;

	if (!strcmp(type, "route/qdisc"))
		answer = rtnl_qdisc_build_add_request((struct rtnl_qdisc *)tc, 0x600, &msg);
	else if (!strcmp(type, "route/class"))
		answer = rtnl_class_build_add_request((struct rtnl_class *)tc, 0x600, &msg);
	else if (!strcmp(type, "route/cls"))
		answer = rtnl_cls_build_add_request((struct rtnl_cls *)tc, 0x600, &msg);
	else
		answer = rtnl_act_build_add_request((struct rtnl_act *)tc, 0x600, &msg);
	show_built(answer, msg, strcmp(type, "route/act") ? (int)sizeof(struct tcmsg) : 4);
}

static inline void show_tc(struct rtnl_tc *tc)
{
	struct nl_object *copy = nl_object_clone(OBJ_CAST(tc));

	dump_forms(OBJ_CAST(tc));
	show_request(tc);
	/* What a request works out stays. */
	dump_forms(OBJ_CAST(tc));
	if (copy) {
		dump_forms(copy);
		show_request(TC_CAST(copy));
	}
	nl_object_put(copy);
}

static inline struct nl_msg *tc_message(int type, const char *kind)
{
	struct tcmsg header = { .tcm_ifindex = 3, .tcm_handle = 0x10001, .tcm_parent = 0x10000, .tcm_info = dice(2) ? 0 : 0x70008 };
	struct nl_msg *msg = nlmsg_alloc_simple(type, 0);

	nlmsg_set_proto(msg, NETLINK_ROUTE);
	nlmsg_append(msg, &header, sizeof header, NLMSG_ALIGNTO);
	if (kind)
		nla_put_string(msg, TCA_KIND, kind);
	return msg;
}

#endif
