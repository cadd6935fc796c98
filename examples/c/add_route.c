/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Add a route, or say why not: add_route 198.51.100.0/24 via 192.0.2.9 dev eth0
 *
 *     cc -o add_route add_route.c $(pkg-config --cflags --libs rnl)
 */
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <rnl/rnl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Asks the kernel for the link of that name, and gives its index. */
static int link_index(struct rnl_sock *sock, const char *name, int *index, struct rnl_err **err)
{
	struct rnl_msg *msg = rnl_msg_new(RTM_GETLINK, 0);
	struct rnl_reply *reply = NULL;
	struct ifinfomsg link = {0};
	struct rnl_view view;
	int ret;

	rnl_msg_put_header(msg, &link, sizeof(link));
	rnl_msg_put_str(msg, IFLA_IFNAME, name);
	ret = rnl_sock_call(sock, msg, 5000, &reply, err);
	if (ret == 0 && rnl_reply_next(reply, &view) == 1)
		rnl_view_fixed(&view, &link, sizeof(link));
	*index = link.ifi_index;
	rnl_reply_free(reply);
	rnl_msg_free(msg);
	return ret;
}

/* Puts are not looked at one by one: rnl_sock_call() reports the first that failed. */
static int add_route(struct rnl_sock *sock, const char *destination, int bits,
		     const char *gateway, int index, struct rnl_err **err)
{
	struct rnl_msg *msg = rnl_msg_new(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL);
	struct rtmsg route = {
		.rtm_family = strchr(destination, ':') ? AF_INET6 : AF_INET,
		.rtm_dst_len = bits,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_STATIC,
		.rtm_type = RTN_UNICAST,
	};
	int ret;

	rnl_msg_put_header(msg, &route, sizeof(route));
	rnl_msg_put_ip(msg, RTA_DST, destination);
	rnl_msg_put_ip(msg, RTA_GATEWAY, gateway);
	rnl_msg_put_u32(msg, RTA_OIF, index);
	ret = rnl_sock_call(sock, msg, 5000, NULL, err);
	rnl_msg_free(msg);
	return ret;
}

int main(int argc, char **argv)
{
	struct rnl_err *err = NULL;
	struct rnl_sock *sock = NULL;
	char *slash = argc == 6 ? strchr(argv[1], '/') : NULL;
	int bits = slash ? atoi(slash + 1) : -1;
	int index, ret;

	if (bits < 0 || bits > 128 || strcmp(argv[2], "via") != 0 || strcmp(argv[4], "dev") != 0) {
		fprintf(stderr, "usage: add_route DEST/LEN via GATEWAY dev DEV\n");
		return 2;
	}
	*slash = 0;
	ret = rnl_sock_open(&sock, NETLINK_ROUTE, NULL, &err);
	if (ret == 0)
		ret = link_index(sock, argv[5], &index, &err);
	if (ret == 0)
		ret = add_route(sock, argv[1], bits, argv[3], index, &err);
	if (ret == 0)
		puts("added");
	else
		fprintf(stderr, "add_route: %s\n", rnl_err_text(err));

	rnl_sock_close(sock);
	rnl_err_free(err);
	return ret < 0;
}
