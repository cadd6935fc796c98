/* SPDX-License-Identifier: MIT OR Apache-2.0
 * More sockets than there are port numbers, ports that others have, ports that are set by hand at every stage,
 * and steps on sockets drawn by lot. */
#define _GNU_SOURCE
#include <netlink/netlink.h>
#include <netlink/msg.h>
#include <netlink/socket.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include "say.h"

#define MANY 1100

static struct nl_sock *sock[MANY];
static uint32_t port[MANY];

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* How many different ports there are, how many of the process's own kind, and how many of none. */
static void count_ports(const char *what)
{
	uint32_t pid = (uint32_t)getpid() & 0x3fffff;
	int different = 0, own = 0, none = 0;

	for (int i = 0; i < MANY; i++)
		port[i] = nl_socket_get_local_port(sock[i]);
	qsort(port, MANY, sizeof *port, compare);
	for (int i = 0; i < MANY; i++) {
		different += i == 0 || port[i] != port[i - 1];
		own += (port[i] & 0x3fffff) == pid;
		none += port[i] == 0;
	}
	printf("%s: %d different, %d own, %d none\n", what, different, own, none);
}

static void all(void)
{
	int connected = 0;

	for (int i = 0; i < MANY; i++)
		sock[i] = nl_socket_alloc();
	/* Stock gives all that are left the same one, and connects one of them. */
	count_ports("fix without connecting");
	for (int i = 0; i < MANY; i++)
		connected += nl_connect(sock[i], NETLINK_ROUTE) == 0;
	printf("fix connected %d\n", connected);
	count_ports("fix connected");
	for (int i = 0; i < MANY; i += 2) {
		nl_socket_free(sock[i]);
		sock[i] = nl_socket_alloc();
	}
	count_ports("fix half of them new");
	for (int i = 0; i < MANY; i++)
		nl_socket_free(sock[i]);
	for (int i = 0; i < MANY; i++)
		MUST(nl_connect(sock[i] = nl_socket_alloc(), NETLINK_GENERIC) == 0);
	count_ports("all new");
	for (int i = 0; i < MANY; i++)
		nl_socket_free(sock[i]);
}

/* Every port of ours is someone else's: the kernel chooses. */
static void taken(void)
{
	static int fd[1024];
	uint32_t pid = (uint32_t)getpid() & 0x3fffff;
	struct nl_sock *one = nl_socket_alloc(), *two = nl_socket_alloc();

	for (uint32_t n = 0; n < 1024; n++) {
		struct sockaddr_nl name = { .nl_family = AF_NETLINK, .nl_pid = pid | n << 22 };

		fd[n] = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
		MUST(bind(fd[n], (struct sockaddr *)&name, sizeof name) == 0);
	}
	printf("taken: connect %d", nl_connect(one, NETLINK_ROUTE));
	printf(" own %d", (nl_socket_get_local_port(one) & 0x3fffff) == pid);
	nl_socket_get_local_port(two);
	printf(" port asked for before: %d\n", nl_connect(two, NETLINK_ROUTE));
	nl_socket_free(one);
	printf("other protocol: connect %d", nl_connect(one = nl_socket_alloc(), NETLINK_GENERIC));
	printf(" own %d\n", (nl_socket_get_local_port(one) & 0x3fffff) == pid);
	for (uint32_t n = 0; n < 1024; n++)
		close(fd[n]);
	nl_socket_free(one);
	nl_socket_free(two);
}

static const char *kind(uint32_t number)
{
	return number == 0 ? "none" : (number & 0x3fffff) == ((uint32_t)getpid() & 0x3fffff) ? "own" : number < 5000 ? "set" : "the kernel's";
}

static int step(struct nl_sock *one)
{
	switch (dice(16)) {
	case 0: case 1: return nl_connect(one, dice(3) ? NETLINK_ROUTE : dice(2) ? NETLINK_GENERIC : 31);
	case 2: nl_close(one); return 0;
	case 3: nl_socket_set_local_port(one, dice(2) ? 0 : 1000 + dice(3)); return 0;
	case 4: nl_socket_get_local_port(one); return 0;
	case 5: return nl_socket_set_buffer_size(one, 200000, dice(2) ? 0 : 50000);
	case 6: return nl_socket_add_membership(one, (int)dice(40) - 2);
	case 7: return nl_socket_add_memberships(one, (int)dice(30), (int)dice(30), (int)dice(30), 0);
	case 8: return nl_socket_drop_memberships(one, (int)dice(30), (int)dice(30) - 1, (int)dice(30), 0);
	case 9: nl_join_groups(one, (int)dice(1 << 28)); return 0;
	case 10: return nl_socket_set_nonblocking(one);
	case 11: return nl_socket_set_passcred(one, (int)dice(2));
	case 12: return nl_socket_set_fd(one, dice(2) ? -1 : NETLINK_ROUTE, dice(2) ? -1 : 0);
	case 13: return nl_socket_recv_pktinfo(one, (int)dice(2));
	case 14: return nl_send_simple(one, 0x40, 0, NULL, 0);
	default: nl_socket_set_peer_port(one, dice(2) ? 0 : 4711); return 0;
	}
}

static void steps(void)
{
	for (int round = 0; round < 300; round++) {
		struct nl_sock *one = nl_socket_alloc();

		printf("%d:", round);
		for (unsigned int n = 3 + dice(15); n; n--) {
			struct sockaddr_nl name = { 0 };
			socklen_t len = sizeof name;
			int answer = step(one);

			printf(" %d", answer);
			if (nl_socket_get_fd(one) >= 0) {
				MUST(getsockname(nl_socket_get_fd(one), (struct sockaddr *)&name, &len) == 0);
				printf("(%s, groups %x)", kind(name.nl_pid), name.nl_groups);
			}
		}
		printf(" port %s\n", kind(nl_socket_get_local_port(one)));
		nl_socket_free(one);
	}
}

int main(void)
{
	struct rlimit limit;

	setvbuf(stdout, NULL, _IONBF, 0);
	MUST(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	limit.rlim_cur = 4096 < limit.rlim_max ? 4096 : limit.rlim_max;
	MUST(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	all();
	taken();
	steps();
	return 0;
}
