/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Caches without the kernel: what is in them, finding, filters, changes; types of caches; hash tables;
 * managers. Objects are families of generic netlink, the only ones of the core. */
#include <netlink/netlink.h>
#include <netlink/cache.h>
#include <netlink/hashtable.h>
#include <netlink/msg.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/family.h>
#include <netlink/genl/genl.h>
#include <netlink/genl/mngt.h>
#include "say.h"

static struct nl_object *family(unsigned int id, const char *name)
{
	struct genl_family *family = genl_family_alloc();

	if (id)
		genl_family_set_id(family, id);
	if (name)
		genl_family_set_name(family, name);
	return OBJ_CAST(family);
}

static void show(struct nl_object *obj, void *arg)
{
	printf("%s%u", (char *)arg, genl_family_get_id((struct genl_family *)obj));
}

static void list(const char *what, struct nl_cache *cache)
{
	printf("%s: %d items, empty %d:", what, nl_cache_nitems(cache), nl_cache_is_empty(cache));
	nl_cache_foreach(cache, show, " ");
	for (struct nl_object *obj = nl_cache_get_last(cache); obj; obj = nl_cache_get_prev(obj))
		show(obj, " <");
	for (struct nl_object *obj = nl_cache_get_first(cache); obj; obj = nl_cache_get_next(obj))
		show(obj, " >");
	printf("\n");
}

static void found(const char *what, struct nl_object *obj)
{
	printf("%s: %s refs %d\n", what, obj ? genl_family_get_name((struct genl_family *)obj) : "none",
	       obj ? nl_object_get_refcnt(obj) : 0);
	nl_object_put(obj);
}

static void changed(struct nl_cache *cache, struct nl_object *obj, int action, void *arg)
{
	printf("%s: change %d of %d in %d\n", (char *)arg, action, obj != NULL, cache != NULL);
}

static void changed_v2(struct nl_cache *cache, struct nl_object *old, struct nl_object *new, uint64_t diff, int action, void *arg)
{
	printf("%s: change %d %d %d %llx in %d\n", (char *)arg, action, old != NULL, new != NULL, (unsigned long long)diff,
	       cache != NULL);
}

static void holding(void)
{
	struct nl_object *obj[6], *filter = family(0, "b"), *other;
	struct nl_dump_params params = { .dp_type = NL_DUMP_LINE, .dp_fd = stdout };
	struct nl_cache *cache, *copy, *all;

	MUST(nl_cache_alloc_name("genl/family", &cache) == 0);
	printf("unknown %d\n", nl_cache_alloc_name("no/such", &copy));
	list("new", cache);
	for (unsigned int i = 0; i < 6; i++) {
		obj[i] = family(i % 4 + 20, i % 2 ? "a" : "b");
		printf("add %d", nl_cache_add(cache, obj[i]));
		printf(" refs %d in it %d\n", nl_object_get_refcnt(obj[i]), nl_object_get_cache(obj[i]) == cache);
	}
	list("six", cache);
	printf("same once more %d\n", nl_cache_add(cache, obj[0]));
	list("a copy", cache);
	found("search", nl_cache_search(cache, obj[1]));
	found("find", nl_cache_find(cache, obj[1]));
	found("find by name", nl_cache_find(cache, filter));
	found("search by name", nl_cache_search(cache, filter));
	printf("by filter %d of %d\n", nl_cache_nitems_filter(cache, filter), nl_cache_nitems_filter(cache, NULL));
	nl_cache_foreach_filter(cache, filter, show, " ~");
	nl_cache_dump_filter(cache, &params, filter);
	copy = nl_cache_subset(cache, filter);
	list(" subset", copy);
	all = nl_cache_clone(cache);
	list("clone", all);
	printf("move %d\n", nl_cache_move(copy, obj[2]));
	list("from", cache);
	list("to", copy);
	nl_cache_remove(obj[2]);
	printf("removed refs %d cache %d\n", nl_object_get_refcnt(obj[2]), nl_object_get_cache(obj[2]) != NULL);
	nl_cache_remove(obj[2]);
	list("then", copy);
	nl_cache_mark_all(cache);
	printf("marked %d %d\n", nl_object_is_marked(obj[0]), nl_object_is_marked(obj[2]));
	printf("include %d %d\n", nl_cache_include(cache, obj[0], changed, "v1"),
	       nl_cache_include_v2(cache, obj[0], changed_v2, "v2"));
	other = nl_object_clone(obj[0]);
	printf("clone in a cache %d\n", nl_object_get_cache(other) != NULL);
	nl_object_put(other);
	nl_cache_set_arg1(cache, 1);
	nl_cache_set_arg2(cache, 2);
	nl_cache_set_flags(cache, NL_CACHE_AF_ITER);
	nl_cache_get(cache);
	nl_cache_put(cache);
	nl_cache_clear(cache);
	list("cleared", cache);
	printf("refs %d\n", nl_object_get_refcnt(obj[0]));
	for (int i = 0; i < 6; i++)
		nl_object_put(obj[i]);
	nl_object_put(filter);
	nl_cache_free(cache);
	nl_cache_free(copy);
	nl_cache_free(all);
	nl_cache_free(NULL);
}

/* Many objects, so that an index is built, with some taken out on the way. */
static void many(void)
{
	struct nl_cache *cache;
	struct nl_object *obj, *needle;
	unsigned int sum = 0;

	MUST(nl_cache_alloc_name("genl/family", &cache) == 0);
	for (unsigned int i = 0; i < 3000; i++) {
		obj = family(1 + dice(2000), i % 2 ? "odd" : "even");
		MUST(nl_cache_add(cache, obj) == 0);
		nl_object_put(obj);
		if (i % 3 == 0) {
			needle = family(1 + dice(2000), NULL);
			obj = nl_cache_search(cache, needle);
			if (obj)
				sum += i * genl_family_get_id((struct genl_family *)obj);
			if (obj && i % 2)
				nl_cache_remove(obj);
			nl_object_put(obj);
			nl_object_put(needle);
		}
	}
	printf("sum %u items %d\n", sum, nl_cache_nitems(cache));
	for (unsigned int id = 1; id <= 2000; id += 7) {
		needle = family(id, NULL);
		obj = nl_cache_search(cache, needle);
		printf("%u:%s ", id, obj ? genl_family_get_name((struct genl_family *)obj) : "-");
		nl_object_put(obj);
		nl_object_put(needle);
	}
	printf("\n");
	nl_cache_free(cache);
}

static void take_out(struct nl_object *obj, void *arg)
{
	(void)arg;
	nl_cache_remove(obj);
}

static void freeing_what_is_in_it(void)
{
	struct nl_object *obj = family(5, "x");
	struct nl_cache *cache;

	MUST(nl_cache_alloc_name("genl/family", &cache) == 0);
	nl_cache_add(cache, obj);
	nl_object_free(obj);
	list("freed", cache);
	nl_cache_free(cache);
}

static void removing_on_the_way(void)
{
	struct nl_cache *cache;

	MUST(nl_cache_alloc_name("genl/family", &cache) == 0);
	for (unsigned int i = 1; i < 30; i++) {
		struct nl_object *obj = family(i, NULL);

		nl_cache_add(cache, obj);
		nl_object_put(obj);
	}
	nl_cache_foreach(cache, take_out, NULL);
	list("taken out", cache);
	nl_cache_free(cache);
}

static void count_ops(struct nl_cache_ops *ops, void *arg)
{
	*(int *)arg += ops == nl_cache_ops_lookup("genl/family");
}

static void count_all(struct nl_cache_ops *ops, void *arg)
{
	(void)ops;
	++*(int *)arg;
}

static void kinds(void)
{
	struct nl_cache_ops *ops = nl_cache_ops_lookup("genl/family");
	struct nl_cache *cache = nl_cache_alloc(ops);
	int count = 0;

	printf("lookup %d unknown %d\n", ops != NULL, nl_cache_ops_lookup("no/such") != NULL);
	printf("of a cache %d\n", nl_cache_get_ops(cache) == ops);
	printf("associate %d %d %d\n", nl_cache_ops_associate(NETLINK_GENERIC, 16) == ops,
	       nl_cache_ops_associate(NETLINK_GENERIC, 17) != NULL, nl_cache_ops_associate(NETLINK_USERSOCK, 16) != NULL);
	printf("message type %d %d\n", nl_msgtype_lookup(ops, 16) != NULL, nl_msgtype_lookup(ops, 17) != NULL);
	nl_cache_ops_foreach(count_ops, &count);
	printf("among all %d\n", count);
	nl_cache_ops_foreach(count_all, &count);
	printf("of loaded libraries %d\n", count);
	MUST(nl_cache_ops_lookup_safe("genl/family") == ops && nl_cache_ops_associate_safe(NETLINK_GENERIC, 16) == ops);
	printf("in use %d\n", nl_cache_mngt_unregister(ops));
	nl_cache_ops_put(ops);
	nl_cache_ops_put(ops);
	nl_cache_ops_get(ops);
	nl_cache_ops_put(ops);
	printf("registered %d\n", nl_cache_mngt_register(ops));
	printf("required %d\n", nl_cache_mngt_require("genl/family") != NULL);
	nl_cache_mngt_provide(cache);
	printf("required %d %d %d\n", __nl_cache_mngt_require("genl/family") == cache, nl_cache_mngt_require("genl/family") == cache,
	       nl_cache_mngt_require_safe("genl/family") == cache);
	nl_cache_put(cache);
	nl_cache_mngt_unprovide(cache);
	printf("required %d\n", nl_cache_mngt_require("genl/family") != NULL);
	nl_cache_ops_set_flags(ops, 0);
	nl_cache_free(cache);
	printf("unregister %d\n", nl_cache_mngt_unregister(ops));
	printf("lookup %d unregister %d\n", nl_cache_ops_lookup("genl/family") != NULL, nl_cache_mngt_unregister(ops));
	printf("register %d\n", nl_cache_mngt_register(ops));
	genl_unregister(ops);
	printf("register %d", genl_register(ops));
	printf(" %d\n", genl_register(ops));
}

static void parsed(struct nl_object *obj, void *arg)
{
	show(obj, arg);
	printf(" msgtype %d\n", nl_object_get_msgtype(obj));
}

static void parsing(void)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct nl_cache *cache;

	MUST(nl_cache_alloc_name("genl/family", &cache) == 0);
	genlmsg_put(msg, 0, 0, 16, 0, 0, CTRL_CMD_NEWFAMILY, 1);
	nla_put_u16(msg, CTRL_ATTR_FAMILY_ID, 33);
	nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, "name");
	printf("no protocol %d\n", nl_msg_parse(msg, parsed, "parsed "));
	nlmsg_set_proto(msg, NETLINK_GENERIC);
	printf("parse %d\n", nl_msg_parse(msg, parsed, "parsed "));
	printf("add %d", nl_cache_parse_and_add(cache, msg));
	list(" one", cache);
	nlmsg_hdr(msg)->nlmsg_type = 17;
	printf("other type %d %d\n", nl_msg_parse(msg, parsed, ""), nl_cache_parse_and_add(cache, msg));
	nlmsg_hdr(msg)->nlmsg_type = 16;
	nlmsg_hdr(msg)->nlmsg_len = 18;
	printf("short %d %d\n", nl_msg_parse(msg, parsed, ""), nl_cache_parse_and_add(cache, msg));
	nlmsg_free(msg);
	nl_cache_free(cache);
}

/* Attributes that are too short or not closed. */
static void damage(void)
{
	static const struct { int type, len; const char *data; } one[] = {
		{ CTRL_ATTR_FAMILY_ID, 1, "a" }, { CTRL_ATTR_FAMILY_NAME, 3, "abc" }, { CTRL_ATTR_FAMILY_NAME, 0, "" },
		{ CTRL_ATTR_FAMILY_NAME, 17, "0123456789abcdef" }, { CTRL_ATTR_FAMILY_NAME, 16, "0123456789abcde" },
		{ CTRL_ATTR_VERSION, 2, "ab" }, { CTRL_ATTR_HDRSIZE, 3, "abc" }, { CTRL_ATTR_MAXATTR, 0, "" },
		{ CTRL_ATTR_OPS, 5, "abcde" }, { CTRL_ATTR_OPS, 8, "\x08\0\1\0\1\0\0" }, { CTRL_ATTR_MCAST_GROUPS, 8, "\x08\0\1\0\4\0\1" },
		{ CTRL_ATTR_OPS, 12, "\x0c\0\1\0\x08\0\1\0abcd" }, { CTRL_ATTR_OPS, 12, "\x0c\0\1\0\x08\0\2\0abcd" },
		{ CTRL_ATTR_OPS, 12, "\x0c\0\1\0\x06\0\1\0abcd" }, { CTRL_ATTR_MCAST_GROUPS, 12, "\x0c\0\1\0\x08\0\2\0abcd" },
		{ CTRL_ATTR_MCAST_GROUPS, 12, "\x0c\0\1\0\x08\0\1\0abc" },
		{ CTRL_ATTR_MCAST_GROUPS, 20, "\x14\0\1\0\x08\0\1\0abc\0\x08\0\2\0abcd" },
		{ CTRL_ATTR_MCAST_GROUPS, 20, "\x14\0\1\0\x08\0\1\0abcd\x08\0\2\0abcd" },
	};

	for (size_t i = 0; i < COUNT(one); i++) {
		struct nl_msg *msg = nlmsg_alloc();
		struct nl_cache *cache;

		MUST(nl_cache_alloc_name("genl/family", &cache) == 0);
		genlmsg_put(msg, 0, 0, 16, 0, 0, CTRL_CMD_NEWFAMILY, 1);
		nla_put_u16(msg, CTRL_ATTR_FAMILY_ID, 33);
		nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, "name");
		nla_put(msg, one[i].type, one[i].len, one[i].data);
		nlmsg_set_proto(msg, NETLINK_GENERIC);
		printf("attribute %d of %d: %d\n", one[i].type, one[i].len, nl_cache_parse_and_add(cache, msg));
		nlmsg_free(msg);
		nl_cache_free(cache);
	}
}

static void tables(void)
{
	nl_hash_table_t *table = nl_hash_table_alloc(8);
	struct nl_object *a = family(20, "a"), *same = family(20, "b"), *c = family(21, "c");
	uint32_t key = 1, other = 2;

	printf("add %d", nl_hash_table_add(table, a));
	printf(" %d", nl_hash_table_add(table, same));
	printf(" %d\n", nl_hash_table_add(table, c));
	printf("lookup %d %d\n", nl_hash_table_lookup(table, same) == a, nl_hash_table_lookup(table, c) == c);
	printf("remove %d", nl_hash_table_del(table, a));
	printf(" %d refs %d\n", nl_hash_table_lookup(table, same) != NULL, nl_object_get_refcnt(a));
	nl_hash_table_free(table);
	nl_object_keygen(a, &key, 1 << 20);
	nl_object_keygen(same, &other, 1 << 20);
	printf("same key %d refs %d\n", key == other, nl_object_get_refcnt(c));
	nl_object_put(a);
	nl_object_put(same);
	nl_object_put(c);
}

static void managers(void)
{
	struct nl_dump_params params = { .dp_type = NL_DUMP_LINE, .dp_fd = stdout };
	struct nl_cache_mngr *mngr;
	struct nl_cache *cache;
	struct nl_sock *sock = nl_socket_alloc();

	printf("alloc %d\n", nl_cache_mngr_alloc(NULL, NETLINK_GENERIC, NL_AUTO_PROVIDE, &mngr));
	nl_cache_mngr_info(mngr, &params);
	printf("fd %d\n", nl_cache_mngr_get_fd(mngr) >= 0);
	printf("unknown %d no groups %d\n", nl_cache_mngr_add(mngr, "no/such", changed, "", &cache),
	       nl_cache_mngr_add(mngr, "genl/family", changed, "", &cache));
	MUST(nl_cache_alloc_name("genl/family", &cache) == 0);
	printf("no groups %d %d\n", nl_cache_mngr_add_cache(mngr, cache, changed, ""),
	       nl_cache_mngr_add_cache_v2(mngr, cache, changed_v2, ""));
	printf("nothing to do %d %d\n", nl_cache_mngr_data_ready(mngr), nl_cache_mngr_poll(mngr, 0));
	nl_cache_mngr_free(mngr);
	nl_cache_mngr_free(NULL);
	printf("own socket %d", nl_cache_mngr_alloc(sock, NETLINK_ROUTE, 0, &mngr));
	printf(" %d", nl_cache_mngr_get_fd(mngr) == nl_socket_get_fd(sock));
	printf(" other protocol %d", nl_cache_mngr_add_cache(mngr, cache, changed, ""));
	nl_cache_mngr_free(mngr);
	printf(" closed %d\n", nl_socket_get_fd(sock));
	printf("no such protocol %d\n", nl_cache_mngr_alloc(NULL, 31, 0, &mngr));
	nl_cache_free(cache);
	nl_socket_free(sock);
}

static int pick(struct nl_cache_ops *ops, struct sockaddr_nl *from, struct nlmsghdr *nlh, struct nl_parser_param *param)
{
	printf("pick %d %d %d %d\n", ops != NULL, from->nl_family, nlh->nlmsg_type, param != NULL);
	return 0;
}

static int refuse(struct nl_cache_ops *ops, struct sockaddr_nl *from, struct nlmsghdr *nlh, struct nl_parser_param *param)
{
	(void)ops, (void)from, (void)nlh, (void)param;
	return -NLE_PARSE_ERR;
}

static void ask(struct nl_sock *sock, const char *name)
{
	struct nl_msg *msg = nlmsg_alloc();

	genlmsg_put(msg, 0, 0, 16, 0, 0, CTRL_CMD_GETFAMILY, 1);
	nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, name);
	MUST(nl_send_auto(sock, msg) > 0);
	nlmsg_free(msg);
}

static void picking_up(void)
{
	struct nl_sock *sock = nl_socket_alloc();
	struct nl_object *obj = NULL;
	int syserr = 77, err;

	MUST(genl_connect(sock) == 0);
	ask(sock, "nlctrl");
	err = nl_pickup(sock, pick, &obj);
	printf("picked up %d %d ack %d\n", err, obj != NULL, nl_wait_for_ack(sock));
	ask(sock, "nlctrl");
	err = nl_pickup(sock, refuse, &obj);
	printf("not parsed %d ack %d\n", err, nl_wait_for_ack(sock));
	ask(sock, "no such");
	printf("not found %d\n", nl_pickup(sock, pick, &obj));
	ask(sock, "no such");
	err = nl_pickup_keep_syserr(sock, pick, &obj, &syserr);
	printf("not found %d %d\n", err, syserr);
	ask(sock, "nlctrl");
	err = nl_pickup_keep_syserr(sock, pick, &obj, &syserr);
	printf("found %d %d\n", err, syserr);
	nl_socket_free(sock);
}

/* A cache and a socket that do not belong together. */
static void wrong_protocol(struct nl_cache *cache)
{
	struct nl_sock *other = nl_socket_alloc();

	printf("not connected %d", nl_cache_refill(other, cache));
	MUST(nl_connect(other, NETLINK_USERSOCK) == 0);
	printf(" refill %d", nl_cache_refill(other, cache));
	printf(" resync %d", nl_cache_resync(other, cache, NULL, NULL));
	printf(" pickup %d\n", nl_cache_pickup(other, cache));
	nl_socket_free(other);
}

static void kernel(void)
{
	struct nl_sock *sock = nl_socket_alloc();
	struct nl_cache *cache, *other;

	MUST(genl_connect(sock) == 0);
	printf("fill %d\n", nl_cache_alloc_and_fill(nl_cache_ops_lookup("genl/family"), sock, &cache));
	printf("no socket %d\n", nl_cache_alloc_and_fill(nl_cache_ops_lookup("genl/family"), NULL, &other));
	wrong_protocol(cache);
	printf("refill %d", nl_cache_refill(sock, cache));
	printf(" %d\n", nl_cache_nitems(cache) > 0);
	printf("resync %d\n", nl_cache_resync(sock, other, changed, "resync"));
	printf("pickup %d", genl_send_simple(sock, 16, CTRL_CMD_GETFAMILY, 1, NLM_F_DUMP));
	printf(" %d\n", nl_cache_pickup_checkdup(sock, cache));
	nl_cache_free(cache);
	nl_cache_free(other);
	nl_socket_free(sock);
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	holding();
	many();
	removing_on_the_way();
	freeing_what_is_in_it();
	parsing();
	damage();
	tables();
	managers();
	picking_up();
	kernel();
	kinds();
	return 0;
}
