/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include <linux/netlink.h>
#include <rnl/rnl.h>

int main(void)
{
	struct rnl_sock *s = NULL;

	if (rnl_sock_open(&s, NETLINK_ROUTE, NULL, NULL) < 0)
		return 1;
	return rnl_sock_close(s) < 0;
}
