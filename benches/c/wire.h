/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Netlink by hand: sockets and requests for the contestants without a
 * library, and for the program that fills the namespace. */
#ifndef WIRE_H
#define WIRE_H

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"

enum { BUFFER_SIZE = 32768, SEQ = 7 };

/* Every contestant asks strictly: a strict dump leaves out a step of the
 * kernel's walk, which must not pass for a library's merit. */
static inline int be_strict(int fd)
{
	int on = 1;

	return setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof on);
}

static inline int open_socket(int protocol)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&kernel, sizeof kernel) < 0) {
		int error = errno;

		close(fd);
		return -error;
	}
	if (protocol == NETLINK_ROUTE)
		be_strict(fd);
	return fd;
}

/* What a strict dump is narrowed down by: attributes behind the body. */
struct narrow {
	const void *attrs;
	size_t len;
};

static inline int send_dump(int fd, uint16_t type, uint8_t family, size_t body, struct narrow by)
{
	struct {
		struct nlmsghdr h;
		unsigned char body[64];
	} q = { .h = { .nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		       .nlmsg_seq = SEQ } };

	q.h.nlmsg_len = NLMSG_LENGTH(body + by.len);
	q.body[0] = family; /* the first byte of every rtnetlink body */
	if (by.len)
		memcpy(q.body + body, by.attrs, by.len);
	return send(fd, &q, q.h.nlmsg_len, 0) < 0 ? -errno : 0;
}

/* Opens a socket on which the asked dump has begun. */
static inline int open_dump(uint16_t type, uint8_t family, size_t body, struct narrow by)
{
	int fd = open_socket(NETLINK_ROUTE);
	int rc = fd < 0 ? fd : send_dump(fd, type, family, body, by);

	if (fd >= 0 && rc < 0)
		close(fd);
	return rc < 0 ? rc : fd;
}

static inline int open_route_dump(void)
{
	return open_dump(RTM_GETROUTE, AF_INET, sizeof(struct rtmsg), (struct narrow){ 0 });
}

/* The routes of one table alone. */
static inline int open_table_dump(uint32_t table)
{
	const struct {
		struct rtattr a;
		uint32_t table;
	} by = { { sizeof by, RTA_TABLE }, table };

	return open_dump(RTM_GETROUTE, AF_INET, sizeof(struct rtmsg),
			 (struct narrow){ &by, sizeof by });
}

static inline int open_link_dump(void)
{
	return open_dump(RTM_GETLINK, AF_UNSPEC, sizeof(struct ifinfomsg), (struct narrow){ 0 });
}

/* The links of the kind FILTER_KIND alone. */
static inline int open_kind_dump(void)
{
	const struct {
		struct rtattr info, kind;
		char name[sizeof FILTER_KIND];
	} by = { { sizeof by, IFLA_LINKINFO | NLA_F_NESTED },
		 { RTA_LENGTH(sizeof FILTER_KIND), IFLA_INFO_KIND }, FILTER_KIND };

	return open_dump(RTM_GETLINK, AF_UNSPEC, sizeof(struct ifinfomsg),
			 (struct narrow){ &by, sizeof by });
}

#endif
