/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Traffic control on real interfaces: qdiscs, classes, filters, matches and actions of every kind, made, read back, made
 * again from what was read, changed, deleted; while a manager listens. */
#include "made.h"
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
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
#include <netlink/route/class.h>
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
#include <netlink/route/qdisc.h>
#include <netlink/route/qdisc/fifo.h>
#include <netlink/route/qdisc/fq_codel.h>
#include <netlink/route/qdisc/hfsc.h>
#include <netlink/route/qdisc/htb.h>
#include <netlink/route/qdisc/mqprio.h>
#include <netlink/route/qdisc/netem.h>
#include <netlink/route/qdisc/plug.h>
#include <netlink/route/qdisc/prio.h>
#include <netlink/route/qdisc/red.h>
#include <netlink/route/qdisc/sfq.h>
#include <netlink/route/qdisc/tbf.h>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

static struct nl_sock *sock;
static struct nl_cache_mngr *mngr;
static int d0;

static void step(const char *what, int answer)
{
	say(what, answer);
	hear(mngr);
}

static void htb(struct rtnl_qdisc *qdisc)
{
	rtnl_htb_set_defcls(qdisc, 0x20);
	rtnl_htb_set_rate2quantum(qdisc, 7);
}

static void hfsc(struct rtnl_qdisc *qdisc)
{
	rtnl_qdisc_hfsc_set_defcls(qdisc, 7);
}

static void tbf(struct rtnl_qdisc *qdisc)
{
	rtnl_qdisc_tbf_set_limit(qdisc, 100000);
	rtnl_qdisc_tbf_set_rate(qdisc, 125000, 20000, 0);
	printf("peak %d", rtnl_qdisc_tbf_set_peakrate(qdisc, 250000, 3000, 0));
	printf(" %d\n", rtnl_qdisc_tbf_set_peakrate(qdisc, 250000, 3000, 8));
}

static void tbf_latency(struct rtnl_qdisc *qdisc)
{
	rtnl_qdisc_tbf_set_rate(qdisc, 1250000, 20000, 8);
	printf("latency %d\n", rtnl_qdisc_tbf_set_limit_by_latency(qdisc, 50000));
}

static void sfq(struct rtnl_qdisc *qdisc)
{
	rtnl_sfq_set_quantum(qdisc, 2000);
	rtnl_sfq_set_limit(qdisc, 100);
	rtnl_sfq_set_perturb(qdisc, 10);
}

static void red(struct rtnl_qdisc *qdisc)
{
	rtnl_red_set_limit(qdisc, 60000);
}

static void prio(struct rtnl_qdisc *qdisc)
{
	uint8_t map[16] = { 0, 1, 2, 3, 4, 4, 3, 2, 1, 0, 0, 0, 1, 1, 2, 2 };

	rtnl_qdisc_prio_set_bands(qdisc, 5);
	MUST(rtnl_qdisc_prio_set_priomap(qdisc, map, 16) == 0);
}

static void fifo(struct rtnl_qdisc *qdisc)
{
	rtnl_qdisc_fifo_set_limit(qdisc, 4321);
}

static void fq_codel(struct rtnl_qdisc *qdisc)
{
	rtnl_qdisc_fq_codel_set_limit(qdisc, 777);
	rtnl_qdisc_fq_codel_set_target(qdisc, 7000);
	rtnl_qdisc_fq_codel_set_interval(qdisc, 90000);
	rtnl_qdisc_fq_codel_set_quantum(qdisc, 900);
	rtnl_qdisc_fq_codel_set_flows(qdisc, 64);
	rtnl_qdisc_fq_codel_set_ecn(qdisc, 0);
}

static void netem(struct rtnl_qdisc *qdisc)
{
	rtnl_netem_set_limit(qdisc, 200);
	rtnl_netem_set_gap(qdisc, 5);
	rtnl_netem_set_reorder_probability(qdisc, 1 << 30);
	rtnl_netem_set_reorder_correlation(qdisc, 1 << 28);
	rtnl_netem_set_corruption_probability(qdisc, 1 << 27);
	rtnl_netem_set_corruption_correlation(qdisc, 1 << 26);
	rtnl_netem_set_loss(qdisc, 1 << 25);
	rtnl_netem_set_loss_correlation(qdisc, 1 << 24);
	rtnl_netem_set_duplicate(qdisc, 1 << 23);
	rtnl_netem_set_duplicate_correlation(qdisc, 1 << 22);
	rtnl_netem_set_delay(qdisc, 10000);
	rtnl_netem_set_jitter(qdisc, 2000);
	rtnl_netem_set_delay_correlation(qdisc, 1 << 29);
}

static void netem_plain(struct rtnl_qdisc *qdisc)
{
	rtnl_netem_set_limit(qdisc, 300);
	rtnl_netem_set_delay(qdisc, 1000);
}

static void mqprio(struct rtnl_qdisc *qdisc)
{
	uint8_t map[16] = { 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0 };
	uint16_t counts[] = { 1, 2, 1 }, offsets[] = { 0, 1, 3 };

	printf("%d", rtnl_qdisc_mqprio_set_num_tc(qdisc, 3));
	printf(" %d", rtnl_qdisc_mqprio_set_priomap(qdisc, map, 16));
	printf(" %d", rtnl_qdisc_mqprio_hw_offload(qdisc, 0));
	printf(" %d\n", rtnl_qdisc_mqprio_set_queue(qdisc, counts, offsets, 3));
}

static void plug(struct rtnl_qdisc *qdisc)
{
	rtnl_qdisc_plug_set_limit(qdisc, 10000);
}

static void plain(struct rtnl_qdisc *qdisc)
{
	(void)qdisc;
}

static const struct kind {
	const char *kind;
	void (*fill)(struct rtnl_qdisc *);
	uint32_t parent, handle;
} kinds[] = {
	{ "htb", htb, TC_H_ROOT, 0x10000 },           { "hfsc", hfsc, TC_H_ROOT, 0x10000 },
	{ "tbf", tbf, TC_H_ROOT, 0x20000 },           { "tbf", tbf_latency, TC_H_ROOT, 0x20000 },
	{ "sfq", sfq, TC_H_ROOT, 0x30000 },           { "red", red, TC_H_ROOT, 0x30000 },
	{ "prio", prio, TC_H_ROOT, 0x40000 },        
	{ "pfifo", fifo, TC_H_ROOT, 0x50000 },        { "bfifo", fifo, TC_H_ROOT, 0x50000 },
	{ "fq_codel", fq_codel, TC_H_ROOT, 0x60000 },
	{ "fq_codel", plain, TC_H_ROOT, 0x60000 },    { "netem", netem, TC_H_ROOT, 0x70000 },
	{ "netem", netem_plain, TC_H_ROOT, 0x70000 }, { "mqprio", mqprio, TC_H_ROOT, 0x80000 },
	{ "plug", plug, TC_H_ROOT, 0x90000 },         { "ingress", plain, TC_H_INGRESS, 0xffff0000 },
	{ "clsact", plain, TC_H_INGRESS, 0xffff0000 }, { "codel", plain, TC_H_ROOT, 0x90000 },
	{ "dsmark", plain, TC_H_ROOT, 0x90000 },      { "nosuch", plain, TC_H_ROOT, 0x90000 },
	{ "htb", htb, 0x110001, 0x10000 },            { "mqprio", plain, TC_H_ROOT, 0x90000 },
};

static void statistics(struct rtnl_tc *tc)
{
	for (int i = 0; i <= RTNL_TC_STATS_MAX; i++)
		printf(" %llu", (unsigned long long)rtnl_tc_get_stat(tc, (enum rtnl_tc_stat)i));
	printf(" mtu %u mpu %u overhead %u linktype %u\n", rtnl_tc_get_mtu(tc), rtnl_tc_get_mpu(tc), rtnl_tc_get_overhead(tc),
	       rtnl_tc_get_linktype(tc));
}

static struct rtnl_qdisc *find(uint32_t parent)
{
	struct nl_cache *cache = NULL;
	struct rtnl_qdisc *found;

	MUST(rtnl_qdisc_alloc_cache(sock, &cache) == 0);
	found = rtnl_qdisc_get_by_parent(cache, d0, parent);
	nl_cache_free(cache);
	return found;
}

static void look(void *tc)
{
	printf("attributes %s\n", nl_object_attr_list(OBJ_CAST(tc), buf, sizeof buf));
	forms(OBJ_CAST(tc));
	statistics(TC_CAST(tc));
}

static void life(const struct kind *kind)
{
	struct rtnl_qdisc *qdisc = rtnl_qdisc_alloc(), *back, *other = rtnl_qdisc_alloc();

	printf("-- %s\n", kind->kind);
	rtnl_tc_set_ifindex(TC_CAST(qdisc), d0);
	rtnl_tc_set_parent(TC_CAST(qdisc), kind->parent);
	rtnl_tc_set_handle(TC_CAST(qdisc), kind->handle);
	say("kind", rtnl_tc_set_kind(TC_CAST(qdisc), kind->kind));
	kind->fill(qdisc);
	step("without create", rtnl_qdisc_add(sock, qdisc, 0));
	step("add", rtnl_qdisc_add(sock, qdisc, NLM_F_CREATE | NLM_F_EXCL));
	step("again", rtnl_qdisc_add(sock, qdisc, NLM_F_CREATE | NLM_F_EXCL));
	back = find(kind->parent);
	if (!back || strcmp(rtnl_tc_get_kind(TC_CAST(back)), kind->kind) != 0)
		goto out;
	look(back);
	ask("tc -d -j -s qdisc show dev d0");
	step("replaced by what was read", rtnl_qdisc_add(sock, back, NLM_F_CREATE | NLM_F_REPLACE));
	step("updated by what was read", rtnl_qdisc_update(sock, back, back, 0));
	ask("tc -d -j qdisc show dev d0");
	say("kind", rtnl_tc_set_kind(TC_CAST(other), kind->kind));
	rtnl_tc_set_ifindex(TC_CAST(other), d0);
	rtnl_tc_set_parent(TC_CAST(other), kind->parent);
	step("delete", rtnl_qdisc_delete(sock, other));
	step("delete again", rtnl_qdisc_delete(sock, back));
out:
	rtnl_qdisc_put(qdisc);
	rtnl_qdisc_put(back);
	rtnl_qdisc_put(other);
}

static void named_distribution(void)
{
	struct rtnl_qdisc *qdisc = rtnl_qdisc_alloc();
	int16_t table[64], *got = NULL;
	int answer;

	for (size_t i = 0; i < COUNT(table); i++)
		table[i] = (int16_t)(i * 100);
	rtnl_tc_set_ifindex(TC_CAST(qdisc), d0);
	rtnl_tc_set_parent(TC_CAST(qdisc), TC_H_ROOT);
	rtnl_tc_set_handle(TC_CAST(qdisc), 0x70000);
	MUST(rtnl_tc_set_kind(TC_CAST(qdisc), "netem") == 0);
	netem(qdisc);
	say("distribution", rtnl_netem_set_delay_distribution_data(qdisc, table, COUNT(table)));
	answer = rtnl_netem_get_delay_distribution(qdisc, &got);
	printf("got %d of %d\n", answer, rtnl_netem_get_delay_distribution_size(qdisc));
	step("add", rtnl_qdisc_add(sock, qdisc, NLM_F_CREATE | NLM_F_EXCL));
	ask("tc -d -j qdisc show dev d0");
	step("delete", rtnl_qdisc_delete(sock, qdisc));
	rtnl_qdisc_put(qdisc);
}

/* A queue that is stopped and let go. */
static void plugged(void)
{
	struct rtnl_qdisc *qdisc = rtnl_qdisc_alloc();

	printf("-- plugged\n");
	rtnl_tc_set_ifindex(TC_CAST(qdisc), d0);
	rtnl_tc_set_parent(TC_CAST(qdisc), TC_H_ROOT);
	rtnl_tc_set_handle(TC_CAST(qdisc), 0x90000);
	MUST(rtnl_tc_set_kind(TC_CAST(qdisc), "plug") == 0);
	rtnl_qdisc_plug_set_limit(qdisc, 100000);
	step("add", rtnl_qdisc_add(sock, qdisc, NLM_F_CREATE));
	MUST(rtnl_qdisc_plug_buffer(qdisc) == 0);
	step("buffer", rtnl_qdisc_add(sock, qdisc, 0));
	ask("ping -c 2 -i 0.01 -W 0.1 192.0.2.2 > /dev/null; tc -s qdisc show dev d0 | grep Sent");
	MUST(rtnl_qdisc_plug_release_one(qdisc) == 0);
	step("release one", rtnl_qdisc_add(sock, qdisc, 0));
	MUST(rtnl_qdisc_plug_release_indefinite(qdisc) == 0);
	step("release", rtnl_qdisc_add(sock, qdisc, 0));
	ask("tc -s qdisc show dev d0 | grep Sent");
	step("delete", rtnl_qdisc_delete(sock, qdisc));
	rtnl_qdisc_put(qdisc);
}

static struct rtnl_qdisc *root(const char *kind, uint32_t handle, void (*fill)(struct rtnl_qdisc *))
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

static struct rtnl_class *class_of(const char *kind, uint32_t parent, uint32_t handle)
{
	struct rtnl_class *class = rtnl_class_alloc();

	rtnl_tc_set_ifindex(TC_CAST(class), d0);
	rtnl_tc_set_parent(TC_CAST(class), parent);
	rtnl_tc_set_handle(TC_CAST(class), handle);
	MUST(rtnl_tc_set_kind(TC_CAST(class), kind) == 0);
	return class;
}

static void htb_class(uint32_t parent, uint32_t handle, uint32_t rate, uint32_t ceil, int more)
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

static void htb_big(uint32_t parent, uint32_t handle)
{
	struct rtnl_class *class = class_of("htb", parent, handle);

	rtnl_htb_set_rate64(class, 5000000000ULL);
	rtnl_htb_set_ceil64(class, 10000000000ULL);
	step("class of 64 bits", rtnl_class_add(sock, class, NLM_F_CREATE));
	rtnl_class_put(class);
}

static void show_classes(void)
{
	struct nl_cache *cache = NULL;
	struct rtnl_class *class;

	MUST(rtnl_class_alloc_cache(sock, d0, &cache) == 0);
	forms_of_all(cache);
	class = rtnl_class_get(cache, d0, 0x10010);
	if (class) {
		uint64_t rate = 0, ceil = 0;
		int answer = rtnl_htb_get_rate64(class, &rate);

		statistics(TC_CAST(class));
		printf("rate %d %llu", answer, (unsigned long long)rate);
		answer = rtnl_htb_get_ceil64(class, &ceil);
		printf(" ceil %d %llu %u %u buffers %u %u prio %u quantum %u level %d\n", answer, (unsigned long long)ceil, rtnl_htb_get_rate(class),
		       rtnl_htb_get_ceil(class), rtnl_htb_get_rbuffer(class), rtnl_htb_get_cbuffer(class), rtnl_htb_get_prio(class),
		       rtnl_htb_get_quantum(class), rtnl_htb_get_level(class));
		step("again from what was read", rtnl_class_add(sock, class, 0));
	}
	rtnl_class_put(class);
	nl_cache_free(cache);
	ask("tc -d -s class show dev d0 | sort");
}

static void child(struct nl_object *obj, void *arg)
{
	struct nl_dump_params params = { .dp_type = NL_DUMP_LINE, .dp_fd = stdout };

	printf("%s ", (const char *)arg);
	nl_object_dump(obj, &params);
}

static void classes(void)
{
	struct rtnl_class *class;
	struct nl_cache *cache = NULL;
	struct rtnl_qdisc *qdisc;

	printf("-- classes of htb\n");
	qdisc = root("htb", 0x10000, htb);
	htb_class(0x10000, 0x10001, 1250000, 0, 0);
	htb_class(0x10001, 0x10010, 125000, 250000, 1);
	htb_class(0x10001, 0x10020, 0, 0, 0);
	htb_class(0x10001, 0x10020, 1000, 0, 0);
	htb_class(0x990000, 0x990001, 1000, 0, 0);
	htb_big(0x10001, 0x10030);
	show_classes();
	class = class_of("htb", 0x10001, 0x10010);
	rtnl_htb_set_rate(class, 200000);
	step("change", rtnl_class_add(sock, class, 0));
	ask("tc class show dev d0 | sort");
	step("delete", rtnl_class_delete(sock, class));
	step("delete again", rtnl_class_delete(sock, class));
	rtnl_class_put(class);
	MUST(rtnl_class_alloc_cache(sock, d0, &cache) == 0);
	rtnl_qdisc_foreach_child(qdisc, cache, child, "child of the root:");
	class = rtnl_class_get(cache, d0, 0x10001);
	rtnl_class_foreach_child(class, cache, child, "child of 1:1:");
	step("delete a parent", rtnl_class_delete(sock, class));
	rtnl_class_put(class);
	nl_cache_free(cache);
	step("delete", rtnl_qdisc_delete(sock, qdisc));
	rtnl_qdisc_put(qdisc);
}

static void curves(void)
{
	struct tc_service_curve rsc = { 0, 0, 125000 }, fsc = { 250000, 10000, 125000 }, usc = { 0, 0, 500000 }, got = { 0 };
	struct rtnl_qdisc *qdisc;
	struct rtnl_class *class;
	struct nl_cache *cache = NULL;
	int answer;

	printf("-- classes of hfsc\n");
	qdisc = root("hfsc", 0x10000, hfsc);
	class = class_of("hfsc", 0x10000, 0x10007);
	rtnl_class_hfsc_set_rsc(class, &rsc);
	rtnl_class_hfsc_set_fsc(class, &fsc);
	rtnl_class_hfsc_set_usc(class, &usc);
	step("class", rtnl_class_add(sock, class, NLM_F_CREATE));
	rtnl_class_put(class);
	show_classes();
	MUST(rtnl_class_alloc_cache(sock, d0, &cache) == 0);
	class = rtnl_class_get(cache, d0, 0x10007);
	MUST(class);
	answer = rtnl_class_hfsc_get_fsc(class, &got);
	printf("curve %d %u %u %u\n", answer, got.m1, got.d, got.m2);
	step("again", rtnl_class_add(sock, class, 0));
	step("delete", rtnl_class_delete(sock, class));
	rtnl_class_put(class);
	nl_cache_free(cache);
	step("delete", rtnl_qdisc_delete(sock, qdisc));
	rtnl_qdisc_put(qdisc);
}

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

static void all(void)
{
	for (size_t i = 0; i < COUNT(kinds); i++)
		life(&kinds[i]);
	named_distribution();
	plugged();
	classes();
	curves();
	filters();
	actions();
}

int main(int argc, char **argv)
{
	static const char *const types[] = { "route/qdisc", "route/class", "route/cls" };
	struct nl_cache *cache;

	(void)argv;
	setvbuf(stdout, NULL, _IOLBF, 0);
	sock = connected(NETLINK_ROUTE);
	d0 = (int)if_nametoindex("d0");
	MUST(nl_cache_mngr_alloc(NULL, NETLINK_ROUTE, 0, &mngr) == 0);
	for (size_t i = 0; i < COUNT(types); i++) {
		int answer;

		MUST(nl_cache_alloc_name(types[i], &cache) == 0);
		answer = nl_cache_mngr_add_cache_v2(mngr, cache, told, NULL);
		say(types[i], answer);
		if (answer < 0)
			nl_cache_free(cache);
	}
	if (argc > 1)
		matches();
	else
		all();
	nl_cache_mngr_free(mngr);
	nl_socket_free(sock);
	return 0;
}
