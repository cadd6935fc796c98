/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Start-up with libc alone: the limit. */
#include <linux/netlink.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void)
{
	struct sockaddr_nl own = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0 || bind(fd, (struct sockaddr *)&own, sizeof own) < 0)
		return 1;
	return close(fd) < 0;
}
