/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include <libmnl/libmnl.h>

int main(void)
{
	struct mnl_socket *s = mnl_socket_open(NETLINK_ROUTE);

	if (!s || mnl_socket_bind(s, 0, MNL_SOCKET_AUTOPID) < 0)
		return 1;
	return mnl_socket_close(s) < 0;
}
