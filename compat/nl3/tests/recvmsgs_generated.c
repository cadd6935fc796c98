/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Datagrams drawn by lot, damaged ones among them, for callbacks that answer by lot: what is called in which
 * order, what nl_recvmsgs and its relatives return, and what the socket expects next. */
#define _GNU_SOURCE
#include <netlink/route/link.h> /* stock knows the types of routing once that library is loaded */
#include <netlink/netlink.h>
#include <netlink/msg.h>
#include <netlink/object-api.h>
#include <netlink/cache.h>
#include <netlink/socket.h>
#include "say.h"

#define TYPES (NL_CB_TYPE_MAX + 1)

static unsigned char datagrams[6][600];
static int length[6], count, next, with_creds;
static int answers[64], answered;
static uint32_t seq;
static struct nl_sock *current;
static struct nl_cb *callbacks;
static int depth;

static int receive(struct nl_sock *sock, struct sockaddr_nl *from, unsigned char **buf, struct ucred **creds)
{
	(void)sock;
	if (next >= count)
		return -NLE_AGAIN;
	if (length[next] <= 0)
		return length[next++];
	*buf = malloc((size_t)length[next]);
	memcpy(*buf, datagrams[next], (size_t)length[next]);
	for (int at = 0; at + 16 <= length[next]; at += 4) {
		struct nlmsghdr *nlh = (struct nlmsghdr *)(*buf + at);

		/* A mark that no length has. */
		if (nlh->nlmsg_pid == 0x77777777)
			nlh->nlmsg_seq += seq;
	}
	*from = (struct sockaddr_nl){ .nl_family = AF_NETLINK, .nl_pid = (uint32_t)next, .nl_groups = 3 };
	if (with_creds) {
		*creds = calloc(1, sizeof **creds);
		(*creds)->uid = (uid_t)next + 50;
	}
	return length[next++];
}

static int answer(void)
{
	return answers[answered++ % (int)COUNT(answers)];
}

/* A callback that receives on the socket that it is called for; its own message stays as it is. */
static void receive_more(struct nl_msg *msg)
{
	struct nlmsghdr *nlh = nlmsg_hdr(msg), before = *nlh;

	if (depth == 2 || dice(30))
		return;
	depth++;
	printf(" [");
	printf(" = %d]", nl_recvmsgs(current, callbacks));
	depth--;
	printf(" %d", nlmsg_hdr(msg) == nlh && memcmp(nlh, &before, sizeof before) == 0);
}

static int called(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	int what = answer();

	printf(" %ld(%d %d from %u", (long)arg, nlh->nlmsg_type, nlh->nlmsg_len, nlmsg_get_src(msg)->nl_pid);
	if (nlmsg_get_creds(msg))
		printf(" uid %u", nlmsg_get_creds(msg)->uid);
	printf(")=%d", what);
	receive_more(msg);
	return what;
}

static int error_called(struct sockaddr_nl *from, struct nlmsgerr *err, void *arg)
{
	int what = answer();

	(void)arg;
	printf(" error %d of %d from %u =%d", err->error, err->msg.nlmsg_type, from->nl_pid, what);
	return what;
}

static void put(unsigned char *to, int *at, int room)
{
	static const int types[] = { 0, 1, 2, 2, 2, 3, 3, 4, 5, 15, 16, 16, 16, 16, 20, 65535 };
	struct nlmsghdr nlh = { .nlmsg_type = (uint16_t)types[dice(COUNT(types))], .nlmsg_pid = 0x77777777 };
	int payload = (int)dice(12) * 4, error = dice(2) ? 0 : (int)dice(140) - 120;

	if (*at + 16 + payload > room)
		return;
	nlh.nlmsg_len = (uint32_t)(16 + payload - (int)dice(4));
	if (!dice(15))
		nlh.nlmsg_len = (uint32_t[]){ 0, 1, 15, 16, 17, 1000, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffc }[dice(10)];
	nlh.nlmsg_flags = (uint16_t)(dice(3) ? 2 : dice(64));
	if (dice(8) == 0)
		nlh.nlmsg_flags |= 0x300;
	nlh.nlmsg_seq = dice(6) ? 0 : dice(3);
	/* A negative number in DONE is another story. */
	if (nlh.nlmsg_type == 3 && error < 0)
		error = -error;
	memset(to + *at, 0, (size_t)payload + 16);
	memcpy(to + *at, &nlh, sizeof nlh);
	if (payload >= 4)
		memcpy(to + *at + 16, &error, sizeof error);
	if (payload >= 20)
		to[*at + 24] = (unsigned char)dice(40);
	*at += 16 + payload;
}

static void make(void)
{
	count = 1 + (int)dice(5);
	for (int i = 0; i < count; i++) {
		int parts = 1 + (int)dice(5);

		length[i] = 0;
		while (parts--)
			put(datagrams[i], &length[i], (int)sizeof *datagrams);
		if (!dice(10))
			length[i] -= (int)dice((unsigned int)length[i]);
		if (!dice(30))
			length[i] = -(int)dice(34);
	}
	next = answered = 0;
	with_creds = !dice(4);
	for (size_t i = 0; i < COUNT(answers); i++)
		answers[i] = dice(3) ? NL_OK : (int)dice(8) - 4;
}

static int parser(struct nl_cache_ops *ops, struct sockaddr_nl *from, struct nlmsghdr *nlh, struct nl_parser_param *param)
{
	int what = answer();

	(void)param;
	printf(" parse %d %d %d =%d", ops != NULL, from->nl_pid, nlh->nlmsg_type, what);
	return what;
}

/* Each way of receiving that there is. */
static int receive_somehow(struct nl_sock *sock, struct nl_cb *cb, struct nl_cache *cache)
{
	struct nl_object *obj = NULL;
	int syserr = 77, err;

	switch (dice(8)) {
	case 0: return nl_recvmsgs_default(sock);
	case 1: return nl_recvmsgs(sock, cb);
	case 2: printf(" ack"); return nl_wait_for_ack(sock);
	case 3: printf(" pickup"); return nl_pickup(sock, parser, &obj);
	case 4:
		err = nl_pickup_keep_syserr(sock, parser, &obj, &syserr);
		printf(" pickup %d", syserr);
		return err;
	case 5: printf(" cache"); return nl_cache_pickup(sock, cache);
	default: return nl_recvmsgs_report(sock, cb);
	}
}

static void run(struct nl_cache *cache)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);
	struct nl_sock *sock = nl_socket_alloc_cb(cb);

	current = sock;
	callbacks = cb;
	seq = nl_socket_use_seq(sock);
	nl_cb_overwrite_recv(cb, receive);
	for (long type = 0; type < TYPES; type++)
		if (dice(2) && (type != NL_CB_SEQ_CHECK || dice(2)))
			nl_cb_set(cb, (enum nl_cb_type)type, NL_CB_CUSTOM, called, (void *)type);
	if (dice(2))
		nl_cb_err(cb, NL_CB_CUSTOM, error_called, NULL);
	if (!dice(4))
		nl_socket_disable_auto_ack(sock);
	if (!dice(6))
		nl_socket_disable_seq_check(sock);
	for (int calls = 0; calls < 3 && next < count; calls++) {
		int ret = receive_somehow(sock, cb, cache);

		printf(" = %d, active %d, %d left;", ret, nl_cb_active_type(cb), count - next);
	}
	printf("\n");
	nl_socket_free(sock);
	nl_cb_put(cb);
}

int main(void)
{
	struct nl_cache *cache;

	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	MUST(nl_cache_alloc_name("route/link", &cache) == 0);
	for (int i = 0; i < 6000; i++) {
		make();
		printf("%d:", i);
		run(cache);
	}
	nl_cache_free(cache);
	return 0;
}
