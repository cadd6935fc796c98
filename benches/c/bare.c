/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The limit: the kernel, and a loop that receives 32 KiB at a time and
 * parses nothing. */
#include <pthread.h>

#include "bench.h"
#include "wire.h"

/* A dump ends with a 20-byte NLMSG_DONE; looking for it at the end of the
 * datagram spares the walk. */
static int ends_dump(const char *datagram, size_t len)
{
	const size_t done = NLMSG_LENGTH(sizeof(int));
	struct nlmsghdr h;

	if (len < done)
		return 0;
	memcpy(&h, datagram + len - done, sizeof h);
	return h.nlmsg_len == done && h.nlmsg_type == NLMSG_DONE && h.nlmsg_seq == SEQ;
}

static int drain(int fd, struct result *r)
{
	static _Thread_local char buffer[BUFFER_SIZE];
	ssize_t n;

	if (fd < 0)
		return fd;
	do {
		n = recv(fd, buffer, sizeof buffer, 0);
		if (n < 0)
			break;
		r->bytes += (uint64_t)n;
	} while (!ends_dump(buffer, (size_t)n));
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

static int in_turn(struct result *r, uint64_t n)
{
	int rc = 0;

	while (n-- && rc == 0) {
		rc = drain(open_table_dump(RT_TABLE_MAIN), r);
		if (rc == 0)
			rc = drain(open_table_dump(SECOND_TABLE), r);
	}
	return rc;
}

struct half {
	struct result r;
	int rc;
};

static void *drain_second(void *data)
{
	struct half *half = data;

	half->rc = drain(open_table_dump(SECOND_TABLE), &half->r);
	return NULL;
}

static int together_once(struct result *r)
{
	struct half other = { 0 };
	pthread_t thread;
	int rc = -pthread_create(&thread, NULL, drain_second, &other);

	if (rc < 0)
		return rc;
	rc = drain(open_table_dump(RT_TABLE_MAIN), r);
	pthread_join(thread, NULL);
	r->bytes += other.r.bytes;
	return rc < 0 ? rc : other.rc;
}

static int together(struct result *r, uint64_t n)
{
	int rc = 0;

	while (n-- && rc == 0)
		rc = together_once(r);
	return rc;
}

const struct task tasks[] = {
	{ "routes", routes },
	{ "links", links },
	{ "in-turn", in_turn },
	{ "together", together },
	{ NULL, NULL },
};
