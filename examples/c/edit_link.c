/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Make, change and delete links:
 *
 *     edit_link add NAME bridge | edit_link add NAME veth PEER | edit_link add NAME vxlan ID
 *     edit_link up NAME | edit_link mtu NAME BYTES | edit_link delete NAME
 *
 *     cc -o edit_link edit_link.c $(pkg-config --cflags --libs rnl)
 */
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <rnl/rnl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What only links of this kind have. The peer of a veth is described as a link is. */
static void put_data(struct rnl_msg *msg, const char *kind, const char *detail)
{
	struct ifinfomsg peer = {0};

	rnl_msg_nest_begin(msg, IFLA_INFO_DATA);
	if (strcmp(kind, "vxlan") == 0) {
		rnl_msg_put_u32(msg, IFLA_VXLAN_ID, strtoul(detail, NULL, 10));
		rnl_msg_put_be16(msg, IFLA_VXLAN_PORT, 4789);
	} else if (strcmp(kind, "veth") == 0) {
		rnl_msg_nest_begin(msg, VETH_INFO_PEER);
		rnl_msg_put_raw(msg, &peer, sizeof(peer));
		rnl_msg_put_str(msg, IFLA_IFNAME, detail);
		rnl_msg_nest_end(msg);
	}
	rnl_msg_nest_end(msg);
}

static void put_kind(struct rnl_msg *msg, const char *kind, const char *detail)
{
	rnl_msg_nest_begin(msg, IFLA_LINKINFO);
	rnl_msg_put_str(msg, IFLA_INFO_KIND, kind);
	if (detail)
		put_data(msg, kind, detail);
	rnl_msg_nest_end(msg);
}

/* Without an index, the name says which link is meant. NULL if `verb` is none of the above. */
static struct rnl_msg *request(const char *verb, const char *name, const char *a, const char *b)
{
	bool add = strcmp(verb, "add") == 0 && a, delete = strcmp(verb, "delete") == 0;
	bool up = strcmp(verb, "up") == 0, mtu = strcmp(verb, "mtu") == 0 && a;
	struct ifinfomsg link = {.ifi_flags = up ? IFF_UP : 0, .ifi_change = up ? IFF_UP : 0};
	struct rnl_msg *msg;

	if (!add && !delete && !up && !mtu)
		return NULL;
	msg = rnl_msg_new(delete ? RTM_DELLINK : RTM_NEWLINK, add ? NLM_F_CREATE | NLM_F_EXCL : 0);
	rnl_msg_put_header(msg, &link, sizeof(link));
	rnl_msg_put_str(msg, IFLA_IFNAME, name);
	if (add)
		put_kind(msg, a, b);
	else if (mtu)
		rnl_msg_put_u32(msg, IFLA_MTU, strtoul(a, NULL, 10));
	return msg;
}

int main(int argc, char **argv)
{
	struct rnl_err *err = NULL;
	struct rnl_sock *sock = NULL;
	struct rnl_msg *msg = NULL;
	int ret;

	if (argc > 2)
		msg = request(argv[1], argv[2], argv[3], argc > 4 ? argv[4] : NULL);
	if (!msg) {
		fprintf(stderr, "usage: edit_link add|delete|up|mtu NAME [...]\n");
		return 2;
	}
	ret = rnl_sock_open(&sock, NETLINK_ROUTE, NULL, &err);
	if (ret == 0)
		ret = rnl_sock_call(sock, msg, 5000, NULL, &err);
	if (ret < 0)
		fprintf(stderr, "edit_link: %s\n", rnl_err_text(err));

	rnl_msg_free(msg);
	rnl_sock_close(sock);
	rnl_err_free(err);
	return ret < 0;
}
