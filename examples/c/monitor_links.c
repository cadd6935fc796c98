/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Tell when links appear, change and go: monitor_links [-n COUNT-OF-LINES]
 *
 *     cc -o monitor_links monitor_links.c $(pkg-config --cflags --libs rnl)
 */
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <rnl/rnl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static const char *const states[] = {
	"unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up",
};

/* A link is new if the kernel says of all its flags that they have changed. */
static const char *what_happened(const struct rnl_view *view, const struct ifinfomsg *link)
{
	if (view->type == RTM_DELLINK)
		return "gone";
	return link->ifi_change == ~0u ? "new" : "changed";
}

/* False if it was not about a link: bridges tell of their ports in the same group. */
static bool print_event(const struct rnl_view *view)
{
	struct ifinfomsg link;
	struct rnl_attrs attrs;
	struct rnl_attr attr[IFLA_MAX + 1];
	char name[64] = "-";
	uint8_t state = 0;

	rnl_view_fixed(view, &link, sizeof(link));
	if (link.ifi_family != AF_UNSPEC)
		return false;
	rnl_view_attrs(view, sizeof(link), &attrs);
	rnl_attrs_table(&attrs, attr, IFLA_MAX + 1);
	rnl_attr_strcpy(&attr[IFLA_IFNAME], name, sizeof(name));
	rnl_attr_u8(&attr[IFLA_OPERSTATE], &state);
	printf("%-7s  %5d  %-15s  %s\n", what_happened(view, &link), link.ifi_index, name,
	       state < sizeof(states) / sizeof(states[0]) ? states[state] : "-");
	return true;
}

/* Prints events until `count` have come; a negative count never ends. */
static int monitor(struct rnl_sock *sock, long count, struct rnl_err **err)
{
	struct rnl_view view;

	while (count != 0) {
		int ret = rnl_sock_next(sock, &view, -1, err);

		if (ret == 1)
			count -= print_event(&view);
		else if (ret == -ENOBUFS)
			puts("lost     events are missing here");
		else
			return ret;
		rnl_err_free(*err);
		*err = NULL;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct rnl_err *err = NULL;
	struct rnl_sock *sock = NULL;
	long count = argc == 3 && strcmp(argv[1], "-n") == 0 ? atol(argv[2]) : -1;
	int ret;

	setvbuf(stdout, NULL, _IOLBF, 0);
	ret = rnl_sock_open(&sock, NETLINK_ROUTE, NULL, &err);
	if (ret == 0)
		ret = rnl_sock_join(sock, RTNLGRP_LINK, &err);
	if (ret == 0) {
		puts("ready");
		ret = monitor(sock, count, &err);
	}
	if (ret < 0)
		fprintf(stderr, "monitor_links: %s\n", rnl_err_text(err));

	rnl_sock_close(sock);
	rnl_err_free(err);
	return ret < 0;
}
