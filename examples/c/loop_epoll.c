/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * A loop around epoll(7) with several tables: follow links and addresses until a link is gone:
 * loop_epoll eth0
 *
 *     cc -o loop_epoll loop_epoll.c $(pkg-config --cflags --libs rnl)
 */
#include <arpa/inet.h>
#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "follow.h"

static struct follower f;
static struct rnl_table *there;

/* The addresses, beside what the follower does. */
static int addresses(void)
{
	struct rnl_event event;
	int ret;

	while ((ret = rnl_table_next(there, &event, 0, &f.err)) == 1) {
		uint8_t bytes[16];
		char text[INET6_ADDRSTRLEN];
		struct rnl_attrs attrs;
		struct rnl_attr attr;

		if (event.kind != RNL_EVENT_NEW)
			continue;
		rnl_view_attrs(&event.now, sizeof(struct ifaddrmsg), &attrs);
		if (rnl_attrs_find(&attrs, IFA_ADDRESS, &attr) == 1 && rnl_attr_ip(&attr, bytes) > 0)
			printf("address %s\n", inet_ntop(attr.data.len == 4 ? AF_INET : AF_INET6, bytes, text, sizeof(text)));
	}
	return ret;
}

static int addresses_left(void) { return rnl_table_timeout(there); }
static int links(void) { return follow_links(&f); }
static int links_left(void) { return rnl_table_timeout(f.links); }
static int answers(void) { return follow_answers(&f); }
static int answers_left(void) { return rnl_sock_timeout(f.sock); }

/* What to do when a descriptor is ready, or when no time is left. */
static const struct source {
	int (*work)(void);
	int (*left)(void);
} sources[] = { { addresses, addresses_left }, { links, links_left }, { answers, answers_left } };

static int watch(int ep, const struct source *source, int fd, int events)
{
	struct epoll_event event = { .events = (uint32_t)events, .data.ptr = (void *)source };

	return epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static int wait_and_work(int ep)
{
	struct epoll_event ready[3];
	int count, least = -1, ret = 0;

	for (int i = 0; i < 3; i++) {
		int left = sources[i].left();

		if (left >= 0 && (least < 0 || left < least))
			least = left;
	}
	count = epoll_wait(ep, ready, 3, least);
	if (count < 0 && errno != EINTR)
		return -errno;
	for (int i = 0; i < count && ret >= 0; i++)
		ret = ((const struct source *)ready[i].data.ptr)->work();
	for (int i = 0; i < 3 && ret >= 0; i++)
		ret = sources[i].left() == 0 ? sources[i].work() : 0;
	return ret;
}

int main(int argc, char **argv)
{
	int ep = epoll_create1(EPOLL_CLOEXEC), ret;

	if (argc != 2) {
		fprintf(stderr, "usage: loop_epoll NAME-OF-LINK\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	ret = follow_open(&f, argv[1]);
	if (ret >= 0 && (ret = rnl_table_open(&there, "addr", 0, NULL, &f.err)) >= 0 &&
	    (ret = watch(ep, &sources[0], rnl_table_fd(there), rnl_table_events(there))) >= 0 &&
	    (ret = watch(ep, &sources[1], rnl_table_fd(f.links), rnl_table_events(f.links))) >= 0)
		ret = watch(ep, &sources[2], rnl_sock_fd(f.sock), rnl_sock_events(f.sock));
	while (ret >= 0 && !f.ended)
		ret = wait_and_work(ep);
	rnl_table_close(there);
	close(ep);
	return follow_close(&f, ret);
}
