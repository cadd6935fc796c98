/* SPDX-License-Identifier: MIT OR Apache-2.0
 * What qdiscs, classes, filters and actions have in common; handles, counters, rates, caches, requests. */
#include "objects.h"
#include <netlink/route/tc.h>
#include <netlink/route/qdisc.h>
#include <netlink/route/class.h>
#include <netlink/route/classifier.h>
#include <netlink/route/action.h>
#include <linux/rtnetlink.h>
#include <sys/stat.h>
#include <unistd.h>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

static const char *TYPES[] = { "route/qdisc", "route/class", "route/cls", "route/act" };

static struct rtnl_tc *new_tc(size_t type)
{
	return type == 0 ? TC_CAST(rtnl_qdisc_alloc()) : type == 1 ? TC_CAST(rtnl_class_alloc()) :
	       type == 2 ? TC_CAST(rtnl_cls_alloc()) : TC_CAST(rtnl_act_alloc());
}

static struct rtnl_tc *some_tc(size_t type, int ifindex, uint32_t handle, uint32_t parent, const char *kind)
{
	struct rtnl_tc *tc = new_tc(type);

	rtnl_tc_set_ifindex(tc, ifindex);
	rtnl_tc_set_handle(tc, handle);
	rtnl_tc_set_parent(tc, parent);
	MUST(rtnl_tc_set_kind(tc, kind) == 0);
	return tc;
}

static void say_fields(struct rtnl_tc *tc)
{
	uint32_t chain = 77;
	int answer = rtnl_tc_get_chain(tc, &chain);

	printf("ifindex %d mtu %u mpu %u overhead %u linktype %u handle %x parent %x kind %s chain %d %u\n", rtnl_tc_get_ifindex(tc),
	       rtnl_tc_get_mtu(tc), rtnl_tc_get_mpu(tc), rtnl_tc_get_overhead(tc), rtnl_tc_get_linktype(tc), rtnl_tc_get_handle(tc),
	       rtnl_tc_get_parent(tc), rtnl_tc_get_kind(tc) ?: "none", answer, chain);
	for (int i = 0; i < 9; i++)
		printf("%llu ", (unsigned long long)rtnl_tc_get_stat(tc, (enum rtnl_tc_stat)i));
	printf("\n");
}

static void set_one(struct rtnl_tc *tc, size_t field, uint32_t value)
{
	void (*set[])(struct rtnl_tc *, uint32_t) = { rtnl_tc_set_handle, rtnl_tc_set_parent, rtnl_tc_set_mtu, rtnl_tc_set_mpu,
						      rtnl_tc_set_overhead, rtnl_tc_set_linktype, rtnl_tc_set_chain };

	if (field < COUNT(set))
		set[field](tc, value);
	else
		rtnl_tc_set_ifindex(tc, (int)value);
}

static void accessors(void)
{
	static const uint32_t values[] = { 0, 1, 1500, 0x10002, 0x80000000, UINT32_MAX };

	for (size_t type = 0; type < COUNT(TYPES); type++)
		for (size_t field = 0; field < 8; field++)
			for (size_t i = 0; i < COUNT(values); i++) {
				struct rtnl_tc *tc = new_tc(type);

				say_fields(tc);
				set_one(tc, field, values[i]);
				say_fields(tc);
				show(OBJ_CAST(tc));
				show_clone(OBJ_CAST(tc));
				nl_object_put(OBJ_CAST(tc));
			}
}

static void kinds(void)
{
	static const char *names[] = { "", "foo", "averyveryveryveryverylongkindna", "averyveryveryveryverylongkindnam", "not htb" };

	for (size_t type = 0; type < COUNT(TYPES); type++)
		for (size_t i = 0; i < COUNT(names); i++) {
			struct rtnl_tc *tc = new_tc(type);
			int first = rtnl_tc_set_kind(tc, names[i]), second = rtnl_tc_set_kind(tc, "bar");

			printf("kind %s: %d %d\n", names[i], first, second);
			say_fields(tc);
			show(OBJ_CAST(tc));
			nl_object_put(OBJ_CAST(tc));
		}
}

static void filters(void)
{
	struct rtnl_cls *cls = rtnl_cls_alloc();

	printf("prio %u protocol %x\n", rtnl_cls_get_prio(cls), rtnl_cls_get_protocol(cls));
	rtnl_cls_set_prio(cls, 0xfffe);
	rtnl_cls_set_protocol(cls, 0x86dd);
	printf("prio %u protocol %x\n", rtnl_cls_get_prio(cls), rtnl_cls_get_protocol(cls));
	show(OBJ_CAST(cls));
	rtnl_cls_put(cls);
}

static void counters(void)
{
	static const char *names[] = { "bytes", "BACKLOG", "7", "0x7", "packet", "" };

	for (int i = -1; i < 11; i++)
		printf("%s ", rtnl_tc_stat2str((enum rtnl_tc_stat)i, buf, sizeof buf));
	for (size_t i = 0; i < COUNT(names); i++)
		printf("%d ", rtnl_tc_str2stat(names[i]));
	printf("\n");
}

static void rates(void)
{
	static const int sizes[] = { 0, 1, 5, 64, 100, 1500, 65536, 1 << 20, INT32_MAX, -1, -100 };
	static const int per_second[] = { 1, 7, 1000, 125000, 1 << 20, 1 << 30, INT32_MAX, -1, -5, 0 };

	for (size_t i = 0; i < COUNT(sizes); i++)
		for (size_t j = 0; j < COUNT(per_second); j++)
			printf("%d/%d: %d %d\n", sizes[i], per_second[j], rtnl_tc_calc_txtime(sizes[i], per_second[j]),
			       rtnl_tc_calc_bufsize(sizes[i], per_second[j]));
	for (int i = -2; i < 40; i++)
		printf("%d ", rtnl_tc_calc_cell_log(i));
	for (int i = 0; i < 31; i++)
		printf("%d ", rtnl_tc_calc_cell_log(1 << i));
	printf("\n");
}

static void say_handles(void)
{
	static const uint32_t handles[] = { 0, 1, 0xa, 0x10000, 0x10001, 0x10005, 0x1a2b3c4d, 0xffffffff, 0xfffffff1, 0xfffffff2, 0xffff0000,
					    0x20000, 0x20005, 0x20006, 0x30001, 0x12340000 };
	static const char *texts[] = { "root", "none", "ingress", "ROOT", "clsact", "1:", "1:2", "1", "0x1:0x2", "10:20", "ffff:", "ffff:ffff",
				       "10000:1", "1:10000", ":5", ":", "", "foo", "top", "TOP", "top:5", "top:", "top:x", "web", "web:1",
				       "12345678", "100000000", " 1:2", "1:2 ", "1:g", "g:1", "-1:2", "a:b:c", ":ffff", "fffffffff", "bulk",
				       "2:foo", "interactive", "interactive:7", "top:10000", "last",
				       "a_name_of_a_qdisc_that_is_long_and_would_not_fit_into_63_letter:1",
				       "a_name_of_a_qdisc_that_is_long_and_would_not_fit_into_63_letters:1" };

	for (size_t i = 0; i < COUNT(handles); i++)
		printf("%x=%s ", handles[i], rtnl_tc_handle2str(handles[i], buf, sizeof buf));
	printf("%s\n", rtnl_tc_handle2str(0x1a2b3c4d, buf, 4));
	for (size_t i = 0; i < COUNT(texts); i++) {
		uint32_t handle = 0x77;
		int answer = rtnl_tc_str2handle(texts[i], &handle);

		printf("%s=%d:%x ", texts[i], answer, handle);
	}
	printf("\n");
}

static void handles(void)
{
	static const uint32_t parents[] = { 0, 0, 0x10000, 0xffffffff, 0x10005, 0, 0x99990000, 0xffffffff, 0x40010000 };
	char dir[] = "/tmp/rnl-tc-XXXXXX", path[64];
	FILE *file;

	MUST(mkdtemp(dir) != NULL);
	snprintf(path, sizeof path, "%s/classid", dir);
	setenv("NLSYSCONFDIR", dir, 1);
	printf("no file %d\n", rtnl_tc_read_classid_file());
	say_handles();
	file = fopen(path, "w");
	fputs("# comment\n0:0 none\nffff:ffff root\nffff:fff1\tingress\n1: top\n\ntop:1 interactive\ntop:2 www # c\n2:5   bulk\textra words\n"
	      "30:1 classD\n  40:1  indented\n60: qsix\n60: dupq\n61: qsix\nqsix:1 c6\n3:1 last", file);
	fclose(file);
	printf("a file %d\n", rtnl_tc_read_classid_file());
	say_handles();
	for (size_t i = 0; i < COUNT(parents); i++) {
		uint32_t handle = 5;
		char name[8];
		int answer;

		snprintf(name, sizeof name, "name%zu", i);
		answer = rtnl_classid_generate(name, &handle, parents[i]);
		printf("%s below %x: %d %x\n", name, parents[i], answer, handle);
	}
	say_handles();
	file = fopen(path, "r");
	while (fgets(buf, sizeof buf, file))
		printf("%s", buf);
	printf("\n");
	fclose(file);
	unlink(path);
	rmdir(dir);
}

/* Messages. */

static const int NEWS[] = { RTM_NEWQDISC, RTM_NEWTCLASS, RTM_NEWTFILTER };

static struct nl_msg *new_message(int type)
{
	struct tcmsg header = { .tcm_ifindex = (int)dice(4), .tcm_handle = dice(3) << 16 | dice(3), .tcm_parent = dice(2) ? TC_H_ROOT : dice(70000),
				.tcm_info = dice(2) ? dice(0x200000) : 0 };
	struct nl_msg *msg = nlmsg_alloc_simple(type, 0);

	nlmsg_set_proto(msg, NETLINK_ROUTE);
	nlmsg_append(msg, &header, sizeof header, NLMSG_ALIGNTO);
	return msg;
}

static void some_counters(struct nl_msg *msg)
{
	struct tc_stats stats = { .bytes = 1000ULL << dice(40), .packets = 10, .drops = 2, .overlimits = 3, .bps = 1u << dice(32), .pps = 5, .qlen = 6, .backlog = 7 };
	static const int least[] = { 0, 16, 8, 20 };
	struct nlattr *nest;

	if (dice(2))
		nla_put(msg, TCA_STATS, some_size(sizeof stats), &stats);
	if (dice(3))
		return;
	nest = nla_nest_start(msg, TCA_STATS2);
	for (int n = (int)dice(5); n > 0; n--) {
		int type = (int)dice(6);

		put_random(msg, type, type < 4 ? some_size(least[type]) : 4);
	}
	nla_nest_end(msg, nest);
}

static void messages(void)
{
	static const char *names[] = { "foo", "averyveryveryveryverylongkindna", "averyveryveryveryverylongkindnam", "" };
	struct nl_object *before[3] = { NULL };

	for (int i = 0; i < 3000; i++) {
		size_t type = dice(3);
		struct nl_msg *msg = new_message(NEWS[type]);

		if (dice(20))
			nla_put_string(msg, TCA_KIND, names[dice(COUNT(names))]);
		if (!dice(20))
			put_random(msg, TCA_KIND, (int)dice(3));
		if (!dice(5))
			put_random(msg, TCA_CHAIN, some_size(4));
		if (!dice(5))
			put_random(msg, TCA_OPTIONS, (int)dice(9));
		some_counters(msg);
		if (show_parsed(msg, &before[type])) {
			say_fields(TC_CAST(before[type]));
			if (type == 2)
				printf("prio %u protocol %x\n", rtnl_cls_get_prio((struct rtnl_cls *)before[2]), rtnl_cls_get_protocol((struct rtnl_cls *)before[2]));
			show_clone(before[type]);
		}
		nlmsg_free(msg);
	}
	for (size_t type = 0; type < 3; type++) {
		struct nl_msg *msg = new_message(NEWS[type]);

		nlmsg_hdr(msg)->nlmsg_len -= 4;
		printf("short %d\n", nl_msg_parse(msg, keep, NULL));
		nlmsg_free(msg);
		nl_object_put(before[type]);
	}
}

#define BUILT(what, ...) \
	do { \
		struct nl_msg *msg = NULL; \
		int answer = rtnl_##what(__VA_ARGS__, &msg); \
		printf(#what " "); \
		show_message(answer, msg); \
	} while (0)

static void requests(void)
{
	struct rtnl_tc *tc[3] = { some_tc(0, 3, 0x10000, TC_H_ROOT, "foo"), some_tc(1, 3, 0x10001, 0x10000, "foo"), some_tc(2, 3, 7, 0x10000, "foo") };
	struct rtnl_qdisc *qdisc = (void *)tc[0], *bare = rtnl_qdisc_alloc(), *other = (void *)some_tc(0, 4, 0x30000, 5, "bar");
	struct rtnl_class *class = (void *)tc[1];
	struct rtnl_cls *cls = (void *)tc[2];

	for (int round = 0; round < 2; round++) {
		BUILT(qdisc_build_add_request, qdisc, 0x600);
		BUILT(qdisc_build_update_request, qdisc, other, 0);
		BUILT(qdisc_build_update_request, other, qdisc, NLM_F_REPLACE);
		BUILT(qdisc_build_update_request, qdisc, bare, NLM_F_REPLACE);
		BUILT(qdisc_build_change_request, qdisc, other);
		BUILT(qdisc_build_delete_request, qdisc);
		BUILT(class_build_add_request, class, 0x600);
		BUILT(class_build_delete_request, class);
		BUILT(cls_build_add_request, cls, 0x600);
		BUILT(cls_build_change_request, cls, 0x400);
		rtnl_cls_set_prio(cls, 9);
		BUILT(cls_build_delete_request, cls, 0x800);
		rtnl_cls_set_protocol(cls, 0x800);
		for (int i = 0; i < 3; i++) {
			rtnl_tc_set_chain(tc[i], 5);
			rtnl_tc_set_mtu(tc[i], 5);
		}
	}
	rtnl_tc_set_ifindex(TC_CAST(bare), 3);
	rtnl_tc_set_parent(TC_CAST(bare), 5);
	BUILT(qdisc_build_add_request, bare, 0);
	BUILT(qdisc_build_delete_request, bare);
	BUILT(qdisc_build_update_request, bare, other, 0);
	rtnl_qdisc_put(bare);
	bare = rtnl_qdisc_alloc();
	rtnl_tc_set_ifindex(TC_CAST(bare), 3);
	rtnl_tc_set_handle(TC_CAST(bare), 5);
	BUILT(qdisc_build_add_request, bare, 0);
	BUILT(qdisc_build_update_request, bare, other, 0);
	rtnl_qdisc_put(bare);
	rtnl_qdisc_put(other);
	rtnl_qdisc_put(qdisc);
	rtnl_class_put(class);
	rtnl_cls_put(cls);
}

/* Caches. */

static void say_found(const char *what, void *found)
{
	printf("%s: ", what);
	if (found)
		nl_object_dump_buf(found, buf, sizeof buf);
	printf("%s", found ? buf : "none\n");
	nl_object_put(found);
}

static void say_each(struct nl_object *obj, void *what)
{
	nl_object_get(obj);
	say_found(what, obj);
}

static void fill_caches(struct nl_cache *caches[3])
{
	static const struct { size_t type; uint32_t handle, parent; const char *kind; } rows[] = {
		{ 0, 0x10000, TC_H_ROOT, "one" }, { 0, 0x20000, 0x10001, "two" }, { 0, 0, TC_H_ROOT, "none" }, { 0, 0x10000, TC_H_ROOT, "one" },
		{ 1, 0x10001, 0x10000, "one" }, { 1, 0x10002, 0x10001, "one" }, { 1, 0x10003, TC_H_ROOT, "two" }, { 1, 0x20003, 0x20000, "one" },
		{ 2, 1, 0x10000, "u" }, { 2, 2, 0x10001, "u" }, { 2, 3, TC_H_ROOT, "f" }, { 2, 4, 0x10002, "f" },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		for (int ifindex = 1; ifindex < 3; ifindex++) {
			struct rtnl_tc *tc = some_tc(rows[i].type, ifindex, rows[i].handle, rows[i].parent, rows[i].kind);

			if (rows[i].type == 2)
				rtnl_cls_set_prio((struct rtnl_cls *)tc, (uint16_t)(i + (size_t)ifindex));
			printf("add %d\n", nl_cache_add(caches[rows[i].type], OBJ_CAST(tc)));
			nl_object_put(OBJ_CAST(tc));
		}
}

static void look_up(struct nl_cache *caches[3])
{
	struct rtnl_tc *wanted = some_tc(1, 2, 0x10002, 0, "any");

	for (int ifindex = 1; ifindex < 4; ifindex++) {
		say_found("get", rtnl_qdisc_get(caches[0], ifindex, 0x10000));
		say_found("by parent", rtnl_qdisc_get_by_parent(caches[0], ifindex, 0x10001));
		say_found("by kind", rtnl_qdisc_get_by_kind(caches[0], ifindex, "two"));
		say_found("class", rtnl_class_get(caches[1], ifindex, 0x10002));
		say_found("class by parent", rtnl_class_get_by_parent(caches[1], ifindex, 0x10001));
		say_found("filter", rtnl_cls_find_by_handle(caches[2], ifindex, 0x10001, 2));
		say_found("filter elsewhere", rtnl_cls_find_by_handle(caches[2], ifindex, 0x10000, 2));
		say_found("filter by prio", rtnl_cls_find_by_prio(caches[2], ifindex, 0x10001, 10));
		say_found("of another type", rtnl_qdisc_get(caches[1], ifindex, 0x10000));
		say_found("of another type", rtnl_qdisc_get_by_parent(caches[1], ifindex, 0x10000));
		say_found("of another type", rtnl_qdisc_get_by_kind(caches[1], ifindex, "one"));
		say_found("of another type", rtnl_class_get(caches[0], ifindex, 0x10000));
		say_found("of another type", rtnl_class_get_by_parent(caches[0], ifindex, 0x10001));
		say_found("of another type", rtnl_cls_find_by_handle(caches[1], ifindex, 0x10000, 0x10001));
		say_found("of another type", rtnl_cls_find_by_prio(caches[1], ifindex, 0x10000, 0));
	}
	say_found("search", nl_cache_search(caches[1], OBJ_CAST(wanted)));
	say_found("find", nl_cache_find(caches[1], OBJ_CAST(wanted)));
	nl_object_put(OBJ_CAST(wanted));
}

static void walk(struct nl_cache *caches[3])
{
	for (struct nl_object *obj = nl_cache_get_first(caches[0]); obj; obj = nl_cache_get_next(obj)) {
		say_each(obj, "of");
		rtnl_qdisc_foreach_child((struct rtnl_qdisc *)obj, caches[1], say_each, "  child");
		rtnl_qdisc_foreach_cls((struct rtnl_qdisc *)obj, caches[2], say_each, "  filter");
		rtnl_qdisc_foreach_child((struct rtnl_qdisc *)obj, caches[0], say_each, "  no class");
	}
	for (struct nl_object *obj = nl_cache_get_first(caches[1]); obj; obj = nl_cache_get_next(obj)) {
		say_each(obj, "of");
		rtnl_class_foreach_child((struct rtnl_class *)obj, caches[1], say_each, "  child");
		rtnl_class_foreach_cls((struct rtnl_class *)obj, caches[2], say_each, "  filter");
		say_found("  leaf", rtnl_class_leaf_qdisc((struct rtnl_class *)obj, caches[0]));
	}
}

static void leaves(struct nl_cache *caches[3])
{
	static const uint32_t handles[] = { 0x10000, 0x20000, 0x30000 };

	for (size_t i = 0; i < COUNT(handles); i++) {
		struct tcmsg header = { .tcm_ifindex = 1, .tcm_handle = 0x10001, .tcm_parent = 0x10000, .tcm_info = handles[i] };
		struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWTCLASS, 0);

		nlmsg_append(msg, &header, sizeof header, NLMSG_ALIGNTO);
		nla_put_string(msg, TCA_KIND, "one");
		printf("parse %d\n", nl_cache_parse_and_add(caches[1], msg));
		say_found("leaf", rtnl_class_leaf_qdisc((struct rtnl_class *)nl_cache_get_last(caches[1]), caches[0]));
		nlmsg_free(msg);
	}
}

static void caches(void)
{
	struct nl_cache *caches[3];

	for (size_t i = 0; i < 3; i++)
		MUST(nl_cache_alloc_name(TYPES[i], &caches[i]) == 0);
	fill_caches(caches);
	look_up(caches);
	walk(caches);
	leaves(caches);
	for (size_t i = 0; i < 3; i++)
		nl_cache_free(caches[i]);
	for (int type = RTM_NEWQDISC; type < RTM_NEWACTION + 4; type++)
		printf("%d %d\n", type, nl_cache_ops_associate(NETLINK_ROUTE, type) != NULL);
}

static void kernel(void)
{
	struct nl_sock *sock = nl_socket_alloc();
	struct nl_cache *cache = NULL;

	MUST(nl_connect(sock, NETLINK_ROUTE) == 0);
	printf("qdiscs %d\n", rtnl_qdisc_alloc_cache(sock, &cache));
	printf("%d of them\n", nl_cache_nitems(cache));
	nl_cache_free(cache);
	printf("classes %d\n", rtnl_class_alloc_cache(sock, 1, &cache));
	printf("%d of them\n", nl_cache_nitems(cache));
	nl_cache_free(cache);
	printf("filters %d\n", rtnl_cls_alloc_cache(sock, 1, 0x10000, &cache));
	printf("%d of them\n", nl_cache_nitems(cache));
	rtnl_cls_cache_set_tc_params(cache, 1, 0x20000);
	printf("again %d\n", nl_cache_refill(sock, cache));
	nl_cache_free(cache);
	for (size_t type = 0; type < 4; type++) {
		MUST(nl_cache_alloc_name(TYPES[type], &cache) == 0);
		printf("%s %d\n", TYPES[type], nl_cache_refill(sock, cache));
		nl_cache_free(cache);
	}
	nl_socket_free(sock);
}

int main(void)
{
	accessors();
	kinds();
	filters();
	counters();
	rates();
	handles();
	messages();
	requests();
	caches();
	kernel();
	return 0;
}
