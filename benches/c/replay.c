/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Linked into a contestant, this takes the kernel's place: whatever is sent
 * starts the dump recorded in the file BENCH_RECORDING from its beginning.
 * It stands behind the socket calls of libc, so each library runs all of its
 * own code and none of the kernel's. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* <poll.h> declares that poll() only writes to its array, which is not so of
 * the function itself. */
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

static char *recording;
static size_t size, at;

__attribute__((constructor)) static void load(void)
{
	const char *path = getenv("BENCH_RECORDING");
	int fd = path ? open(path, O_RDONLY) : -1;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0) {
		fprintf(stderr, "replay: BENCH_RECORDING: %s\n",
			path ? strerror(errno) : "not set");
		exit(2);
	}
	size = at = (size_t)st.st_size;
	recording = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (recording == MAP_FAILED)
		exit(2);
	close(fd);
}

static uint32_t length_at(size_t offset)
{
	uint32_t len;

	memcpy(&len, recording + offset, sizeof len);
	return len;
}

static void address_datagram(char *data, size_t len, uint32_t seq, uint32_t port)
{
	for (struct nlmsghdr *h = (struct nlmsghdr *)data; NLMSG_OK(h, len); h = NLMSG_NEXT(h, len)) {
		h->nlmsg_seq = seq;
		h->nlmsg_pid = port;
	}
}

/* Rewinds, and makes every message an answer to this request. */
static void start(int fd, const struct nlmsghdr *request)
{
	struct sockaddr_nl own = { 0 };
	socklen_t own_len = sizeof own;

	getsockname(fd, (struct sockaddr *)&own, &own_len);
	for (at = 0; at < size; at += sizeof(uint32_t) + length_at(at))
		address_datagram(recording + at + sizeof(uint32_t), length_at(at),
				 request->nlmsg_seq, own.nl_pid);
	at = 0;
}

/* Hands over the next datagram, as much of it as fits. */
static ssize_t next(void *buffer, size_t room, int flags, int *truncated)
{
	size_t len, fits;

	if (at == size) {
		errno = EAGAIN;
		return -1;
	}
	len = length_at(at);
	fits = len < room ? len : room;
	*truncated = fits < len;
	memcpy(buffer, recording + at + sizeof(uint32_t), fits);
	if (!(flags & MSG_PEEK))
		at += sizeof(uint32_t) + len;
	return (ssize_t)(flags & MSG_TRUNC ? len : fits);
}

static void from_kernel(struct sockaddr *from, socklen_t *len)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	if (from && *len >= sizeof kernel)
		memcpy(from, &kernel, sizeof kernel);
	*len = sizeof kernel;
}

ssize_t sendto(int fd, const void *data, size_t len, int flags, const struct sockaddr *to,
	       socklen_t to_len)
{
	(void)flags, (void)to, (void)to_len;
	start(fd, data);
	return (ssize_t)len;
}

ssize_t send(int fd, const void *data, size_t len, int flags)
{
	(void)flags;
	start(fd, data);
	return (ssize_t)len;
}

ssize_t sendmsg(int fd, const struct msghdr *m, int flags)
{
	size_t len = 0;

	(void)flags;
	start(fd, m->msg_iov[0].iov_base);
	for (size_t i = 0; i < m->msg_iovlen; i++)
		len += m->msg_iov[i].iov_len;
	return (ssize_t)len;
}

ssize_t recv(int fd, void *buffer, size_t room, int flags)
{
	int truncated;

	(void)fd;
	return next(buffer, room, flags, &truncated);
}

ssize_t recvfrom(int fd, void *buffer, size_t room, int flags, struct sockaddr *from,
		 socklen_t *from_len)
{
	int truncated;

	(void)fd;
	if (from_len)
		from_kernel(from, from_len);
	return next(buffer, room, flags, &truncated);
}

/* Receives into the first buffer only: nobody here scatters. */
ssize_t recvmsg(int fd, struct msghdr *m, int flags)
{
	int truncated = 0;
	ssize_t n = next(m->msg_iov[0].iov_base, m->msg_iov[0].iov_len, flags, &truncated);

	(void)fd;
	from_kernel(m->msg_name, &m->msg_namelen);
	m->msg_controllen = 0;
	m->msg_flags = truncated ? MSG_TRUNC : 0;
	return n;
}

static int ready(struct pollfd *fds, nfds_t n)
{
	for (nfds_t i = 0; i < n; i++)
		fds[i].revents = fds[i].events & (POLLOUT | (at < size ? POLLIN : 0));
	return (int)n;
}

int poll(struct pollfd *fds, nfds_t n, int timeout)
{
	(void)timeout;
	return ready(fds, n);
}

int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask)
{
	(void)timeout, (void)mask;
	return ready(fds, n);
}
