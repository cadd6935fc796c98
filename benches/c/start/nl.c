/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Linked twice: with libnl-3 alone, and with its genl and route libraries. */
#include <netlink/netlink.h>

int main(void)
{
	struct nl_sock *s = nl_socket_alloc();

	if (!s || nl_connect(s, NETLINK_ROUTE) < 0)
		return 1;
	nl_socket_free(s);
	return 0;
}
