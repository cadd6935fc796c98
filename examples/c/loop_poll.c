/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * A loop around poll(2): follow the links until one is gone: loop_poll eth0
 *
 *     cc -o loop_poll loop_poll.c $(pkg-config --cflags --libs rnl)
 */
#include <errno.h>
#include <poll.h>

#include "follow.h"

/* The shorter of two times; -1 is for ever. */
static int sooner(int a, int b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

/* How long to wait is asked anew each time: after any call it may have changed. */
static int wait_for(struct follower *f, struct pollfd fds[2])
{
	int left = sooner(rnl_table_timeout(f->links), rnl_sock_timeout(f->sock));

	fds[0].fd = rnl_table_fd(f->links);
	fds[0].events = rnl_table_events(f->links);
	fds[1].fd = rnl_sock_fd(f->sock);
	fds[1].events = rnl_sock_events(f->sock);
	return poll(fds, 2, left) < 0 && errno != EINTR ? -errno : 0;
}

int main(int argc, char **argv)
{
	struct follower f = { 0 };
	struct pollfd fds[2];
	int ret;

	if (argc != 2) {
		fprintf(stderr, "usage: loop_poll NAME-OF-LINK\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	ret = follow_open(&f, argv[1]);
	while (ret >= 0 && !f.ended) {
		ret = wait_for(&f, fds);
		/* Neither waits, so there is no need to see which is ready. */
		if (ret >= 0)
			ret = follow_links(&f);
		if (ret >= 0)
			ret = follow_answers(&f);
	}
	return follow_close(&f, ret);
}
