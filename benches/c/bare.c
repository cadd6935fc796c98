/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The limit: the kernel, and a loop that receives 32 KiB at a time and
 * parses nothing. */
#include "bench.h"
#include "wire.h"

static char buffer[BUFFER_SIZE];

/* A dump ends with a 20-byte NLMSG_DONE; looking for it at the end of the
 * datagram spares the walk. */
static int ends_dump(size_t len)
{
	const size_t done = NLMSG_LENGTH(sizeof(int));
	struct nlmsghdr h;

	if (len < done)
		return 0;
	memcpy(&h, buffer + len - done, sizeof h);
	return h.nlmsg_len == done && h.nlmsg_type == NLMSG_DONE && h.nlmsg_seq == SEQ;
}

static int drain(int fd, struct result *r)
{
	ssize_t n;

	if (fd < 0)
		return fd;
	do {
		n = recv(fd, buffer, sizeof buffer, 0);
		if (n < 0)
			break;
		r->bytes += (uint64_t)n;
	} while (!ends_dump((size_t)n));
	close(fd);
	return n < 0 ? -errno : 0;
}

static int routes(struct result *r, uint64_t n)
{
	int rc = 0;

	while (n-- && rc == 0)
		rc = drain(open_route_dump(), r);
	return rc;
}

static int links(struct result *r, uint64_t n)
{
	int rc = 0;

	while (n-- && rc == 0)
		rc = drain(open_link_dump(), r);
	return rc;
}

const struct task tasks[] = {
	{ "routes", routes },
	{ "links", links },
	{ NULL, NULL },
};
