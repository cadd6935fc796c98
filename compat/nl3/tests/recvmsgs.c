/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Which callbacks a message goes to, in which order, and what each answer leads to. Datagrams come from
 * a receiver of the program's own, so that they can be anything. */
#include <netlink/route/link.h> /* stock knows the types of routing once that library is loaded */
#include <netlink/netlink.h>
#include <netlink/msg.h>
#include <netlink/socket.h>
#include "say.h"

#define TYPES (NL_CB_TYPE_MAX + 1)

static unsigned char datagram[8][1024];
static int length[8], count, next, at_end;
static int answer[TYPES], error_answer, show_all;
static uint32_t seq;
static struct nl_cb *current;

static const char *name[TYPES] = { "VALID", "FINISH", "OVERRUN", "SKIPPED", "ACK", "MSG_IN", "MSG_OUT", "INVALID", "SEQ_CHECK",
				   "SEND_ACK", "DUMP_INTR" };

/* Sockets begin to count at the time of day: numbers are counted from there. */
static int receive(struct nl_sock *sock, struct sockaddr_nl *from, unsigned char **buf, struct ucred **creds)
{
	(void)sock;
	(void)creds;
	if (next >= count)
		return at_end;
	*buf = malloc((size_t)length[next] + 1);
	memcpy(*buf, datagram[next], (size_t)length[next]);
	for (int at = 0; at + 16 <= length[next]; at += NLMSG_ALIGN(((struct nlmsghdr *)(*buf + at))->nlmsg_len))
		((struct nlmsghdr *)(*buf + at))->nlmsg_seq += seq;
	memset(from, 0, sizeof *from);
	from->nl_family = AF_NETLINK;
	return length[next++];
}

/* Adds a message to the last datagram, or in one of its own. */
static void add(int type, int flags, int payload, int number, int ahead, int same)
{
	if (!same)
		length[count++] = 0;
	unsigned char *start = datagram[count - 1] + length[count - 1];
	struct nlmsghdr nlh = { .nlmsg_len = (uint32_t)(16 + payload), .nlmsg_type = (uint16_t)type,
				.nlmsg_flags = (uint16_t)flags, .nlmsg_seq = (uint32_t)ahead, .nlmsg_pid = 77 };
	struct nlmsghdr quoted = { .nlmsg_len = 36, .nlmsg_type = 18, .nlmsg_flags = 5, .nlmsg_pid = 77 };

	memset(start, 0, (size_t)(16 + payload));
	memcpy(start, &nlh, sizeof nlh);
	if (payload >= 4)
		memcpy(start + 16, &number, sizeof number);
	if (type == NLMSG_ERROR && payload >= 20)
		memcpy(start + 20, &quoted, sizeof quoted);
	length[count - 1] += NLMSG_ALIGN(16 + payload);
}

static int called(struct nl_msg *msg, void *arg)
{
	long type = (long)arg;
	struct nlmsghdr *nlh = nlmsg_hdr(msg);

	if (show_all)
		printf(" %s(%d len %d active %d proto %d from %d room %zu)", name[type], nlh->nlmsg_type, nlh->nlmsg_len,
		       nl_cb_active_type(current), nlmsg_get_proto(msg), nlmsg_get_src(msg)->nl_family, nlmsg_get_max_size(msg));
	else
		printf(" %s(%d)", name[type], nlh->nlmsg_type);
	return answer[type];
}

static int error_called(struct sockaddr_nl *from, struct nlmsgerr *err, void *arg)
{
	(void)from;
	(void)arg;
	printf(" error(%d)", err->error);
	return error_answer;
}

enum { MSG = 1, ERR = 2, SEQ = 4, REPORT = 8, INVALID = 16 };

static void run(const char *what, enum nl_cb_kind kind, int custom)
{
	struct nl_cb *cb = nl_cb_alloc(kind);
	struct nl_sock *sock = nl_socket_alloc_cb(cb);
	int ret;

	current = cb;
	seq = nl_socket_use_seq(sock);
	nl_cb_overwrite_recv(cb, receive);
	nl_socket_modify_cb(sock, NL_CB_VALID, kind, NULL, stdout);
	for (long type = 0; type < TYPES; type++) {
		int set = type == NL_CB_SEQ_CHECK ? custom & SEQ : type == NL_CB_INVALID ? custom & INVALID : custom & MSG;

		nl_cb_set(cb, (enum nl_cb_type)type, kind, NULL, stdout);
		if (set)
			nl_cb_set(cb, (enum nl_cb_type)type, NL_CB_CUSTOM, called, (void *)type);
	}
	nl_cb_err(cb, custom & ERR ? NL_CB_CUSTOM : kind, error_called, stdout);
	next = 0;
	printf("%s, kind %d, custom %d:", what, kind, custom);
	if (kind != NL_CB_DEFAULT)
		printf("\n");
	ret = custom & REPORT ? nl_recvmsgs_report(sock, cb) : nl_recvmsgs(sock, cb);
	printf(" = %d, %d left\n", ret, count - next);
	nl_socket_free(sock);
	nl_cb_put(cb);
}

static void every_way(const char *what)
{
	static const int custom[] = { 0, MSG, MSG | ERR, MSG | ERR | SEQ, MSG | ERR | SEQ | REPORT, MSG | INVALID, ERR | SEQ };

	for (int kind = 0; kind < 3; kind++)
		run(what, (enum nl_cb_kind)kind, 0);
	for (size_t i = 1; i < COUNT(custom); i++)
		run(what, NL_CB_DEFAULT, custom[i]);
}

static void single(void)
{
	static const struct { const char *what; int type, flags, payload, number, ahead; } one[] = {
		{ "valid", 16, 0, 8, 0, 0 }, { "noop", 1, 0, 8, 0, 0 }, { "overrun", 4, 0, 8, 0, 0 }, { "done", 3, 0, 4, 0, 0 },
		{ "done, no number", 3, 0, 0, 0, 0 }, { "ack", 2, 0, 20, 0, 0 }, { "error", 2, 0, 20, -2, 0 },
		{ "error of no errno", 2, 0, 20, 5, 0 }, { "cut error", 2, 0, 8, -2, 0 }, { "other sequence", 16, 0, 8, 0, 5 },
		{ "ack of other sequence", 2, 0, 20, 0, 5 }, { "asks for ack", 16, 4, 8, 0, 0 },
	};

	for (size_t i = 0; i < COUNT(one); i++) {
		count = 0;
		add(one[i].type, one[i].flags, one[i].payload, one[i].number, one[i].ahead, 0);
		add(16, 0, 8, 0, one[i].type < 16, 1);
		every_way(one[i].what);
	}
}

static void several(void)
{
	count = 0;
	add(16, 2, 8, 0, 0, 0), add(16, 2, 8, 0, 0, 1), add(16, 2, 8, 0, 0, 0), add(3, 2, 4, 0, 0, 0);
	every_way("dump");
	count = 0;
	add(16, 2 | 16, 8, 0, 0, 0), add(16, 2, 8, 0, 0, 1), add(3, 2, 4, 0, 0, 0);
	every_way("interrupted dump");
	count = 0;
	add(16, 2, 8, 0, 0, 0);
	every_way("dump without end");
	at_end = 0;
	every_way("dump of a closed socket");
	at_end = -4;
	count = 0;
	add(16, 2, 8, 0, 0, 0), add(2, 0, 20, -2, 0, 0), add(3, 2, 4, 0, 1, 0);
	every_way("dump with an error in it");
	count = 0;
	add(16, 0, 8, 0, 0, 0), length[0] = 20;
	every_way("cut message");
	count = 0;
	add(16, 0, 8, 0, 0, 0), length[0] = 26;
	every_way("bytes behind");
}

static void answers(void)
{
	char what[64];

	for (int value = -33; value <= 3; value += value < 0 ? 34 : 1)
		for (int type = 0; type < TYPES; type++) {
			memset(answer, 0, sizeof answer);
			answer[type] = value;
			snprintf(what, sizeof what, "%s answers %d", name[type], value);
			count = 0;
			add(16, 2, 8, 0, 0, 0), add(1, 2, 8, 0, 0, 1), add(16, 2 | 4 | 16, 8, 0, 1, 1), add(3, 2, 4, 0, 1, 0);
			run(what, NL_CB_DEFAULT, MSG | ERR | SEQ | REPORT);
			count = 0;
			add(2, 0, 20, 0, 0, 0), add(16, 0, 8, 0, 1, 1), add(4, 0, 8, 0, 1, 1), add(16, 0, 8, 0, 2, 1);
			run(what, NL_CB_DEFAULT, MSG | ERR | SEQ | REPORT);
			count = 0;
			add(16, 0, 8, 0, 3, 0), add(16, 0, 8, 0, 0, 1);
			run(what, NL_CB_DEFAULT, MSG | INVALID | REPORT);
		}
	memset(answer, 0, sizeof answer);
	for (error_answer = -7; error_answer <= 3; error_answer += error_answer < 0 ? 7 : 1) {
		count = 0;
		add(2, 0, 20, -2, 0, 0), add(16, 0, 8, 0, 1, 1);
		snprintf(what, sizeof what, "error answers %d", error_answer);
		run(what, NL_CB_DEFAULT, MSG | ERR | REPORT);
	}
	error_answer = 0;
}

static int all(struct nl_sock *sock, struct nl_cb *cb)
{
	(void)sock;
	(void)cb;
	return 42;
}

static int sent(struct nl_sock *sock, struct nl_msg *msg)
{
	(void)sock;
	printf("sent %u", nlmsg_hdr(msg)->nlmsg_len);
	return 43;
}

static void callbacks(void)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT), *copy;
	struct nl_sock *sock = nl_socket_alloc_cb(cb), *other = nl_socket_alloc();
	struct nl_msg *msg = nlmsg_alloc();

	printf("out of range %d %d %d %d\n", nl_cb_set(cb, (enum nl_cb_type)TYPES, NL_CB_CUSTOM, called, NULL),
	       nl_cb_set(cb, NL_CB_VALID, (enum nl_cb_kind)4, called, NULL), nl_cb_err(cb, (enum nl_cb_kind)4, NULL, NULL),
	       nl_cb_set_all(cb, (enum nl_cb_kind)4, called, NULL));
	printf("no such kind %d\n", nl_cb_alloc((enum nl_cb_kind)4) != NULL);
	printf("set all %d active %d\n", nl_cb_set_all(cb, NL_CB_CUSTOM, called, NULL), nl_cb_active_type(cb));
	nl_cb_overwrite_recvmsgs(cb, all);
	nl_cb_overwrite_send(cb, sent);
	copy = nl_cb_clone(cb);
	nl_socket_set_cb(other, copy);
	nl_cb_put(copy);
	printf("own recvmsgs %d %d %d\n", nl_recvmsgs(sock, cb), nl_recvmsgs_report(sock, cb), nl_recvmsgs_default(other));
	printf("own send %d\n", nl_send(other, msg));
	copy = nl_socket_get_cb(other);
	nl_cb_put(copy);
	nl_cb_put(nl_cb_get(copy));
	nl_socket_disable_seq_check(sock);
	nl_socket_modify_err_cb(sock, NL_CB_CUSTOM, error_called, NULL);
	nlmsg_free(msg);
	nl_socket_free(sock);
	nl_socket_free(other);
	nl_cb_put(cb);
}

static struct nl_msg *kept[4];
static struct nlmsghdr *kept_hdr[4];
static int keeps;

static int keep(struct nl_msg *msg, void *arg)
{
	(void)arg;
	nlmsg_get(msg);
	kept_hdr[keeps] = nlmsg_hdr(msg);
	kept[keeps++] = msg;
	return NL_OK;
}

/* A message that a callback has taken a reference of stays as it was. */
static void keeping(void)
{
	struct nl_sock *sock = nl_socket_alloc();
	struct nl_cb *cb = nl_socket_get_cb(sock);

	seq = nl_socket_use_seq(sock);
	count = next = 0;
	add(16, 2, 8, 1, 0, 0), add(16, 2, 8, 2, 0, 1), add(16, 2, 8, 3, 0, 0), add(16, 0, 8, 4, 0, 1), add(3, 2, 4, 0, 0, 0);
	nl_cb_overwrite_recv(cb, receive);
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, keep, NULL);
	printf("kept %d %d\n", nl_recvmsgs(sock, cb), keeps);
	nl_cb_put(cb);
	nl_socket_free(sock);
	for (int i = 0; i < keeps; i++) {
		printf("%d: %d ", kept_hdr[i] == nlmsg_hdr(kept[i]), *(int *)nlmsg_data(kept_hdr[i]));
		printf("%d ", nlmsg_expand(kept[i], 200));
		printf("%d ", nla_put_u32(kept[i], 1, 2));
		hex(nlmsg_hdr(kept[i]), 8);
		nlmsg_free(kept[i]);
	}
}

static void dump_errors(void)
{
	count = 0;
	add(16, 2, 8, 0, 0, 0), add(3, 2, 4, -1, 0, 0);
	printf("fix ");
	run("failed dump", NL_CB_DEFAULT, 0);
	printf("fix ");
	run("failed dump", NL_CB_DEFAULT, MSG | ERR);
	error_answer = NL_STOP;
	printf("fix ");
	run("failed dump", NL_CB_DEFAULT, MSG | ERR);
	error_answer = 0;
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	at_end = -4;
	show_all = 1;
	single();
	show_all = 0;
	several();
	answers();
	callbacks();
	keeping();
	dump_errors();
	return 0;
}
