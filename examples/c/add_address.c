/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Give a link an address, or say why not: add_address 192.0.2.1/24 dev eth0
 *
 *     cc -o add_address add_address.c $(pkg-config --cflags --libs rnl)
 */
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <rnl/rnl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* IFA_F_NODAD: an IPv6 address can be used at once. */
static int add_address(struct rnl_sock *sock, const char *address, int bits, unsigned int index,
		       struct rnl_err **err)
{
	struct rnl_msg *msg = rnl_msg_new(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL);
	struct ifaddrmsg header = {
		.ifa_family = strchr(address, ':') ? AF_INET6 : AF_INET,
		.ifa_prefixlen = bits,
		.ifa_flags = IFA_F_NODAD,
		.ifa_index = index,
	};
	int ret;

	rnl_msg_put_header(msg, &header, sizeof(header));
	rnl_msg_put_ip(msg, IFA_LOCAL, address);
	rnl_msg_put_ip(msg, IFA_ADDRESS, address);
	ret = rnl_sock_call(sock, msg, 5000, NULL, err);
	rnl_msg_free(msg);
	return ret;
}

int main(int argc, char **argv)
{
	struct rnl_err *err = NULL;
	struct rnl_sock *sock = NULL;
	char *slash = argc == 4 ? strchr(argv[1], '/') : NULL;
	int bits = slash ? atoi(slash + 1) : -1;
	int ret;

	if (bits < 0 || bits > 128 || strcmp(argv[2], "dev") != 0) {
		fprintf(stderr, "usage: add_address ADDRESS/LEN dev DEV\n");
		return 2;
	}
	*slash = 0;
	ret = rnl_sock_open(&sock, NETLINK_ROUTE, NULL, &err);
	if (ret == 0)
		ret = add_address(sock, argv[1], bits, if_nametoindex(argv[3]), &err);
	if (ret == 0)
		puts("added");
	else
		fprintf(stderr, "add_address: %s\n", rnl_err_text(err));

	rnl_sock_close(sock);
	rnl_err_free(err);
	return ret < 0;
}
