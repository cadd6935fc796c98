/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * The loop of libuv: follow the links until one is gone: loop_uv eth0
 *
 *     cc -o loop_uv loop_uv.c $(pkg-config --cflags --libs rnl libuv)
 */
#include <poll.h>
#include <uv.h>

#include "follow.h"

static struct follower f;
static int ret;

/* Neither waits, so there is no need to see which is ready. */
static void work(uv_loop_t *loop)
{
	ret = follow_links(&f);
	if (ret >= 0)
		ret = follow_answers(&f);
	if (ret < 0 || f.ended)
		uv_stop(loop);
}

static void on_ready(uv_poll_t *handle, int status, int events)
{
	(void)status, (void)events;
	work(handle->loop);
}

static void on_time(uv_timer_t *timer)
{
	work(timer->loop);
}

/* Before each wait: how long it may be. */
static void on_prepare(uv_prepare_t *handle)
{
	int table = rnl_table_timeout(f.links), sock = rnl_sock_timeout(f.sock);
	int left = table < 0 || (sock >= 0 && sock < table) ? sock : table;
	uv_timer_t *timer = handle->data;

	if (left < 0)
		uv_timer_stop(timer);
	else
		uv_timer_start(timer, on_time, (uint64_t)left, 0);
}

static int watch(uv_loop_t *loop, uv_poll_t *handle, int fd, int events)
{
	int uv = (events & POLLIN ? UV_READABLE : 0) | (events & POLLOUT ? UV_WRITABLE : 0);
	int code = uv_poll_init(loop, handle, fd);

	return code < 0 ? code : uv_poll_start(handle, uv, on_ready);
}

static int run(uv_loop_t *loop)
{
	uv_poll_t links, answers;
	uv_prepare_t prepare;
	uv_timer_t timer;

	uv_timer_init(loop, &timer);
	uv_prepare_init(loop, &prepare);
	prepare.data = &timer;
	uv_prepare_start(&prepare, on_prepare);
	ret = watch(loop, &links, rnl_table_fd(f.links), rnl_table_events(f.links));
	if (ret >= 0)
		ret = watch(loop, &answers, rnl_sock_fd(f.sock), rnl_sock_events(f.sock));
	if (ret >= 0)
		uv_run(loop, UV_RUN_DEFAULT);
	return ret;
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: loop_uv NAME-OF-LINK\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	ret = follow_open(&f, argv[1]);
	if (ret >= 0)
		ret = run(uv_default_loop());
	return follow_close(&f, ret);
}
