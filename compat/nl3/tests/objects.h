/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Shows of an object all that a program can see, and makes messages for its parser: good ones and bad ones. */
#ifndef OBJECTS_H
#define OBJECTS_H

#include "say.h"
#include <arpa/inet.h>
#include <netlink/cache.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/object.h>
#include <net/if.h>
#include <sys/socket.h>

static char buf[4096];

static inline struct nl_addr *address(const char *text, int family)
{
	struct nl_addr *addr = NULL;

	MUST(nl_addr_parse(text, family, &addr) == 0);
	return addr;
}

static inline void say_addr(const char *what, struct nl_addr *addr)
{
	char text[128];

	printf("%s %s", what, addr ? nl_addr2str(addr, text, sizeof text) : "(none)");
	if (addr)
		printf(" family %d length %u prefix %u", nl_addr_get_family(addr), nl_addr_get_len(addr), nl_addr_get_prefixlen(addr));
	printf("\n");
}

static inline void dump_forms(struct nl_object *obj)
{
	for (int type = 0; type <= NL_DUMP_MAX; type++) {
		struct nl_dump_params params = { .dp_type = (enum nl_dump_type)type, .dp_fd = stdout, .dp_prefix = type, .dp_dump_msgtype = type == 2 };

		printf("dump %d: ", type);
		nl_object_dump(obj, &params);
		printf("|\n");
	}
}

static inline void show(struct nl_object *obj)
{
	struct nl_object *empty = NULL;

	MUST(nl_object_alloc_name(nl_object_get_type(obj), &empty) == 0);
	printf("%s: message %d identity %x diff %llx attributes '%s'\n", nl_object_get_type(obj), nl_object_get_msgtype(obj),
	       nl_object_get_id_attrs(obj), (unsigned long long)nl_object_diff64(obj, empty), nl_object_attr_list(obj, buf, sizeof buf));
	printf("filter %d\n", nl_object_match_filter(empty, obj));
	nl_object_put(empty);
	dump_forms(obj);
}

static inline void show_clone(struct nl_object *obj)
{
	struct nl_object *copy = nl_object_clone(obj);

	printf("clone: diff %llx", (unsigned long long)nl_object_diff64(obj, copy));
	printf(" identical %d", nl_object_identical(obj, copy));
	printf(" filter %d\n", nl_object_match_filter(obj, copy));
	nl_object_put(copy);
}

static inline void show_message(int answer, struct nl_msg *msg)
{
	struct nlmsghdr *nlh;

	printf("message %d", answer);
	if (answer < 0) {
		printf("\n");
		return;
	}
	nlh = nlmsg_hdr(msg);
	printf(" type %d flags %x: ", nlh->nlmsg_type, nlh->nlmsg_flags);
	hex(nlmsg_data(nlh), (size_t)nlmsg_datalen(nlh));
	nlmsg_free(msg);
}

/* What an attribute may carry: its number, and the payload it should have. A negative size is that of a nest of the rows
 * that follow it up to the row of number 0. */
struct shape {
	int type, size;
};

static inline void put_random(struct nl_msg *msg, int type, int size)
{
	unsigned char bytes[64];

	for (int i = 0; i < size; i++)
		bytes[i] = (unsigned char)(dice(3) ? dice(4) : dice(256));
	nla_put(msg, type, size, bytes);
}

/* Numbers of which each is less than a bound. */
static inline void put_numbers(struct nl_msg *msg, int type, int count, unsigned int bound)
{
	uint32_t numbers[16];

	for (int i = 0; i < count; i++)
		numbers[i] = i > 1 || dice(4) ? dice(bound) : UINT32_MAX;
	nla_put(msg, type, count * 4, numbers);
}

/* The right size, seldom another: what is shorter than it should be but not empty is where stock reads past the end. */
static inline int some_size(int right)
{
	return dice(40) ? right : dice(2) ? right + (int)dice(9) : 0;
}

/* In this namespace, where the kernel has it at all. */
static inline void without_ipv6(void)
{
	MUST(system("for of in all default; do echo 1 > /proc/sys/net/ipv6/conf/$of/disable_ipv6; done 2> /dev/null; true") == 0);
}

struct seen {
	int objects;
	struct nl_object *last;
};

static inline void keep(struct nl_object *obj, void *arg)
{
	struct seen *seen = arg;

	seen->objects++;
	nl_object_put(seen->last);
	nl_object_get(obj);
	seen->last = obj;
}

/* Parses a message, shows the object, and compares it with the one before. True if there is one. */
static inline int show_parsed(struct nl_msg *msg, struct nl_object **before)
{
	struct seen seen = { 0 };
	int answer = nl_msg_parse(msg, keep, &seen);

	printf("parsed %d, %d objects\n", answer, seen.objects);
	if (!seen.last)
		return 0;
	show(seen.last);
	if (*before) {
		printf("with the one before: diff %llx", (unsigned long long)nl_object_diff64(seen.last, *before));
		printf(" identical %d", nl_object_identical(seen.last, *before));
		printf(" filter %d\n", nl_object_match_filter(seen.last, *before));
	}
	nl_object_put(*before);
	*before = seen.last;
	return 1;
}

#endif
