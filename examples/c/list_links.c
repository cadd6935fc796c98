/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * List the network links: list_links
 *
 *     cc -o list_links list_links.c $(pkg-config --cflags --libs rnl)
 */
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <rnl/rnl.h>
#include <stdio.h>

/* IF_OPER_* */
static const char *const states[] = {
	"unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up",
};

static const char *state_of(const struct rnl_attr *attr)
{
	uint8_t state;

	if (rnl_attr_u8(attr, &state) < 0 || state >= sizeof(states) / sizeof(states[0]))
		return "-";
	return states[state];
}

static void print_mac(const struct rnl_attr *attr)
{
	uint8_t mac[6];
	char text[18] = "-";

	if (rnl_attr_mac(attr, mac) == 0)
		snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x",
			 mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
	printf("  %-17s", text);
}

/* What the kernel did not send keeps its default. */
static void print_link(const struct rnl_view *view)
{
	struct rtnl_link_stats64 stats = {0};
	struct ifinfomsg link;
	struct rnl_attrs attrs, info;
	struct rnl_attr attr[IFLA_MAX + 1], kind;
	char name[64] = "-", kind_name[64] = "-";
	uint32_t mtu = 0;

	rnl_view_fixed(view, &link, sizeof(link));
	rnl_view_attrs(view, sizeof(link), &attrs);
	rnl_attrs_table(&attrs, attr, IFLA_MAX + 1);
	rnl_attr_strcpy(&attr[IFLA_IFNAME], name, sizeof(name));
	rnl_attr_u32(&attr[IFLA_MTU], &mtu);
	rnl_attr_fixed(&attr[IFLA_STATS64], &stats, sizeof(stats));
	rnl_attr_nested(&attr[IFLA_LINKINFO], &info);
	if (rnl_attrs_find(&info, IFLA_INFO_KIND, &kind) == 1)
		rnl_attr_strcpy(&kind, kind_name, sizeof(kind_name));

	printf("%5d  %-15s  %-10s  %-14s  %5u", link.ifi_index, name, kind_name,
	       state_of(&attr[IFLA_OPERSTATE]), mtu);
	print_mac(&attr[IFLA_ADDRESS]);
	printf("  %12ju  %12ju\n", (uintmax_t)stats.rx_bytes, (uintmax_t)stats.tx_bytes);
}

int main(void)
{
	struct rnl_err *err = NULL;
	struct rnl_sock *sock = NULL;
	struct rnl_dump *dump = NULL;
	struct rnl_msg *msg = rnl_msg_new(RTM_GETLINK, 0);
	struct ifinfomsg all = {0};
	struct rnl_view link;
	int ret;

	rnl_msg_put_header(msg, &all, sizeof(all));
	ret = rnl_sock_open(&sock, NETLINK_ROUTE, NULL, &err);
	if (ret == 0)
		ret = rnl_dump_start(&dump, sock, msg, RNL_DUMP_CONSISTENT, 5000, &err);
	if (ret == 0)
		printf("%5s  %-15s  %-10s  %-14s  %5s  %-17s  %12s  %12s\n", "INDEX", "NAME",
		       "KIND", "STATE", "MTU", "MAC", "RX-BYTES", "TX-BYTES");
	while (ret >= 0 && (ret = rnl_dump_next(dump, &link, &err)) == 1)
		print_link(&link);
	if (ret < 0)
		fprintf(stderr, "list_links: %s\n", rnl_err_text(err));

	rnl_dump_free(dump);
	rnl_sock_close(sock);
	rnl_msg_free(msg);
	rnl_err_free(err);
	return ret < 0;
}
