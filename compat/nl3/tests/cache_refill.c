/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Caches filled and brought up to date from made-up dumps: interrupted ones, refused ones, cut ones, ones that show an
 * object twice. Requests go nowhere; what a receiver of the program's own gives is drawn by lot. */
#define _GNU_SOURCE
#include "objects.h"
#include <linux/rtnetlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/socket.h>

static unsigned char datagram[4096];
static int length, requests, received, interrupts, parts, over;
static uint32_t seq;
static int links;

static void put(int type, int flags, const void *payload, size_t len)
{
	struct nlmsghdr nlh = { .nlmsg_len = (uint32_t)(16 + len), .nlmsg_type = (uint16_t)type, .nlmsg_flags = (uint16_t)flags, .nlmsg_seq = seq };

	memcpy(datagram + length, &nlh, sizeof nlh);
	memcpy(datagram + length + 16, payload, len);
	length += (int)NLMSG_ALIGN(16 + len);
}

static void put_object(void)
{
	struct nl_msg *msg = nlmsg_alloc();
	int flags = NLM_F_MULTI | (interrupts > 0 && !dice(6) ? NLM_F_DUMP_INTR : 0);

	if (flags & NLM_F_DUMP_INTR)
		interrupts--;
	if (links) {
		struct ifinfomsg head = { .ifi_family = dice(4) ? AF_UNSPEC : AF_BRIDGE, .ifi_index = 1 + (int)dice(9), .ifi_flags = dice(3) ? 0 : IFF_UP };

		nlmsg_append(msg, &head, sizeof head, NLMSG_ALIGNTO);
		nla_put_string(msg, IFLA_IFNAME, "eth");
		if (dice(2))
			nla_put_u32(msg, IFLA_MTU, 1400 + dice(3));
	} else {
		struct ifaddrmsg head = { .ifa_family = AF_INET, .ifa_prefixlen = 24, .ifa_index = 1 + dice(3) };

		nlmsg_append(msg, &head, sizeof head, NLMSG_ALIGNTO);
		nla_put_u32(msg, IFA_LOCAL, htonl(0xc0000200 + dice(5)));
		if (dice(2))
			nla_put_string(msg, IFA_LABEL, dice(2) ? "one" : "two");
	}
	put(!dice(25) ? RTM_NEWRULE : links ? RTM_NEWLINK : RTM_NEWADDR, flags, nlmsg_data(nlmsg_hdr(msg)), (size_t)nlmsg_datalen(nlmsg_hdr(msg)));
	if (!dice(60))
		((struct nlmsghdr *)datagram)->nlmsg_len = 20;
	nlmsg_free(msg);
}

static int receive(struct nl_sock *sock, struct sockaddr_nl *from, unsigned char **bytes, struct ucred **creds)
{
	struct nlmsgerr refused = { .error = -(int)(1 + dice(40)) };
	int done = 0;

	(void)sock, (void)creds;
	received++;
	length = 0;
	if (over || !dice(50))
		return over || dice(2) ? -NLE_AGAIN : -NLE_NOMEM;
	for (unsigned int n = dice(5); n && parts; n--, parts--)
		put_object();
	if (!dice(40)) {
		put(NLMSG_ERROR, 0, &refused, sizeof refused);
		over = 1;
	} else if (parts == 0) {
		put(NLMSG_DONE, NLM_F_MULTI, &done, sizeof done);
		over = 1;
	}
	if (length == 0)
		put(NLMSG_NOOP, NLM_F_MULTI, &done, sizeof done);
	*bytes = malloc((size_t)length);
	memcpy(*bytes, datagram, (size_t)length);
	*from = (struct sockaddr_nl){ .nl_family = AF_NETLINK };
	return length;
}

static int ask(struct nl_sock *sock, struct nl_msg *msg)
{
	(void)sock;
	requests++;
	seq = nlmsg_hdr(msg)->nlmsg_seq;
	parts = (int)dice(14);
	over = 0;
	/* Stock waits for links also where it could not ask for them. */
	return dice(60) || links ? (int)nlmsg_hdr(msg)->nlmsg_len : -NLE_NOMEM;
}

static const char *brief(struct nl_object *obj)
{
	size_t len;

	nl_object_dump_buf(obj, buf, sizeof buf);
	for (len = strlen(buf); len && buf[len - 1] == '\n'; len--)
		buf[len - 1] = 0;
	return buf;
}

static void changed(struct nl_cache *cache, struct nl_object *obj, int act, void *arg)
{
	(void)arg;
	printf("  %d of %d: %s\n", act, nl_cache_nitems(cache), brief(obj));
}

static void show_all(struct nl_cache *cache)
{
	for (struct nl_object *obj = nl_cache_get_first(cache); obj; obj = nl_cache_get_next(obj))
		printf("  %s marked %d type %d\n", brief(obj), nl_object_is_marked(obj), nl_object_get_msgtype(obj));
}

/* What is left of an answer that was given up would be taken for that of the next request. */
static struct nl_sock *fresh(struct nl_cb *cb)
{
	struct nl_sock *sock = nl_socket_alloc_cb(cb);

	MUST(nl_connect(sock, NETLINK_ROUTE) == 0);
	return sock;
}

/* Stock keeps what an interrupted dump has shown, twice if it is shown again. */
static void interrupted(struct nl_cb *cb)
{
	printf("fix interrupted refill:");
	for (int round = 0; round < 12; round++) {
		struct nl_sock *sock = fresh(cb);
		struct nl_cache *cache;
		int answer;

		MUST(nl_cache_alloc_name("route/addr", &cache) == 0);
		do {
			interrupts = 2;
			requests = 0;
			answer = nl_cache_refill(sock, cache);
		} while (answer == 0 && requests == 1);
		printf(" %d", nl_cache_nitems(cache));
		nl_socket_free(sock);
		nl_cache_free(cache);
	}
	printf("\n");
}

int main(void)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);

	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	nl_cb_overwrite_send(cb, ask);
	nl_cb_overwrite_recv(cb, receive);
	for (links = 0; links < 2; links++)
		for (int round = 0; round < 300; round++) {
			struct nl_cache *cache;

			MUST(nl_cache_alloc_name(links ? "route/link" : "route/addr", &cache) == 0);
			if (!dice(3))
				nl_cache_set_flags(cache, NL_CACHE_AF_ITER);
			for (int step = 0; step < 4; step++) {
				struct nl_sock *sock = fresh(cb);
				int answer;

				interrupts = dice(2) ? 0 : 2;
				requests = received = 0;
				if (dice(2)) {
					interrupts = 0;
					answer = nl_cache_refill(sock, cache);
					printf("%d refill: %d", round, answer);
				} else {
					printf("%d resync\n", round);
					answer = nl_cache_resync(sock, cache, changed, NULL);
					printf(" = %d", answer);
				}
				printf(", %d requests, %d datagrams, %d items\n", requests, received, nl_cache_nitems(cache));
				show_all(cache);
				nl_socket_free(sock);
			}
			nl_cache_free(cache);
		}
	links = 0;
	interrupted(cb);
	nl_cb_put(cb);
	return 0;
}
