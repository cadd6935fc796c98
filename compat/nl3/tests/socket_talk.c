/* SPDX-License-Identifier: MIT OR Apache-2.0
 * What sockets make of datagrams that a peer sends as it likes, with every way to receive them, and of the kernel's
 * errors with extended and capped acknowledgements. */
#define _GNU_SOURCE
#include <linux/rtnetlink.h>
#include <netlink/netlink.h>
#include <netlink/msg.h>
#include <netlink/socket.h>
#include <sys/socket.h>
#include <unistd.h>
#include "say.h"

static struct nl_sock *sock, *peer;

static void send_bytes(size_t len, uint32_t says)
{
	static unsigned char bytes[1 << 18];
	struct nlmsghdr nlh = { .nlmsg_len = says, .nlmsg_type = 0x99 };
	struct sockaddr_nl to = { .nl_family = AF_NETLINK, .nl_pid = nl_socket_get_local_port(sock) };

	memset(bytes, 'x', len);
	memcpy(bytes, &nlh, sizeof nlh);
	if (sendto(nl_socket_get_fd(peer), bytes, len, 0, (struct sockaddr *)&to, sizeof to) != (ssize_t)len)
		printf("not sent ");
}

static int valid(struct nl_msg *msg, void *arg)
{
	struct ucred *creds = nlmsg_get_creds(msg);

	(void)arg;
	printf(" message of %u in %zu, proto %d, ours %d", nlmsg_hdr(msg)->nlmsg_len, nlmsg_get_max_size(msg), nlmsg_get_proto(msg),
	       nlmsg_get_src(msg)->nl_pid == nl_socket_get_local_port(peer));
	if (creds)
		printf(" pid %d uid %u", creds->pid == getpid(), creds->uid);
	return NL_OK;
}

/* Credentials that come and are not asked for are a cut datagram to stock. */
static void receive(int asks)
{
	struct sockaddr_nl from = { 0 };
	unsigned char *buf = (unsigned char *)1;
	struct ucred *creds = (struct ucred *)1;
	int n;

	if (dice(2)) {
		printf(" = %d\n", nl_recvmsgs_default(sock));
		return;
	}
	n = nl_recv(sock, &from, &buf, asks || dice(2) ? &creds : NULL);
	printf(" recv %d from %d: buffer %d", n, from.nl_pid == nl_socket_get_local_port(peer),
	       buf == (unsigned char *)1 ? -1 : buf != NULL);
	if (n > 0)
		printf(" %x", buf[n - 1]);
	if (creds != (struct ucred *)1) {
		printf(" creds %d", creds ? (int)creds->uid : -1);
		free(creds);
	}
	if (n > 0)
		free(buf);
	printf("\n");
}

static void sizes(void)
{
	static const size_t lengths[] = { 0, 1, 15, 16, 17, 20, 4095, 4096, 4097, 16383, 16384, 16385, 40000, 65536, 100000 };

	for (int round = 0; round < 400; round++) {
		size_t len = lengths[dice(COUNT(lengths))], room = dice(2) ? 0 : lengths[dice(COUNT(lengths))];
		uint32_t says = dice(4) ? (uint32_t)len : (uint32_t)lengths[dice(COUNT(lengths))];
		int creds = !dice(3), peek = (int)dice(3);

		nl_socket_set_msg_buf_size(sock, room);
		if (peek == 0)
			nl_socket_enable_msg_peek(sock);
		if (peek == 1)
			nl_socket_set_msg_buf_size(sock, 0);
		nl_socket_set_passcred(sock, creds);
		printf("%zu bytes that say %u, room %zu, creds %d, peek %d:", len, says, room, creds, peek);
		send_bytes(len, says);
		receive(creds);
		/* What remains goes. */
		while (recv(nl_socket_get_fd(sock), &room, 1, MSG_DONTWAIT) >= 0)
			printf("left over\n");
	}
	printf("nothing there %d\n", nl_recvmsgs_default(sock));
}

static int refused(struct sockaddr_nl *from, struct nlmsgerr *err, void *arg)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)((char *)err - NLMSG_HDRLEN);

	printf(" refused %d: %u bytes, flags %x, of %u bytes type %d, from %u;", err->error, nlh->nlmsg_len, nlh->nlmsg_flags,
	       err->msg.nlmsg_len, err->msg.nlmsg_type, from->nl_pid);
	return *(int *)arg;
}

static int acknowledged(struct nl_msg *msg, void *arg)
{
	printf(" ack of %u bytes, flags %x;", nlmsg_hdr(msg)->nlmsg_len, nlmsg_hdr(msg)->nlmsg_flags);
	return *(int *)arg;
}

static void ask(int answer)
{
	struct ifinfomsg lo = { .ifi_index = 1 }, none = { .ifi_index = 4711 };
	int again;

	nl_socket_modify_err_cb(sock, NL_CB_CUSTOM, refused, &answer);
	nl_socket_modify_cb(sock, NL_CB_ACK, NL_CB_CUSTOM, acknowledged, &answer);
	printf("answers %d:", answer);
	MUST(nl_send_simple(sock, RTM_SETLINK, 0, &none, sizeof none) > 0);
	printf(" = %d;", nl_recvmsgs_default(sock));
	MUST(nl_send_simple(sock, RTM_SETLINK, 0, &lo, sizeof lo) > 0);
	printf(" = %d;", nl_recvmsgs_default(sock));
	MUST(nl_send_simple(sock, RTM_NEWADDR, NLM_F_CREATE, &none, sizeof(struct ifaddrmsg)) > 0);
	printf(" = %d;", nl_wait_for_ack(sock));
	MUST(nl_send_simple(sock, RTM_GETLINK, 0, &lo, sizeof lo) > 0);
	again = nl_recvmsgs_default(sock);
	printf(" = %d, then %d\n", again, nl_recvmsgs_default(sock));
}

static void errors(void)
{
	static const int options[] = { 0, NETLINK_CAP_ACK, NETLINK_EXT_ACK };
	int on = 1;

	for (size_t i = 0; i < COUNT(options); i++) {
		sock = nl_socket_alloc();
		MUST(nl_connect(sock, NETLINK_ROUTE) == 0);
		nl_socket_set_nonblocking(sock);
		MUST(!options[i] || setsockopt(nl_socket_get_fd(sock), SOL_NETLINK, options[i], &on, sizeof on) == 0);
		printf("option %d\n", options[i]);
		for (int answer = -1; answer <= NL_STOP; answer++)
			ask(answer);
		nl_socket_free(sock);
	}
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	sock = nl_socket_alloc();
	peer = nl_socket_alloc();
	MUST(nl_socket_set_buffer_size(sock, 1 << 20, 0) == -NLE_BAD_SOCK);
	MUST(nl_connect(sock, NETLINK_USERSOCK) == 0 && nl_connect(peer, NETLINK_USERSOCK) == 0);
	MUST(nl_socket_set_buffer_size(sock, 200000, 200000) == 0 && nl_socket_set_buffer_size(peer, 200000, 200000) == 0);
	nl_socket_set_nonblocking(sock);
	nl_socket_disable_seq_check(sock);
	nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, valid, NULL);
	sizes();
	nl_socket_free(sock);
	nl_socket_free(peer);
	errors();
	return 0;
}
