/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Add many routes in one go, and say which the kernel refused: add_many_routes 100000 dev eth0
 *
 *     cc -o add_many_routes add_many_routes.c $(pkg-config --cflags --libs rnl)
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <rnl/rnl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Route number n: to 10.0.0.0 + n. The message is used again and again, since it is copied. */
static void set_route(struct rnl_msg *msg, uint32_t n, unsigned int index)
{
	struct rtmsg route = {
		.rtm_family = AF_INET,
		.rtm_dst_len = 32,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_STATIC,
		.rtm_scope = RT_SCOPE_LINK,
		.rtm_type = RTN_UNICAST,
	};

	rnl_msg_reset(msg, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL);
	rnl_msg_put_header(msg, &route, sizeof(route));
	rnl_msg_put_be32(msg, RTA_DST, (10u << 24) + n);
	rnl_msg_put_u32(msg, RTA_OIF, index);
}

/* Waits for one that was refused. 0 if there are no more. */
static int take_refusal(struct rnl_sock *sock, uint32_t *refused, struct rnl_err **err)
{
	struct rnl_done done;
	int ret = rnl_sock_complete(sock, &done, -1, err);

	if (ret == 1) {
		if ((*refused)++ < 10)
			fprintf(stderr, "route %ju: %s\n", (uintmax_t)done.user, rnl_err_text(done.err));
		rnl_reply_free(done.reply);
		rnl_err_free(done.err);
	}
	return ret;
}

/* Success is quiet, so all completions are refusals. Where too much waits, they are taken first. */
static int add_routes(struct rnl_sock *sock, uint32_t count, unsigned int index, uint32_t *refused,
		      struct rnl_err **err)
{
	struct rnl_msg *msg = rnl_msg_new(RTM_NEWROUTE, 0);
	int ret = 0;

	for (uint32_t n = 0; n < count && ret >= 0; n++) {
		set_route(msg, n, index);
		while ((ret = rnl_sock_submit(sock, msg, RNL_SUBMIT_QUIET, n, 10000, NULL, NULL)) == -EAGAIN)
			if ((ret = take_refusal(sock, refused, err)) < 0)
				break;
	}
	while (ret >= 0 && (ret = take_refusal(sock, refused, err)) == 1)
		;
	rnl_msg_free(msg);
	return ret;
}

int main(int argc, char **argv)
{
	struct rnl_err *err = NULL;
	struct rnl_sock *sock = NULL;
	uint32_t count = argc == 4 ? strtoul(argv[1], NULL, 10) : 0, refused = 0;
	unsigned int index = argc == 4 ? if_nametoindex(argv[3]) : 0;
	int ret;

	if (count == 0 || count > 1 << 24 || strcmp(argv[2], "dev") != 0 || index == 0) {
		fprintf(stderr, "usage: add_many_routes COUNT dev DEV\n");
		return 2;
	}
	ret = rnl_sock_open(&sock, NETLINK_ROUTE, NULL, &err);
	if (ret >= 0)
		ret = add_routes(sock, count, index, &refused, &err);
	if (ret >= 0)
		printf("%u added, %u refused\n", count - refused, refused);
	else
		fprintf(stderr, "add_many_routes: %s\n", err ? rnl_err_text(err) : strerror(-ret));

	rnl_sock_close(sock);
	rnl_err_free(err);
	return ret < 0 || refused > 0;
}
