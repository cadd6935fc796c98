/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Traffic control on real interfaces: qdiscs and classes of every kind, made, read back, made again from what was read,
 * changed, deleted; while a manager listens. */
#include "made_tc.h"
#include <netlink/route/qdisc/fifo.h>
#include <netlink/route/qdisc/fq_codel.h>
#include <netlink/route/qdisc/hfsc.h>
#include <netlink/route/qdisc/mqprio.h>
#include <netlink/route/qdisc/netem.h>
#include <netlink/route/qdisc/plug.h>
#include <netlink/route/qdisc/prio.h>
#include <netlink/route/qdisc/red.h>
#include <netlink/route/qdisc/sfq.h>
#include <netlink/route/qdisc/tbf.h>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

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

int main(void)
{
	static const char *const types[] = { "route/qdisc", "route/class" };

	listen_to(types, COUNT(types));
	for (size_t i = 0; i < COUNT(kinds); i++)
		life(&kinds[i]);
	named_distribution();
	plugged();
	classes();
	curves();
	done();
	return 0;
}
