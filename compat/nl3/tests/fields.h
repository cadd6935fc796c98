/* SPDX-License-Identifier: MIT OR Apache-2.0
 * For types of objects: every accessor with several values, everything an object shows, and messages of all
 * sorts, most of them right. */
#ifndef FIELDS_H
#define FIELDS_H

#include <netlink/netlink.h>
#include <netlink/addr.h>
#include <netlink/attr.h>
#include <netlink/cache.h>
#include <netlink/msg.h>
#include <netlink/object.h>
#include "say.h"

static const unsigned long long VALUES[] = { 0, 1, 2, 5, 0x12, 0x1234, 0x12345678, 0x8000000000000001ULL, ~0ULL };

static void dumps(struct nl_object *obj)
{
	for (int type = 0; type <= NL_DUMP_MAX; type++) {
		struct nl_dump_params params = { .dp_type = (enum nl_dump_type)type, .dp_fd = stdout, .dp_prefix = type, .dp_dump_msgtype = type == 1 };

		nl_object_dump(obj, &params);
		printf("|%u\n", params.dp_line);
	}
}

static void text_of(struct nl_object *obj, char *buf, size_t len)
{
	struct nl_dump_params params = { .dp_type = NL_DUMP_STATS, .dp_buf = buf, .dp_buflen = len };

	nl_object_dump(obj, &params);
}

/* What there is to see of an object, beside an empty one. */
static inline void show(struct nl_object *obj, struct nl_object *none)
{
	static char buf[512], text[8192], again[8192];
	struct nl_object *copy;

	printf("  diff %llx %llx %x", (unsigned long long)nl_object_diff64(obj, none), (unsigned long long)nl_object_diff64(none, obj),
	       nl_object_diff(obj, none));
	printf(" same %d %d match %d %d ids %x", nl_object_identical(obj, none), nl_object_identical(obj, obj),
	       nl_object_match_filter(obj, none), nl_object_match_filter(none, obj), nl_object_get_id_attrs(obj));
	printf(" '%s'\n", nl_object_attr_list(obj, buf, sizeof buf));
	dumps(obj);
	copy = nl_object_clone(obj);
	text_of(obj, text, sizeof text);
	text_of(copy, again, sizeof again);
	printf("  copy diff %llx same %d shown alike %d\n", (unsigned long long)nl_object_diff64(obj, copy), nl_object_identical(obj, copy),
	       strcmp(text, again) == 0);
	nl_object_put(copy);
}

/* A number: what it is at first, and after it has been set. ... is what comes between object and value, with its comma. */
#define FIELD_AT(of, name, ...)                                                                           \
	for (size_t i = 0; i < COUNT(VALUES); i++) {                                                      \
		struct of *obj = of##_alloc(), *none = of##_alloc();                                      \
		long long before = (long long)of##_get_##name(obj __VA_ARGS__);                           \
                                                                                                          \
		of##_set_##name(obj __VA_ARGS__, VALUES[i]);                                              \
		printf("%s%s = %llx: %lld, %lld\n", #name, #__VA_ARGS__, VALUES[i], before, (long long)of##_get_##name(obj __VA_ARGS__)); \
		show(OBJ_CAST(obj), OBJ_CAST(none));                                                      \
		of##_put(obj);                                                                            \
		of##_put(none);                                                                           \
	}
#define FIELD(of, name) FIELD_AT(of, name, )

/* Whether it is set, before and after. */
#define TEST_AT(of, name, ...)                                                                            \
	do {                                                                                              \
		struct of *obj = of##_alloc();                                                            \
		int before = of##_test_##name(obj __VA_ARGS__);                                           \
                                                                                                          \
		of##_set_##name(obj __VA_ARGS__, 0);                                                      \
		printf("test %s%s %d %d\n", #name, #__VA_ARGS__, before, of##_test_##name(obj __VA_ARGS__)); \
		of##_put(obj);                                                                            \
	} while (0)
#define TESTED_AT(of, name, ...)                                                                          \
	do {                                                                                              \
		FIELD_AT(of, name, __VA_ARGS__)                                                           \
		TEST_AT(of, name, __VA_ARGS__);                                                           \
	} while (0)
#define TESTED(of, name) TESTED_AT(of, name, )

static inline struct nl_addr *addr(const char *text, int family)
{
	struct nl_addr *addr;

	MUST(nl_addr_parse(text, family, &addr) == 0);
	return addr;
}

/* One of a few, of either family. */
static inline struct nl_addr *some_addr(int family)
{
	static const char *texts[2][4] = { { "10.1.2.3", "10.1.2.4", "192.0.2.0/24", "0.0.0.0" },
					   { "2001:db8::1", "2001:db8::2", "fe80::/10", "::" } };

	return addr(texts[family == AF_INET6][dice(4)], AF_UNSPEC);
}

static inline const char *text_of_addr(struct nl_addr *addr)
{
	static char buf[128];

	return addr ? nl_addr2str(addr, buf, sizeof buf) : "none";
}

/* Whether a field is to be set, in objects that have some of theirs. */
#define SOMETIMES if (dice(3) != 0)

/* Pairs of objects. */
#define COMPARED(of, fill)                                                                                \
	for (int i = 0; i < 300; i++) {                                                                   \
		struct of *one = of##_alloc(), *other = of##_alloc();                                     \
                                                                                                          \
		fill(one);                                                                                \
		fill(other);                                                                              \
		show(OBJ_CAST(one), OBJ_CAST(other));                                                     \
		of##_put(one);                                                                            \
		of##_put(other);                                                                          \
	}

static inline void say_msg(const char *what, int err, struct nl_msg *msg)
{
	printf("%s %d ", what, err);
	if (err >= 0)
		hex(nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);
	else
		printf("\n");
	if (err >= 0)
		nlmsg_free(msg);
}

/* A request that is made from an object. */
#define BUILT(of, what, obj, ...)                                                                         \
	do {                                                                                              \
		struct nl_msg *msg = NULL;                                                                \
		int err = of##_build_##what(obj __VA_ARGS__, &msg);                                       \
                                                                                                          \
		say_msg(#what, err, msg);                                                                 \
	} while (0)

/* Attributes that may be in a message. */
struct shape {
	int type, len;              /* of a payload; 0: text */
	const struct shape *nested; /* what is in it instead, up to a shape of type 0 */
};

/* A type of attributes that stock does not survive. */
static int never = -1;

/* Some attributes of a shape: most are as they should be. */
static inline void attributes(struct nl_msg *msg, const struct shape *shape, int wrong)
{
	unsigned int known = 0;

	while (shape[known].type)
		known++;
	for (unsigned int n = dice(known + 3); n > 0; n--) {
		const struct shape *one = &shape[dice(known)];
		int type = wrong && dice(10) == 0 ? (int)dice(40) : one->type, len = wrong && dice(16) == 0 ? (int)dice(20) : one->len;
		struct nlattr *nla;

		if (type == never)
			type++;
		if (one->nested) {
			if ((nla = nla_nest_start(msg, type)) == NULL)
				return;
			attributes(msg, one->nested, wrong);
			nla->nla_len = (uint16_t)((char *)nlmsg_tail(nlmsg_hdr(msg)) - (char *)nla);
			if (dice(2))
				nla->nla_type &= NLA_TYPE_MASK;
		} else if ((nla = nla_reserve(msg, type, len ? len : (int)dice(12)))) {
			for (int i = 0; i < nla_len(nla); i++)
				((char *)nla_data(nla))[i] = one->len ? (char)(dice(3) ? dice(4) : dice(256)) : 'a' + (char)dice(26);
			/* No small numbers in structs: stock shows sizes below 1,024 as infB. */
			for (int i = 1; len >= 16 && i < nla_len(nla); i += 4)
				((char *)nla_data(nla))[i] |= 0x10;
			if (one->len == 0 && nla_len(nla) && dice(8))
				((char *)nla_data(nla))[nla_len(nla) - 1] = 0;
		}
	}
}

static void parsed(struct nl_object *obj, void *arg)
{
	static char buf[512];

	printf("  object %s of %d: '%s'\n", nl_object_get_type(obj), nl_object_get_msgtype(obj), nl_object_attr_list(obj, buf, sizeof buf));
	dumps(obj);
	(*(int *)arg)++;
}

/* Messages of a type, parsed: with attributes of a shape behind a header of the given bytes. */
static inline void parse_some(int protocol, int type, const struct shape *shape, int hdrlen, void (*header)(void *), int times)
{
	for (int i = 0; i < times; i++) {
		struct nl_msg *msg = nlmsg_alloc();
		int objects = 0, err;
		void *hdr;

		MUST(nlmsg_put(msg, 0, 0, type, 0, 0) && (hdr = nlmsg_reserve(msg, (size_t)hdrlen, NLMSG_ALIGNTO)));
		memset(hdr, 0, (size_t)hdrlen);
		header(hdr);
		attributes(msg, shape, i % 2);
		if (dice(20) == 0)
			nlmsg_hdr(msg)->nlmsg_len -= dice(16);
		nlmsg_set_proto(msg, protocol);
		printf("parse ");
		hex(nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);
		err = nl_msg_parse(msg, parsed, &objects);
		printf("  %d, %d objects\n", err, objects);
		nlmsg_free(msg);
	}
}

static void ignore(struct nl_object *obj, void *arg)
{
}

/* What comes of attributes of types and lengths, in nests of the given types: path ends with 0. */
static inline void lengths(int protocol, int msgtype, int hdrlen, void (*header)(void *), const int *path, int from, int to)
{
	for (int type = from; type < to; type++) {
		printf("lengths in %d of %d:", *path, type);
		for (int len = 0; len < 24; len++) {
			struct nl_msg *msg = nlmsg_alloc();
			struct nlattr *nests[4];
			int depth = 0;
			void *data;

			MUST(nlmsg_put(msg, 0, 0, msgtype, 0, 0));
			header(memset(nlmsg_reserve(msg, (size_t)hdrlen, NLMSG_ALIGNTO), 0, (size_t)hdrlen));
			for (; path[depth]; depth++)
				nests[depth] = nla_nest_start(msg, path[depth]);
			data = nla_data(nla_reserve(msg, type, len));
			memset(data, 0, (size_t)len);
			while (depth > 0)
				nla_nest_end(msg, nests[--depth]);
			nlmsg_set_proto(msg, protocol);
			printf(" %d", nl_msg_parse(msg, ignore, NULL));
			nlmsg_free(msg);
		}
		printf("\n");
	}
}

/* Sockets of a program of its own protocol, the second of which gets what the first one sends. */
static inline struct nl_sock *pair(struct nl_sock **receiver)
{
	struct nl_sock *sender = nl_socket_alloc();

	*receiver = nl_socket_alloc();
	MUST(nl_connect(sender, NETLINK_USERSOCK) == 0 && nl_connect(*receiver, NETLINK_USERSOCK) == 0);
	nl_socket_set_peer_port(sender, nl_socket_get_local_port(*receiver));
	nl_socket_disable_auto_ack(sender);
	return sender;
}

/* What has come, but for sequence number and port. */
static inline void came(struct nl_sock *receiver, const char *what, int answer)
{
	static char buf[8192];
	ssize_t len = recv(nl_socket_get_fd(receiver), buf, sizeof buf, MSG_DONTWAIT);

	printf("%s %d: ", what, answer);
	if (len >= NLMSG_HDRLEN)
		memset(buf + 8, 0, 8);
	hex(buf, len > 0 ? (size_t)len : 0);
}

#endif
