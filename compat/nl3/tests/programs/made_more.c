/* SPDX-License-Identifier: MIT OR Apache-2.0
 * What is set of a link's families, counters after traffic, packets logged and queued, sockets asked about; and the same
 * things without permission. */
#define _GNU_SOURCE
#include "made.h"
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/ip.h>
#include <linux/netfilter.h>
#include <linux/rtnetlink.h>
#include <netlink/idiag/idiagnl.h>
#include <netlink/idiag/msg.h>
#include <netlink/idiag/req.h>
#include <netlink/netfilter/ct.h>
#include <netlink/netfilter/log.h>
#include <netlink/netfilter/log_msg.h>
#include <netlink/netfilter/nfnl.h>
#include <netlink/netfilter/queue.h>
#include <netlink/netfilter/queue_msg.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/inet.h>
#include <netlink/route/link/inet6.h>
#include <netlink/route/link/ppp.h>
#include <netlink/route/qdisc.h>
#include <netlink/route/route.h>
#include <netlink/xfrm/sa.h>
#include <poll.h>
#include <unistd.h>

static struct nl_sock *sock;

static struct rtnl_link *read_back(const char *name)
{
	struct rtnl_link *link = NULL;

	MUST(rtnl_link_get_kernel(sock, 0, name, &link) == 0);
	return link;
}

static void configured(const char *what, int set, struct rtnl_link *changes)
{
	struct rtnl_link *link = read_back("d0");

	printf("%s %d ", what, set);
	say("change", set < 0 ? set : rtnl_link_change(sock, link, changes, 0));
	rtnl_link_put(link);
	rtnl_link_put(changes);
	ask("ip -d -j link show d0 | grep -o '\"inet6_addr_gen_mode\":[^,]*'; ip token get dev d0;"
	    "sysctl -n net.ipv4.conf.d0.forwarding net.ipv4.conf.d0.rp_filter net.ipv6.conf.d0.forwarding | tr '\\n' ' '; echo");
}

static void families(void)
{
	struct rtnl_link *changes = rtnl_link_alloc(), *link;
	struct nl_addr *token = address("::7", AF_INET6), *got = NULL;
	uint32_t value = 9;
	uint8_t mode = 9;
	int answer;

	printf("-- families\n");
	configured("forwarding", rtnl_link_inet_set_conf(changes, 1, 1), changes);
	changes = rtnl_link_alloc();
	rtnl_link_inet_set_conf(changes, 8, 2);
	configured("two", rtnl_link_inet_set_conf(changes, 3, 1), changes);
	changes = rtnl_link_alloc();
	configured("unknown", rtnl_link_inet_set_conf(changes, 99, 1), changes);
	changes = rtnl_link_alloc();
	configured("mode", rtnl_link_inet6_set_addr_gen_mode(changes, 2), changes);
	changes = rtnl_link_alloc();
	configured("token", rtnl_link_inet6_set_token(changes, token), changes);
	changes = rtnl_link_alloc();
	rtnl_link_inet6_set_addr_gen_mode(changes, 1);
	configured("both", rtnl_link_inet_set_conf(changes, 1, 0), changes);
	nl_addr_put(token);
	link = read_back("d0");
	answer = rtnl_link_inet_get_conf(link, 8, &value);
	printf("got %d %u", answer, value);
	answer = rtnl_link_inet6_get_addr_gen_mode(link, &mode);
	printf(" %d %u", answer, mode);
	answer = rtnl_link_inet6_get_token(link, &got);
	printf(" %d %s\n", answer, nl_addr2str(got, buf, sizeof buf));
	nl_addr_put(got);
	rtnl_link_put(link);
}

static void counters(void)
{
	struct rtnl_link *link;
	struct nl_cache *cache = NULL;

	printf("-- counters\n");
	ask("ping -qc 3 -i 0.01 192.0.2.1 > /dev/null; ip -j -s link show lo | grep -o '\"stats64.*'");
	link = read_back("lo");
	/* Counters of IPv6 have another order since Linux 6.8. */
	for (int i = 0; i < RTNL_LINK_IP6_INPKTS; i++)
		if (rtnl_link_get_stat(link, (rtnl_link_stat_id_t)i))
			printf("%s %llu\n", rtnl_link_stat2str(i, buf, sizeof buf), (unsigned long long)rtnl_link_get_stat(link, (rtnl_link_stat_id_t)i));
	rtnl_link_put(link);
	ask("tc qdisc add dev lo root handle 1: pfifo limit 100; ping -qc 3 -i 0.01 192.0.2.1 > /dev/null");
	MUST(rtnl_qdisc_alloc_cache(sock, &cache) == 0);
	for (struct nl_object *obj = nl_cache_get_first(cache); obj; obj = nl_cache_get_next(obj))
		printf("%s packets %llu bytes %llu\n", rtnl_tc_get_kind(TC_CAST(obj)), (unsigned long long)rtnl_tc_get_stat(TC_CAST(obj), RTNL_TC_PACKETS),
		       (unsigned long long)rtnl_tc_get_stat(TC_CAST(obj), RTNL_TC_BYTES));
	nl_cache_free(cache);
	ask("tc qdisc del dev lo root");
}

static int keep_object(struct nl_msg *msg, void *arg)
{
	return nl_msg_parse(msg, keep, arg) < 0 ? NL_SKIP : NL_OK;
}

/* The next message of a socket, as an object. */
static struct nl_object *received(struct nl_sock *from)
{
	struct seen seen = { 0 };
	struct pollfd fd = { .fd = nl_socket_get_fd(from), .events = POLLIN };

	MUST(poll(&fd, 1, 5000) == 1);
	nl_socket_disable_seq_check(from);
	nl_socket_modify_cb(from, NL_CB_VALID, NL_CB_CUSTOM, keep_object, &seen);
	say("receive", nl_recvmsgs_default(from));
	return seen.last;
}

static int sender;

/* A packet of UDP, of which the last byte is given. */
static void packet(int port, char last)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = inet_addr("192.0.2.1") };
	char text[] = "hello ";

	text[5] = last;
	MUST(sendto(sender, text, 6, 0, (struct sockaddr *)&to, sizeof to) == 6);
}

static void end_of(const char *bytes, int len)
{
	printf("payload %d ", len);
	if (bytes && len >= 6)
		hex(bytes + len - 6, 6);
}

static void logged(void)
{
	struct nl_sock *nf = nl_socket_alloc();
	struct nfnl_log *log = nfnl_log_alloc();
	struct nfnl_log_msg *msg;
	const char *bytes;
	int len = 0;

	printf("-- logged\n");
	MUST(nfnl_connect(nf) == 0);
	say("bind", nfnl_log_pf_bind(nf, AF_INET));
	nfnl_log_set_group(log, 3);
	nfnl_log_set_copy_mode(log, NFNL_LOG_COPY_PACKET);
	nfnl_log_set_copy_range(log, 64);
	nfnl_log_set_flush_timeout(log, 1);
	nfnl_log_set_alloc_size(log, 4096);
	nfnl_log_set_queue_threshold(log, 1);
	nfnl_log_set_flags(log, NFNL_LOG_FLAG_SEQ | NFNL_LOG_FLAG_SEQ_GLOBAL);
	say("create", nfnl_log_create(nf, log));
	packet(9003, '!');
	msg = (struct nfnl_log_msg *)received(nf);
	MUST(msg);
	printf("attributes %s\n", nl_object_attr_list(OBJ_CAST(msg), buf, sizeof buf));
	printf("family %d proto %x hook %d prefix %s indev %d outdev %d seq %d %u\n", nfnl_log_msg_get_family(msg), ntohs(nfnl_log_msg_get_hwproto(msg)),
	       nfnl_log_msg_get_hook(msg), nfnl_log_msg_get_prefix(msg), nfnl_log_msg_get_indev(msg), nfnl_log_msg_get_outdev(msg),
	       nfnl_log_msg_test_seq(msg), nfnl_log_msg_get_seq(msg));
	printf("uid %d %u gid %d %u mark %d\n", nfnl_log_msg_test_uid(msg), nfnl_log_msg_get_uid(msg), nfnl_log_msg_test_gid(msg),
	       nfnl_log_msg_get_gid(msg), nfnl_log_msg_test_mark(msg));
	bytes = nfnl_log_msg_get_payload(msg, &len);
	end_of(bytes, len);
	forms(OBJ_CAST(msg));
	nl_object_put(OBJ_CAST(msg));
	nfnl_log_set_copy_mode(log, NFNL_LOG_COPY_META);
	say("change", nfnl_log_change(nf, log));
	say("delete", nfnl_log_delete(nf, log));
	say("delete again", nfnl_log_delete(nf, log));
	nfnl_log_put(log);
	nl_socket_free(nf);
}

static void decided(struct nl_sock *nf, unsigned int verdict, const char *other)
{
	struct nfnl_queue_msg *msg = (struct nfnl_queue_msg *)received(nf);
	unsigned char bytes[64];
	int len = 0;
	const void *got;

	MUST(msg);
	got = nfnl_queue_msg_get_payload(msg, &len);
	printf("group %d family %d hook %d proto %x outdev %u verdict %u ", nfnl_queue_msg_get_group(msg), nfnl_queue_msg_get_family(msg),
	       nfnl_queue_msg_get_hook(msg), ntohs(nfnl_queue_msg_get_hwproto(msg)), nfnl_queue_msg_get_outdev(msg), verdict);
	end_of(got, len);
	nfnl_queue_msg_set_verdict(msg, verdict);
	if (other && len <= (int)sizeof bytes) {
		memcpy(bytes, got, (size_t)len);
		memcpy(bytes + len - 6, other, 6);
		/* No checksum. */
		memset(bytes + len - 8, 0, 2);
		say("verdict with other bytes", nfnl_queue_msg_send_verdict_payload(nf, msg, bytes, (unsigned int)len));
	} else
		say("verdict", nfnl_queue_msg_send_verdict(nf, msg));
	nl_object_put(OBJ_CAST(msg));
}

static void queued(void)
{
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_port = htons(9004), .sin_addr.s_addr = inet_addr("192.0.2.1") };
	struct nl_sock *nf = nfnl_queue_socket_alloc();
	struct nfnl_queue *queue = nfnl_queue_alloc();
	int receiver = socket(AF_INET, SOCK_DGRAM, 0);
	char text[8];

	printf("-- queued\n");
	MUST(bind(receiver, (struct sockaddr *)&here, sizeof here) == 0);
	MUST(nfnl_connect(nf) == 0);
	say("bind", nfnl_queue_pf_bind(nf, AF_INET));
	nfnl_queue_set_group(queue, 4);
	nfnl_queue_set_copy_mode(queue, NFNL_QUEUE_COPY_PACKET);
	nfnl_queue_set_copy_range(queue, 0xffff);
	nfnl_queue_set_maxlen(queue, 100);
	say("create", nfnl_queue_create(nf, queue));
	packet(9004, '1');
	decided(nf, NF_ACCEPT, NULL);
	packet(9004, '2');
	decided(nf, NF_DROP, NULL);
	packet(9004, '3');
	decided(nf, NF_ACCEPT, "others");
	packet(9004, '4');
	decided(nf, NF_ACCEPT, NULL);
	for (int i = 0; i < 3; i++) {
		memset(text, 0, sizeof text);
		printf("arrived %d", (int)recv(receiver, text, sizeof text - 1, MSG_DONTWAIT) > 0);
		printf(" %s\n", text);
	}
	say("delete", nfnl_queue_delete(nf, queue));
	nfnl_queue_put(queue);
	nl_socket_free(nf);
	close(receiver);
}

static void sockets(void)
{
	struct nl_sock *diag = connected(NETLINK_INET_DIAG);
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_port = htons(7777), .sin_addr.s_addr = inet_addr("192.0.2.1") };
	int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
	struct nl_cache *cache = NULL;

	printf("-- sockets\n");
	MUST(bind(listener, (struct sockaddr *)&here, sizeof here) == 0 && listen(listener, 5) == 0);
	MUST(connect(client, (struct sockaddr *)&here, sizeof here) == 0);
	say("cache", idiagnl_msg_alloc_cache(diag, AF_INET, IDIAGNL_SS_ALL, &cache));
	for (struct nl_object *obj = nl_cache_get_first(cache); obj; obj = nl_cache_get_next(obj)) {
		struct idiagnl_msg *msg = (struct idiagnl_msg *)obj;

		printf("family %d state %d from %s", idiagnl_msg_get_family(msg), idiagnl_msg_get_state(msg),
		       nl_addr2str(idiagnl_msg_get_src(msg), buf, sizeof buf));
		printf(" served %d\n", ntohs(idiagnl_msg_get_sport(msg)) == 7777 || ntohs(idiagnl_msg_get_dport(msg)) == 7777);
	}
	nl_cache_free(cache);
	nl_socket_free(diag);
	close(listener);
	close(client);
}

static void ppp(void)
{
	struct rtnl_link *link = rtnl_link_ppp_alloc();
	int fd = open("/dev/ppp", O_RDWR);

	printf("-- ppp %d\n", fd >= 0);
	rtnl_link_set_name(link, "ppp7");
	rtnl_link_ppp_set_fd(link, fd);
	say("add", rtnl_link_add(sock, link, NLM_F_CREATE | NLM_F_EXCL));
	ask("ip -d -br link show ppp7 2>&1");
	rtnl_link_put(link);
	close(fd);
}

/* Nobody may do any of it. */
static void without_permission(void)
{
	struct rtnl_link *link, *changes = rtnl_link_alloc(), *made = rtnl_link_alloc();
	struct rtnl_addr *addr = rtnl_addr_alloc();
	struct rtnl_route *route = rtnl_route_alloc();
	struct nl_addr *local = address("10.9.0.1/24", AF_INET);
	struct nl_sock *nf = nl_socket_alloc(), *mine;
	struct nl_cache *cache = NULL;

	printf("-- without permission\n");
	fflush(stdout);
	MUST(setuid(65534) == 0);
	mine = connected(NETLINK_ROUTE);
	say("list", rtnl_link_alloc_cache(mine, AF_UNSPEC, &cache));
	say("get", rtnl_link_get_kernel(mine, 0, "d0", &link));
	rtnl_link_set_mtu(changes, 1300);
	say("change", rtnl_link_change(mine, link, changes, 0));
	rtnl_link_set_name(made, "d9");
	MUST(rtnl_link_set_type(made, "dummy") == 0);
	say("add", rtnl_link_add(mine, made, NLM_F_CREATE));
	say("delete", rtnl_link_delete(mine, link));
	rtnl_addr_set_ifindex(addr, rtnl_link_get_ifindex(link));
	rtnl_addr_set_local(addr, local);
	say("address", rtnl_addr_add(mine, addr, 0));
	rtnl_route_set_dst(route, local);
	say("route", rtnl_route_add(mine, route, 0));
	say("listen", nl_socket_add_memberships(mine, RTNLGRP_LINK, 0));
	say("netfilter", nfnl_connect(nf));
	nl_cache_free(cache);
	cache = NULL;
	say("connections", nfnl_ct_alloc_cache(nf, &cache));
	nl_close(nf);
	say("xfrm", nl_connect(nf, NETLINK_XFRM));
	say("associations", xfrmnl_sa_alloc_cache(nf, &cache));
	rtnl_link_put(link);
	rtnl_link_put(changes);
	rtnl_link_put(made);
	rtnl_addr_put(addr);
	rtnl_route_put(route);
	nl_addr_put(local);
	nl_socket_free(mine);
	nl_socket_free(nf);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	sock = connected(NETLINK_ROUTE);
	sender = socket(AF_INET, SOCK_DGRAM, 0);
	families();
	counters();
	logged();
	queued();
	sockets();
	ppp();
	nl_socket_free(sock);
	without_permission();
	return 0;
}
