/* SPDX-License-Identifier: MIT OR Apache-2.0
 * For programs that make traffic control: an interface, a manager that listens, a root and its classes. */
#ifndef MADE_TC_H
#define MADE_TC_H

#include "made.h"
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <netlink/route/class.h>
#include <netlink/route/qdisc.h>
#include <netlink/route/qdisc/htb.h>

static struct nl_sock *sock;
static struct nl_cache_mngr *mngr;
static int d0;

static inline void step(const char *what, int answer)
{
	say(what, answer);
	hear(mngr);
}

static inline void listen_to(const char *const *types, size_t count)
{
	struct nl_cache *cache;

	setvbuf(stdout, NULL, _IOLBF, 0);
	sock = connected(NETLINK_ROUTE);
	d0 = (int)if_nametoindex("d0");
	MUST(nl_cache_mngr_alloc(NULL, NETLINK_ROUTE, 0, &mngr) == 0);
	for (size_t i = 0; i < count; i++) {
		MUST(nl_cache_alloc_name(types[i], &cache) == 0);
		MUST(say(types[i], nl_cache_mngr_add_cache_v2(mngr, cache, told, NULL)) == 0);
	}
}

static inline void done(void)
{
	nl_cache_mngr_free(mngr);
	nl_socket_free(sock);
}

static inline void htb(struct rtnl_qdisc *qdisc)
{
	rtnl_htb_set_defcls(qdisc, 0x20);
	rtnl_htb_set_rate2quantum(qdisc, 7);
}

static inline struct rtnl_qdisc *root(const char *kind, uint32_t handle, void (*fill)(struct rtnl_qdisc *))
{
	struct rtnl_qdisc *qdisc = rtnl_qdisc_alloc();

	rtnl_tc_set_ifindex(TC_CAST(qdisc), d0);
	rtnl_tc_set_parent(TC_CAST(qdisc), TC_H_ROOT);
	rtnl_tc_set_handle(TC_CAST(qdisc), handle);
	MUST(rtnl_tc_set_kind(TC_CAST(qdisc), kind) == 0);
	fill(qdisc);
	step("root", rtnl_qdisc_add(sock, qdisc, NLM_F_CREATE | NLM_F_REPLACE));
	return qdisc;
}

static inline struct rtnl_class *class_of(const char *kind, uint32_t parent, uint32_t handle)
{
	struct rtnl_class *class = rtnl_class_alloc();

	rtnl_tc_set_ifindex(TC_CAST(class), d0);
	rtnl_tc_set_parent(TC_CAST(class), parent);
	rtnl_tc_set_handle(TC_CAST(class), handle);
	MUST(rtnl_tc_set_kind(TC_CAST(class), kind) == 0);
	return class;
}

static inline void htb_class(uint32_t parent, uint32_t handle, uint32_t rate, uint32_t ceil, int more)
{
	struct rtnl_class *class = class_of("htb", parent, handle);

	rtnl_htb_set_rate(class, rate);
	if (ceil)
		rtnl_htb_set_ceil(class, ceil);
	if (more) {
		rtnl_htb_set_prio(class, 3);
		rtnl_htb_set_rbuffer(class, 20000);
		rtnl_htb_set_cbuffer(class, 30000);
		rtnl_htb_set_quantum(class, 5000);
		rtnl_tc_set_mtu(TC_CAST(class), 1200);
		rtnl_tc_set_mpu(TC_CAST(class), 64);
		rtnl_tc_set_overhead(TC_CAST(class), 20);
		rtnl_tc_set_linktype(TC_CAST(class), 1);
	}
	step("class", rtnl_class_add(sock, class, NLM_F_CREATE | NLM_F_EXCL));
	rtnl_class_put(class);
}

#endif
