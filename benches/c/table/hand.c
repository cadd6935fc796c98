/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The least that keeping a dump can cost: all messages in one buffer that
 * grows, walked once at the end. No lookup, and no change can be taken in. */
#include <stdlib.h>

#include "../hand_rows.h"
#include "../wire.h"

static char *kept;
static size_t used, room;

static int make_room(void)
{
	char *larger;

	if (room - used >= BUFFER_SIZE)
		return 0;
	room = room * 2 + BUFFER_SIZE;
	larger = realloc(kept, room);
	if (!larger)
		return -ENOMEM;
	kept = larger;
	return 0;
}

static int ends_dump(const char *datagram, size_t len)
{
	const struct nlmsghdr *h = (const struct nlmsghdr *)datagram;

	while (NLMSG_OK(h, len) && h->nlmsg_type != NLMSG_DONE)
		h = NLMSG_NEXT(h, len);
	return NLMSG_OK(h, len);
}

static int keep(int fd)
{
	int rc = fd < 0 ? fd : make_room(), ended = 0;

	while (rc == 0 && !ended) {
		ssize_t n = recv(fd, kept + used, BUFFER_SIZE, 0);

		if (n < 0) {
			rc = -errno;
			break;
		}
		ended = ends_dump(kept + used, (size_t)n);
		used += (size_t)n;
		rc = make_room();
	}
	if (fd >= 0)
		close(fd);
	return rc;
}

static void read_name(const struct nlmsghdr *h, struct result *r)
{
	const struct ifinfomsg *i = NLMSG_DATA(h);
	int len = (int)NLMSG_PAYLOAD(h, sizeof *i);

	for (const struct rtattr *a = IFLA_RTA(i); RTA_OK(a, len); a = RTA_NEXT(a, len))
		if (a->rta_type == IFLA_IFNAME)
			add_name(r, (uint32_t)i->ifi_index, RTA_DATA(a),
				 strnlen(RTA_DATA(a), RTA_PAYLOAD(a)));
}

static void walk(void (*read_one)(const struct nlmsghdr *, struct result *), struct result *r)
{
	const struct nlmsghdr *h = (const struct nlmsghdr *)kept;
	size_t len = used;

	for (; NLMSG_OK(h, len); h = NLMSG_NEXT(h, len))
		if (h->nlmsg_type != NLMSG_DONE)
			read_one(h, r);
}

static int links(struct result *r, uint64_t n)
{
	int rc = keep(open_link_dump());

	(void)n;
	walk(read_name, r);
	return rc;
}

static int routes(struct result *r, uint64_t n)
{
	int rc = keep(open_route_dump());

	(void)n;
	walk(read_route, r);
	return rc;
}

const struct task tasks[] = {
	{ "links", links },
	{ "routes", routes },
	{ NULL, NULL },
};
