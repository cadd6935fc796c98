/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Sockets of a namespace of their own: before and after connecting, ports, groups, buffers, adopted
 * descriptors, sending and receiving. */
#define _GNU_SOURCE
#include <netlink/netlink.h>
#include <netlink/msg.h>
#include <netlink/socket.h>
#include <netlink/genl/genl.h>
#include <netlink/genl/ctrl.h>
#include <sys/socket.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>
#include "say.h"

static int option(struct nl_sock *sock, int level, int name)
{
	int value = -1;
	socklen_t len = sizeof value;

	getsockopt(nl_socket_get_fd(sock), level, name, &value, &len);
	return value;
}

static unsigned int groups(struct nl_sock *sock)
{
	struct sockaddr_nl name;
	socklen_t len = sizeof name;

	MUST(getsockname(nl_socket_get_fd(sock), (struct sockaddr *)&name, &len) == 0);
	return name.nl_groups;
}

static void unconnected(void)
{
	struct nl_sock *sock = nl_socket_alloc();
	struct nl_msg *msg = nlmsg_alloc();

	printf("fd %d peer %u %u room %zu\n", nl_socket_get_fd(sock), nl_socket_get_peer_port(sock),
	       nl_socket_get_peer_groups(sock), nl_socket_get_msg_buf_size(sock));
	printf("buffers %d\n", nl_socket_set_buffer_size(sock, 0, 0));
	printf("group %d %d\n", nl_socket_add_membership(sock, 1), nl_socket_drop_membership(sock, 1));
	printf("groups %d %d\n", nl_socket_add_memberships(sock, 0), nl_socket_drop_memberships(sock, 1, 2, 0));
	printf("nonblocking %d\n", nl_socket_set_nonblocking(sock));
	printf("passcred %d pktinfo %d\n", nl_socket_set_passcred(sock, 1), nl_socket_recv_pktinfo(sock, 1));
	printf("send %d\n", nl_send_auto(sock, msg));
	printf("sendto %d %d\n", nl_sendto(sock, msg, 4), nl_sendto(sock, NULL, 4));
	printf("receive %d\n", nl_recvmsgs_default(sock));
	nl_socket_set_peer_port(sock, 5);
	nl_socket_set_peer_groups(sock, 6);
	printf("peer %u %u\n", nl_socket_get_peer_port(sock), nl_socket_get_peer_groups(sock));
	nl_socket_set_msg_buf_size(sock, 99);
	printf("room %zu\n", nl_socket_get_msg_buf_size(sock));
	unsigned int first = nl_socket_use_seq(sock);
	printf("sequence %u\n", nl_socket_use_seq(sock) - first);
	nlmsg_free(msg);
	nl_socket_free(sock);
	nl_socket_free(NULL);
}

static void ports(void)
{
	struct nl_sock *a = nl_socket_alloc(), *b = nl_socket_alloc(), *many[40];
	unsigned int pid = (unsigned int)getpid() & 0x3fffff;

	printf("own %d\n", (nl_socket_get_local_port(a) & 0x3fffff) == pid);
	printf("same again %d\n", nl_socket_get_local_port(a) == nl_socket_get_local_port(a));
	nl_socket_set_local_port(a, 77);
	printf("asked for %u connect %d\n", nl_socket_get_local_port(a), nl_connect(a, NETLINK_ROUTE));
	printf("second time %d\n", nl_connect(a, NETLINK_ROUTE));
	nl_socket_set_local_port(b, 77);
	printf("taken %d fd %d\n", nl_connect(b, NETLINK_ROUTE), nl_socket_get_fd(b));
	nl_socket_set_local_port(b, 0);
	printf("any %d %d\n", nl_connect(b, NETLINK_ROUTE), (nl_socket_get_local_port(b) & 0x3fffff) == pid);
	nl_close(b);
	printf("closed fd %d", nl_socket_get_fd(b));
	printf(" connect %d\n", nl_connect(b, NETLINK_GENERIC));
	nl_close(b);
	printf("no such protocol %d\n", nl_connect(b, 31));
	for (size_t i = 0; i < COUNT(many); i++) {
		many[i] = nl_socket_alloc();
		MUST(nl_connect(many[i], NETLINK_ROUTE) == 0);
		for (size_t j = 0; j < i; j++)
			MUST(nl_socket_get_local_port(many[i]) != nl_socket_get_local_port(many[j]));
	}
	for (size_t i = 0; i < COUNT(many); i++)
		nl_socket_free(many[i]);
	nl_socket_free(a);
	nl_socket_free(b);
}

static void options(void)
{
	struct nl_sock *sock = nl_socket_alloc();

	nl_join_groups(sock, 5);
	printf("connect %d", nl_connect(sock, NETLINK_ROUTE));
	printf(" groups %x\n", groups(sock));
	printf("buffers %d %d\n", option(sock, SOL_SOCKET, SO_RCVBUF), option(sock, SOL_SOCKET, SO_SNDBUF));
	printf("set %d\n", nl_socket_set_buffer_size(sock, 150000, 8192));
	printf("buffers %d %d\n", option(sock, SOL_SOCKET, SO_RCVBUF), option(sock, SOL_SOCKET, SO_SNDBUF));
	nl_socket_set_buffer_size(sock, 8192, 0);
	printf("fix least buffer %d\n", option(sock, SOL_SOCKET, SO_RCVBUF));
	printf("sent buffer %d\n", option(sock, SOL_SOCKET, SO_SNDBUF));
	printf("groups %d", nl_socket_add_memberships(sock, 2, 4, 0));
	printf(" %x", groups(sock));
	printf(" %d", nl_socket_drop_memberships(sock, 1, 2, 0));
	printf(" %x", groups(sock));
	printf(" wrong %d %d %d\n", nl_socket_add_membership(sock, 1000), nl_socket_add_membership(sock, -1),
	       nl_socket_add_membership(sock, 0));
	printf("nonblocking %d %d\n", nl_socket_set_nonblocking(sock), fcntl(nl_socket_get_fd(sock), F_GETFL) & O_NONBLOCK);
	printf("nothing there %d\n", nl_recvmsgs_default(sock));
	printf("passcred %d %d\n", nl_socket_set_passcred(sock, 1), option(sock, SOL_SOCKET, SO_PASSCRED));
	printf("pktinfo %d\n", nl_socket_recv_pktinfo(sock, 1));
	printf("close on exec %d\n", fcntl(nl_socket_get_fd(sock), F_GETFD));
	nl_socket_free(sock);
}

static void adopting(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), other = socket(AF_UNIX, SOCK_DGRAM, 0), bound;
	struct nl_sock *sock = nl_socket_alloc();
	struct sockaddr_nl name = { .nl_family = AF_NETLINK, .nl_pid = 4242 };

	printf("negative %d\n", nl_socket_set_fd(sock, NETLINK_ROUTE, -1));
	printf("not open %d\n", nl_socket_set_fd(sock, NETLINK_ROUTE, 999));
	printf("unix %d\n", nl_socket_set_fd(sock, NETLINK_ROUTE, other));
	printf("other protocol %d\n", nl_socket_set_fd(sock, NETLINK_GENERIC, fd));
	printf("good %d %d\n", nl_socket_set_fd(sock, NETLINK_ROUTE, fd), nl_socket_get_fd(sock) == fd);
	printf("has a port %d\n", nl_socket_get_local_port(sock) != 0);
	printf("again %d\n", nl_socket_set_fd(sock, NETLINK_ROUTE, fd));
	nl_socket_free(sock);
	sock = nl_socket_alloc();
	bound = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
	MUST(bind(bound, (struct sockaddr *)&name, sizeof name) == 0);
	printf("any protocol %d", nl_socket_set_fd(sock, -1, bound));
	printf(" port %u resolve %d\n", nl_socket_get_local_port(sock), genl_ctrl_resolve(sock, "nlctrl"));
	nl_socket_free(sock);
	close(other);
}

static int count(struct nl_msg *msg, void *arg)
{
	(void)msg;
	++*(int *)arg;
	return NL_OK;
}

static void talking(void)
{
	struct nl_sock *sock = nl_socket_alloc();
	struct rtgenmsg gen = { .rtgen_family = AF_UNSPEC };
	struct sockaddr_nl from;
	struct ucred *creds = NULL;
	unsigned char *buf = NULL;
	struct nl_msg *msg;
	int n, valid = 0;

	MUST(nl_connect(sock, NETLINK_ROUTE) == 0);
	nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, count, &valid);
	printf("dump %d", nl_send_simple(sock, RTM_GETLINK, NLM_F_DUMP, &gen, sizeof gen));
	printf(" %d", nl_recvmsgs_default(sock));
	printf(" links %d\n", valid);
	printf("refused %d", nl_send_simple(sock, RTM_NEWLINK, 0, NULL, 0));
	printf(" %d\n", nl_wait_for_ack(sock));
	msg = nlmsg_alloc_simple(RTM_SETLINK, 0);
	nlmsg_append(msg, &(struct ifinfomsg){ .ifi_index = 1 }, sizeof(struct ifinfomsg), NLMSG_ALIGNTO);
	printf("sync %d\n", nl_send_sync(sock, msg));
	msg = nlmsg_alloc_simple(RTM_SETLINK, 0);
	nlmsg_append(msg, &(struct ifinfomsg){ .ifi_index = 4711 }, sizeof(struct ifinfomsg), NLMSG_ALIGNTO);
	printf("sync refused %d\n", nl_send_sync(sock, msg));
	nl_socket_disable_auto_ack(sock);
	msg = nlmsg_alloc_simple(RTM_SETLINK, 0);
	nlmsg_append(msg, &(struct ifinfomsg){ .ifi_index = 4711 }, sizeof(struct ifinfomsg), NLMSG_ALIGNTO);
	printf("no ack to wait for %d", nl_send_sync(sock, msg));
	printf(" %d\n", nl_recvmsgs_default(sock));
	nl_socket_enable_auto_ack(sock);
	nl_socket_set_passcred(sock, 1);
	MUST(nl_send_simple(sock, RTM_GETLINK, NLM_F_DUMP, &gen, sizeof gen) > 0);
	n = nl_recv(sock, &from, &buf, &creds);
	printf("recv %d from %u creds %d %u\n", n > 0, from.nl_pid, creds != NULL, creds ? creds->uid : 99);
	free(buf);
	free(creds);
	printf("recv nowhere %d\n", nl_recv(sock, NULL, &buf, NULL));
	nl_socket_free(sock);
	/* A buffer that is too small, without peeking, cuts. */
	sock = nl_socket_alloc();
	MUST(nl_connect(sock, NETLINK_ROUTE) == 0);
	nl_socket_set_msg_buf_size(sock, 40);
	MUST(nl_send_simple(sock, RTM_GETLINK, NLM_F_DUMP, &gen, sizeof gen) > 0);
	printf("cut %d\n", nl_recvmsgs_default(sock));
	nl_socket_free(sock);
	sock = nl_socket_alloc();
	MUST(nl_connect(sock, NETLINK_ROUTE) == 0);
	nl_socket_enable_msg_peek(sock);
	nl_socket_disable_msg_peek(sock);
	nl_socket_enable_msg_peek(sock);
	nl_socket_set_nonblocking(sock);
	nl_socket_set_peer_port(sock, nl_socket_get_local_port(sock));
	msg = nlmsg_alloc_simple(0x99, 0);
	nl_complete_msg(sock, msg);
	printf("completed %x %d %d\n", nlmsg_hdr(msg)->nlmsg_flags, nlmsg_hdr(msg)->nlmsg_pid == nl_socket_get_local_port(sock),
	       nlmsg_get_proto(msg));
	nl_auto_complete(sock, msg);
	printf("to itself %d", nl_send(sock, msg));
	printf(" %d\n", nl_recvmsgs_default(sock));
	printf("by hand %d", nl_sendto(sock, nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len));
	printf(" %d %d\n", nl_recvmsgs_default(sock), nl_recvmsgs_default(sock));
	printf("auto complete %d\n", nl_send_auto_complete(sock, msg));
	nlmsg_free(msg);
	nl_socket_free(sock);
}

/* As programs do that send several parts: headers and addresses of their own. */
static void by_hand(void)
{
	struct nl_sock *sock = nl_socket_alloc(), *peer = nl_socket_alloc();
	struct nl_msg *msg = nlmsg_alloc_simple(0x98, 0);
	struct sockaddr_nl to = { .nl_family = AF_NETLINK };
	struct ucred creds = { .pid = getpid(), .uid = getuid(), .gid = getgid() };
	struct iovec iov[2];
	struct msghdr hdr = { .msg_name = &to, .msg_namelen = sizeof to, .msg_iov = iov, .msg_iovlen = 1 };
	char more[4] = "more";
	struct nl_cb *cb;

	MUST(nl_connect(sock, NETLINK_USERSOCK) == 0 && nl_connect(peer, NETLINK_USERSOCK) == 0);
	to.nl_pid = nl_socket_get_local_port(peer);
	nlmsg_set_dst(msg, &to);
	nlmsg_set_creds(msg, &creds);
	nl_complete_msg(sock, msg);
	iov[0] = (struct iovec){ nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len };
	iov[1] = (struct iovec){ more, sizeof more };
	nlmsg_hdr(msg)->nlmsg_len += sizeof more;
	printf("parts %d", nl_send_iovec(sock, msg, iov, 2));
	nl_socket_disable_seq_check(peer);
	cb = nl_socket_get_cb(peer);
	printf(" %d\n", nl_recvmsgs_report(peer, cb));
	printf("header %d", nl_sendmsg(sock, msg, &hdr));
	nl_socket_set_nonblocking(peer);
	printf(" %d\n", nl_recvmsgs_report(peer, cb));
	nl_cb_put(cb);
	nlmsg_free(msg);
	nl_socket_free(sock);
	nl_socket_free(peer);
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	unconnected();
	ports();
	options();
	adopting();
	talking();
	by_hand();
	return 0;
}
