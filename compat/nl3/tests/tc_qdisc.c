/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Kinds of qdiscs and classes: every accessor, what they look like, what is said of them and what is read. */
#include "tc.h"
#include <netlink/route/qdisc/cbq.h>
#include <netlink/route/qdisc/dsmark.h>
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
#include <unistd.h>

/* Each kind: sets one of its fields, shows all of them. */
struct kind {
	const char *name;
	int class;
	void (*set)(void *, unsigned int field);
	void (*get)(void *);
	unsigned int fields;
	/* The field without which stock does not survive a request, and -1. */
	int needed;
};

#define G(f) printf(#f " %lld\n", (long long)f(tc))
#define OUT(type, f) \
	do { \
		type value = 99; \
		int answer = f(tc, &value); \
		printf(#f " %d %lld\n", answer, (long long)value); \
	} while (0)
#define CASE(n, call) \
	case n: \
		call; \
		break
#define ANSWER(n, f, ...) \
	case n: \
		printf(#f " %d\n", f(tc, __VA_ARGS__)); \
		break

static void set_sfq(void *tc, unsigned int field)
{
	int value = (int)number();

	switch (field) {
		CASE(0, rtnl_sfq_set_quantum(tc, value));
		CASE(1, rtnl_sfq_set_limit(tc, value));
		CASE(2, rtnl_sfq_set_perturb(tc, value));
	}
}

static void get_sfq(void *tc)
{
	G(rtnl_sfq_get_quantum);
	G(rtnl_sfq_get_limit);
	G(rtnl_sfq_get_perturb);
	G(rtnl_sfq_get_divisor);
}

static void set_htb(void *tc, unsigned int field)
{
	uint32_t value = number();

	switch (field) {
		ANSWER(0, rtnl_htb_set_rate2quantum, value);
		ANSWER(1, rtnl_htb_set_defcls, value);
	}
}

static void get_htb(void *tc)
{
	G(rtnl_htb_get_rate2quantum);
	G(rtnl_htb_get_defcls);
}

static uint64_t rate(void)
{
	return (uint64_t)number() << (dice(3) ? 0 : dice(20));
}

static void set_htb_class(void *tc, unsigned int field)
{
	uint32_t value = number();

	switch (field) {
		/* Without a ceiling stock sends a table that it did not fill. */
	case 0:
		if (!rtnl_htb_get_ceil(tc))
			printf("ceil %d\n", rtnl_htb_set_ceil(tc, value));
		printf("rate %d\n", rtnl_htb_set_rate(tc, value));
		break;
	case 1:
		printf("ceil64 %d\n", rtnl_htb_set_ceil64(tc, rate()));
		printf("rate64 %d\n", rtnl_htb_set_rate64(tc, rate()));
		break;
		ANSWER(2, rtnl_htb_set_ceil, value);
		ANSWER(3, rtnl_htb_set_prio, value);
		ANSWER(4, rtnl_htb_set_rbuffer, value);
		ANSWER(5, rtnl_htb_set_cbuffer, value);
		ANSWER(6, rtnl_htb_set_quantum, value);
		ANSWER(7, rtnl_htb_set_level, (int)value);
		CASE(8, rtnl_tc_set_mtu(tc, value));
		CASE(9, rtnl_tc_set_mpu(tc, value));
		CASE(10, rtnl_tc_set_overhead(tc, value));
		CASE(11, rtnl_tc_set_linktype(tc, dice(30)));
	}
}

static void get_htb_class(void *tc)
{
	G(rtnl_htb_get_prio);
	G(rtnl_htb_get_rate);
	G(rtnl_htb_get_ceil);
	G(rtnl_htb_get_rbuffer);
	G(rtnl_htb_get_cbuffer);
	G(rtnl_htb_get_quantum);
	G(rtnl_htb_get_level);
	OUT(uint64_t, rtnl_htb_get_rate64);
	OUT(uint64_t, rtnl_htb_get_ceil64);
}

static void set_tbf(void *tc, unsigned int field)
{
	static const int cells[] = { 0, 1, 8, 16, 7, -1, 1 << 20 };
	int value = (int)number(), other = (int)number(), cell = cells[dice(COUNT(cells))];

	switch (field) {
		CASE(0, rtnl_qdisc_tbf_set_limit(tc, value));
		CASE(1, rtnl_qdisc_tbf_set_rate(tc, value, other, cell));
		ANSWER(2, rtnl_qdisc_tbf_set_peakrate, value, other, cell);
		/* What overflows is not the same with every compiler. */
		ANSWER(3, rtnl_qdisc_tbf_set_limit_by_latency, (int)dice(1000));
		CASE(4, rtnl_tc_set_mtu(tc, (uint32_t)value));
		CASE(5, rtnl_tc_set_mpu(tc, (uint32_t)value));
		CASE(6, rtnl_tc_set_overhead(tc, (uint32_t)value));
		CASE(7, rtnl_tc_set_linktype(tc, dice(30)));
	}
}

static void get_tbf(void *tc)
{
	G(rtnl_qdisc_tbf_get_limit);
	G(rtnl_qdisc_tbf_get_rate);
	G(rtnl_qdisc_tbf_get_rate_bucket);
	G(rtnl_qdisc_tbf_get_rate_cell);
	G(rtnl_qdisc_tbf_get_peakrate);
	G(rtnl_qdisc_tbf_get_peakrate_bucket);
	G(rtnl_qdisc_tbf_get_peakrate_cell);
}

static uint8_t *some_map(unsigned int bound)
{
	static uint8_t map[20];

	for (size_t i = 0; i < COUNT(map); i++)
		map[i] = (uint8_t)dice(bound);
	return map;
}

static void set_prio(void *tc, unsigned int field)
{
	switch (field) {
	case 0:
		rtnl_qdisc_prio_set_bands(tc, (int)dice(200));
		/* A request without a map is the end of stock. */
		printf("map %d\n", rtnl_qdisc_prio_set_priomap(tc, some_map(1), 16));
		break;
	case 1: {
		uint8_t *map = some_map(dice(2) ? 3 : 256);
		int len = (int)dice(19) - 1;

		/* Stock looks at all of them, however many there are. */
		for (int i = len; i >= 0 && i < 20; i++)
			map[i] = 0;
		printf("map %d\n", rtnl_qdisc_prio_set_priomap(tc, map, len));
		break;
	}
	}
}

static void get_prio(void *tc)
{
	uint8_t *map = rtnl_qdisc_prio_get_priomap(tc);

	G(rtnl_qdisc_prio_get_bands);
	if (map)
		hex(map, 16);
}

static void set_fq_codel(void *tc, unsigned int field)
{
	uint32_t value = number();

	switch (field) {
		ANSWER(0, rtnl_qdisc_fq_codel_set_limit, (int)value);
		ANSWER(1, rtnl_qdisc_fq_codel_set_target, value);
		ANSWER(2, rtnl_qdisc_fq_codel_set_interval, value);
		ANSWER(3, rtnl_qdisc_fq_codel_set_quantum, value);
		ANSWER(4, rtnl_qdisc_fq_codel_set_flows, (int)value);
		ANSWER(5, rtnl_qdisc_fq_codel_set_ecn, (int)value);
	}
}

static void get_fq_codel(void *tc)
{
	G(rtnl_qdisc_fq_codel_get_limit);
	G(rtnl_qdisc_fq_codel_get_target);
	G(rtnl_qdisc_fq_codel_get_interval);
	G(rtnl_qdisc_fq_codel_get_quantum);
	G(rtnl_qdisc_fq_codel_get_flows);
	G(rtnl_qdisc_fq_codel_get_ecn);
}

static void set_hfsc(void *tc, unsigned int field)
{
	if (field == 0)
		printf("defcls %d\n", rtnl_qdisc_hfsc_set_defcls(tc, number()));
}

static void get_hfsc(void *tc)
{
	G(rtnl_qdisc_hfsc_get_defcls);
}

static void set_hfsc_class(void *tc, unsigned int field)
{
	struct tc_service_curve curve = { .m1 = number(), .d = number(), .m2 = number() };

	switch (field) {
		ANSWER(0, rtnl_class_hfsc_set_rsc, &curve);
		ANSWER(1, rtnl_class_hfsc_set_fsc, &curve);
		ANSWER(2, rtnl_class_hfsc_set_usc, &curve);
	}
}

static void get_hfsc_class(void *tc)
{
	struct tc_service_curve curve = { 1, 2, 3 };

	printf("%d ", rtnl_class_hfsc_get_rsc(tc, &curve));
	hex(&curve, sizeof curve);
	printf("%d ", rtnl_class_hfsc_get_fsc(tc, &curve));
	hex(&curve, sizeof curve);
	printf("%d ", rtnl_class_hfsc_get_usc(tc, &curve));
	hex(&curve, sizeof curve);
}

static void set_netem(void *tc, unsigned int field)
{
	int value = dice(3) ? (int)number() : 0;

	/* With these at 0, what stock sends is longer than it says. */
	if (!value && ((field > 1 && field < 6) || field == 7 || field == 9 || field == 14))
		value = 5;
	switch (field) {
		CASE(0, rtnl_netem_set_limit(tc, value));
		CASE(1, rtnl_netem_set_gap(tc, value));
		CASE(2, rtnl_netem_set_reorder_probability(tc, value));
		CASE(3, rtnl_netem_set_reorder_correlation(tc, value));
		CASE(4, rtnl_netem_set_corruption_probability(tc, value));
		CASE(5, rtnl_netem_set_corruption_correlation(tc, value));
		CASE(6, rtnl_netem_set_loss(tc, value));
		CASE(7, rtnl_netem_set_loss_correlation(tc, value));
		CASE(8, rtnl_netem_set_duplicate(tc, value));
		CASE(9, rtnl_netem_set_duplicate_correlation(tc, value));
		CASE(10, rtnl_netem_set_delay(tc, value));
		CASE(11, rtnl_netem_set_delay(tc, value));
		CASE(12, rtnl_netem_set_jitter(tc, value));
		CASE(13, rtnl_netem_set_jitter(tc, value));
		CASE(14, rtnl_netem_set_delay_correlation(tc, value));
	}
}

static void get_netem(void *tc)
{
	int16_t *data = NULL;

	G(rtnl_netem_get_limit);
	G(rtnl_netem_get_gap);
	G(rtnl_netem_get_reorder_probability);
	G(rtnl_netem_get_reorder_correlation);
	G(rtnl_netem_get_corruption_probability);
	G(rtnl_netem_get_corruption_correlation);
	G(rtnl_netem_get_loss);
	G(rtnl_netem_get_loss_correlation);
	G(rtnl_netem_get_duplicate);
	G(rtnl_netem_get_duplicate_correlation);
	G(rtnl_netem_get_delay);
	G(rtnl_netem_get_jitter);
	G(rtnl_netem_get_delay_correlation);
	G(rtnl_netem_get_delay_distribution_size);
	printf("distribution %d\n", rtnl_netem_get_delay_distribution(tc, &data));
}

static void set_mqprio(void *tc, unsigned int field)
{
	uint16_t count[20], offset[20];
	uint64_t rates[20];
	int len = (int)dice(18);

	for (size_t i = 0; i < 20; i++) {
		count[i] = (uint16_t)number();
		offset[i] = (uint16_t)number();
		rates[i] = (uint64_t)number() << 7;
	}
	switch (field) {
		ANSWER(0, rtnl_qdisc_mqprio_set_num_tc, (int)dice(18));
		ANSWER(1, rtnl_qdisc_mqprio_set_priomap, some_map(dice(2) ? 3 : 18), len);
		ANSWER(2, rtnl_qdisc_mqprio_set_queue, count, offset, len);
		ANSWER(3, rtnl_qdisc_mqprio_hw_offload, (int)dice(4) - 1);
		ANSWER(4, rtnl_qdisc_mqprio_hw_offload, 1);
		ANSWER(5, rtnl_qdisc_mqprio_set_mode, (uint16_t)dice(3));
		ANSWER(6, rtnl_qdisc_mqprio_set_shaper, (uint16_t)(dice(2) ? 1 : dice(4)));
		ANSWER(7, rtnl_qdisc_mqprio_set_min_rate, rates, len);
		ANSWER(8, rtnl_qdisc_mqprio_set_max_rate, rates, len);
	}
}

static void get_mqprio(void *tc)
{
	uint8_t *map = rtnl_qdisc_mqprio_get_priomap(tc);
	uint16_t count[16] = { 0 }, offset[16] = { 0 };
	uint64_t rates[16] = { 0 };

	G(rtnl_qdisc_mqprio_get_num_tc);
	G(rtnl_qdisc_mqprio_get_hw_offload);
	G(rtnl_qdisc_mqprio_get_mode);
	G(rtnl_qdisc_mqprio_get_shaper);
	if (map)
		hex(map, 16);
	printf("queue %d ", rtnl_qdisc_mqprio_get_queue(tc, count, offset));
	hex(count, sizeof count);
	hex(offset, sizeof offset);
	printf("min %d ", rtnl_qdisc_mqprio_get_min_rate(tc, rates));
	hex(rates, sizeof rates);
	printf("max %d ", rtnl_qdisc_mqprio_get_max_rate(tc, rates));
	hex(rates, sizeof rates);
}

static void set_plug(void *tc, unsigned int field)
{
	switch (field) {
	case 0:
		printf("%d\n", rtnl_qdisc_plug_buffer(tc));
		break;
	case 1:
		printf("%d\n", rtnl_qdisc_plug_release_one(tc));
		break;
	case 2:
		printf("%d\n", rtnl_qdisc_plug_release_indefinite(tc));
		break;
	case 3:
		printf("%d\n", rtnl_qdisc_plug_set_limit(tc, (int)number()));
		break;
	}
}

static void set_red(void *tc, unsigned int field)
{
	if (field == 0)
		rtnl_red_set_limit(tc, (int)number());
}

static void get_red(void *tc)
{
	G(rtnl_red_get_limit);
}

static void set_dsmark(void *tc, unsigned int field)
{
	switch (field) {
		ANSWER(0, rtnl_qdisc_dsmark_set_indices, (uint16_t)number());
		ANSWER(1, rtnl_qdisc_dsmark_set_default_index, (uint16_t)number());
		ANSWER(2, rtnl_qdisc_dsmark_set_set_tc_index, (int)dice(3));
	}
}

static void get_dsmark(void *tc)
{
	G(rtnl_qdisc_dsmark_get_indices);
	G(rtnl_qdisc_dsmark_get_default_index);
	G(rtnl_qdisc_dsmark_get_set_tc_index);
}

static void set_dsmark_class(void *tc, unsigned int field)
{
	switch (field) {
		ANSWER(0, rtnl_class_dsmark_set_bitmask, (uint8_t)number());
		ANSWER(1, rtnl_class_dsmark_set_value, (uint8_t)number());
	}
}

static void get_dsmark_class(void *tc)
{
	G(rtnl_class_dsmark_get_bitmask);
	G(rtnl_class_dsmark_get_value);
}

static void set_fifo(void *tc, unsigned int field)
{
	if (field == 0)
		printf("limit %d\n", rtnl_qdisc_fifo_set_limit(tc, (int)number()));
}

static void get_fifo(void *tc)
{
	G(rtnl_qdisc_fifo_get_limit);
}

static void set_nothing(void *tc, unsigned int field)
{
}

static void get_nothing(void *tc)
{
}

static const struct kind KINDS[] = {
	{ "sfq", 0, set_sfq, get_sfq, 3, -1 },
	{ "htb", 0, set_htb, get_htb, 2, -1 },
	{ "htb", 1, set_htb_class, get_htb_class, 12, 0 },
	{ "tbf", 0, set_tbf, get_tbf, 8, -1 },
	{ "prio", 0, set_prio, get_prio, 2, 0 },
	{ "pfifo_fast", 0, set_prio, get_prio, 2, 0 },
	{ "fq_codel", 0, set_fq_codel, get_fq_codel, 6, -1 },
	{ "hfsc", 0, set_hfsc, get_hfsc, 1, -1 },
	{ "hfsc", 1, set_hfsc_class, get_hfsc_class, 3, -1 },
	{ "netem", 0, set_netem, get_netem, 15, -1 },
	{ "mqprio", 0, set_mqprio, get_mqprio, 9, -1 },
	{ "plug", 0, set_plug, get_nothing, 4, -1 },
	{ "red", 0, set_red, get_red, 1, -1 },
	{ "dsmark", 0, set_dsmark, get_dsmark, 3, -1 },
	{ "dsmark", 1, set_dsmark_class, get_dsmark_class, 2, -1 },
	{ "pfifo", 0, set_fifo, get_fifo, 1, -1 },
	{ "bfifo", 0, set_fifo, get_fifo, 1, -1 },
	{ "cbq", 0, set_nothing, get_nothing, 1, -1 },
	{ "cbq", 1, set_nothing, get_nothing, 1, -1 },
	{ "ingress", 0, set_nothing, get_nothing, 1, -1 },
};

static void accessors(const struct kind *kind)
{
	for (int round = 0; round < 15; round++) {
		struct rtnl_tc *tc = of_kind(kind->class ? (void *)rtnl_class_alloc() : (void *)rtnl_qdisc_alloc(), kind->name);

		printf("%s %s\n", kind->class ? "class" : "qdisc", kind->name);
		kind->get(tc);
		dump_forms(OBJ_CAST(tc));
		if (kind->needed >= 0)
			kind->set(tc, (unsigned int)kind->needed);
		for (unsigned int n = dice(kind->fields * 2 + 1); n > 0; n--)
			kind->set(tc, dice(kind->fields));
		kind->get(tc);
		show_tc(tc);
		nl_object_put(OBJ_CAST(tc));
	}
}

/* What attributes may be in the options of a kind: their numbers and sizes. A size of 0 is that of a flag. */
struct options {
	const char *kind;
	int class;
	/* A struct at the beginning, or 0. */
	int head;
	struct shape shapes[9];
};

static const struct options OPTIONS[] = {
	{ "sfq", 0, 20, { { 0, 0 } } },
	{ "htb", 0, 0, { { 2, 20 } } },
	{ "htb", 1, 0, { { 1, 44 }, { 1, 44 }, { 6, 8 }, { 7, 8 } } },
	{ "tbf", 0, 0, { { 1, 36 } } },
	{ "prio", 0, 20, { { 0, 0 } } },
	{ "pfifo_fast", 0, 20, { { 0, 0 } } },
	{ "fq_codel", 0, 0, { { 1, 4 }, { 2, 4 }, { 3, 4 }, { 4, 4 }, { 5, 4 }, { 6, 4 } } },
	{ "hfsc", 0, 2, { { 0, 0 } } },
	{ "hfsc", 1, 0, { { 1, 12 }, { 2, 12 }, { 3, 12 } } },
	{ "netem", 0, 24, { { 1, 12 }, { 3, 8 }, { 4, 8 } } },
	{ "mqprio", 0, 82, { { 1, 2 }, { 2, 2 } } },
	{ "plug", 0, 8, { { 0, 0 } } },
	{ "red", 0, 0, { { 1, 16 } } },
	{ "dsmark", 0, 0, { { 1, 2 }, { 2, 2 }, { 3, 0 } } },
	{ "dsmark", 1, 0, { { 4, 1 }, { 5, 1 } } },
	{ "pfifo", 0, 4, { { 0, 0 } } },
	{ "bfifo", 0, 4, { { 0, 0 } } },
	{ "cbq", 0, 0, { { 1, 20 }, { 2, 12 }, { 3, 12 }, { 4, 8 }, { 5, 12 }, { 7, 4 } } },
	{ "cbq", 1, 0, { { 1, 20 }, { 2, 12 }, { 3, 12 }, { 4, 8 }, { 5, 12 }, { 7, 4 } } },
	{ "ingress", 0, 4, { { 0, 0 } } },
};

/* Options of which most are as they should be. Not those that stock does not survive. */
static void put_options(struct nl_msg *msg, const struct options *of)
{
	static unsigned char zeros[128];
	struct nl_msg *inner = nlmsg_alloc();
	int careful = !strcmp(of->kind, "netem"), head = of->head;
	unsigned int known = 0;

	while (known < COUNT(of->shapes) && of->shapes[known].type)
		known++;
	if (head) {
		if (strcmp(of->kind, "hfsc") && !dice(20))
			head -= (int)dice(3);
		for (int i = 0; i < head; i++)
			zeros[i] = (unsigned char)(dice(2) ? 0 : dice(256));
		/* More classes than a map has places are read past the end by stock. */
		if (!strcmp(of->kind, "mqprio"))
			zeros[0] = (unsigned char)dice(17);
		nlmsg_append(inner, zeros, (size_t)head, NLMSG_ALIGNTO);
	}
	for (unsigned int n = known ? dice(known + 2) : 0; n > 0; n--) {
		const struct shape *shape = &of->shapes[dice(known)];

		int rate = !strcmp(of->kind, "cbq") && shape->size == 12;

		put_random(inner, shape->type, careful || rate || !shape->size ? shape->size : some_size(shape->size));
		/* Stock shows large rates of cbq wrong. */
		if (rate)
			((unsigned char *)nlmsg_tail(nlmsg_hdr(inner)))[-1] = 0;
	}
	nla_put(msg, TCA_OPTIONS, nlmsg_datalen(nlmsg_hdr(inner)), nlmsg_data(nlmsg_hdr(inner)));
	nlmsg_free(inner);
}

static void (*getter_of(const struct options *of))(void *)
{
	for (size_t i = 0; i < COUNT(KINDS); i++)
		if (!strcmp(KINDS[i].name, of->kind) && KINDS[i].class == of->class)
			return KINDS[i].get;
	return get_nothing;
}

static void messages(const struct options *of)
{
	struct nl_object *before = NULL;

	for (int round = 0; round < 40; round++) {
		struct nl_msg *msg = tc_message(of->class ? RTM_NEWTCLASS : RTM_NEWQDISC, of->kind);

		put_options(msg, of);
		if (show_parsed(msg, &before)) {
			getter_of(of)(before);
			/* Stock refuses what it has read without rates or maps by ending. */
			if (strcmp(of->kind, "htb") || !of->class || rtnl_htb_get_ceil((struct rtnl_class *)before))
				show_tc(TC_CAST(before));
		}
		nlmsg_free(msg);
	}
	nl_object_put(before);
}

/* Kinds of which another has the name. */
static void not_of_that_kind(void)
{
	struct rtnl_tc *tc = of_kind(rtnl_qdisc_alloc(), "foo");

	get_fq_codel(tc);
	get_dsmark(tc);
	get_fifo(tc);
	set_fq_codel(tc, 0);
	set_fifo(tc, 0);
	set_dsmark(tc, 0);
	set_plug(tc, 0);
	set_plug(tc, 3);
	set_mqprio(tc, 0);
	set_mqprio(tc, 3);
	/* Stock ends here, and says why. */
	MUST(freopen("/dev/null", "w", stderr));
	printf("fix other kinds: htb %u tbf %d sfq %d prio %d red %d netem %d\n", rtnl_htb_get_defcls((void *)tc),
	       rtnl_qdisc_tbf_get_limit((void *)tc), rtnl_sfq_get_quantum((void *)tc), rtnl_qdisc_prio_get_bands((void *)tc),
	       rtnl_red_get_limit((void *)tc), rtnl_netem_get_limit((void *)tc));
	nl_object_put(OBJ_CAST(tc));
}

static void names(void)
{
	char text[40];

	for (int i = -1; i < 9; i++)
		printf("%s %s ", rtnl_prio2str(i, text, sizeof text), "");
	for (int i = -1; i < 9; i++)
		printf("%s ", nl_ovl_strategy2str(i, text, sizeof text));
	printf("%d %d %d %d\n", rtnl_str2prio("bulk"), rtnl_str2prio("7"), rtnl_str2prio("x"), nl_str2ovl_strategy("drop"));
}

static void distributions(void)
{
	static const char *files[] = { "# comment\n1 2 3\n-4 5\n\n70000 -70000 6\n 7\t8 # x\n9 abc 10\n", "", "abc def\n", "1 2 3" };
	char dir[] = "/tmp/rnl-tc-XXXXXX", name[64], path[80];
	int16_t few[] = { 1, -2, 3 }, *data;
	struct rtnl_qdisc *qdisc = (void *)of_kind(rtnl_qdisc_alloc(), "netem");

	MUST(mkdtemp(dir) != NULL);
	snprintf(name, sizeof name, "%s/test", dir);
	snprintf(path, sizeof path, "%s.dist", name);
	printf("none %d\n", rtnl_netem_set_delay_distribution(qdisc, name));
	for (size_t i = 0; i <= COUNT(files); i++) {
		FILE *file = fopen(path, "w");

		for (int j = 0; i == COUNT(files) && j < 65537; j++)
			fprintf(file, "%d\n", j);
		fputs(i < COUNT(files) ? files[i] : "", file);
		fclose(file);
		printf("file %d\n", rtnl_netem_set_delay_distribution(qdisc, name));
		printf("size %d\n", rtnl_netem_get_delay_distribution_size(qdisc));
		if (rtnl_netem_get_delay_distribution(qdisc, &data) == 0)
			hex(data, (size_t)rtnl_netem_get_delay_distribution_size(qdisc) * 2);
	}
	for (size_t len = 0; len <= COUNT(few); len++) {
		printf("data %d\n", rtnl_netem_set_delay_distribution_data(qdisc, few, len));
		show_request((void *)qdisc);
	}
	rtnl_netem_set_delay(qdisc, 1000);
	show_request((void *)qdisc);
	rtnl_netem_set_jitter(qdisc, 1000);
	show_request((void *)qdisc);
	rtnl_qdisc_put(qdisc);
	unlink(path);
	rmdir(dir);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; i < COUNT(KINDS); i++)
		accessors(&KINDS[i]);
	for (size_t i = 0; i < COUNT(OPTIONS); i++)
		messages(&OPTIONS[i]);
	names();
	distributions();
	not_of_that_kind();
	return 0;
}
