/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Sockets that the kernel tells of, libnl-idiag-3. */
#include <netinet/tcp.h>
#include <linux/inet_diag.h>
#include <netlink/idiag/idiagnl.h>
#include <netlink/idiag/meminfo.h>
#include <netlink/idiag/msg.h>
#include <netlink/idiag/req.h>
#include <netlink/idiag/vegasinfo.h>
#include "fields.h"

static void names(void)
{
	static const char *texts[] = { "established", "LISTEN", "fin_wait2", "on", "Persist", "unknown", "3", "0x5", "", "nothing" };
	char buf[256];

#define NAME(function, number) \
	do { \
		strcpy(buf, "before"); \
		printf(#function " %d %s", (int)(number), function(number, buf, sizeof buf) ? "" : "NULL "); \
		printf("'%s'\n", buf); \
	} while (0)
	for (int i = -1; i < 20; i++) {
		NAME(idiagnl_state2str, i);
		NAME(idiagnl_timer2str, i);
		NAME(idiagnl_attrs2str, i);
		NAME(idiagnl_tcpstate2str, (uint8_t)i);
	}
	for (int i = 0; i < 256; i++) {
		NAME(idiagnl_tcpopts2str, (uint8_t)i);
		NAME(idiagnl_shutdown2str, (uint8_t)i);
		NAME(idiagnl_exts2str, (uint8_t)i);
	}
	for (size_t i = 0; i < COUNT(texts); i++) {
		printf("%s: %d", texts[i], idiagnl_str2state(texts[i]));
		printf(" %d\n", idiagnl_str2timer(texts[i]));
	}
}

static void accessors(void)
{
	FIELD(idiagnl_msg, family)
	FIELD(idiagnl_msg, state)
	FIELD(idiagnl_msg, timer)
	FIELD(idiagnl_msg, retrans)
	FIELD(idiagnl_msg, sport)
	FIELD(idiagnl_msg, dport)
	FIELD(idiagnl_msg, ifindex)
	FIELD(idiagnl_msg, expires)
	FIELD(idiagnl_msg, rqueue)
	FIELD(idiagnl_msg, wqueue)
	FIELD(idiagnl_msg, uid)
	FIELD(idiagnl_msg, inode)
	FIELD(idiagnl_msg, tos)
	FIELD(idiagnl_msg, tclass)
	FIELD(idiagnl_msg, shutdown)
	FIELD(idiagnl_req, family)
	FIELD(idiagnl_req, ext)
	FIELD(idiagnl_req, ifindex)
	FIELD(idiagnl_req, states)
	FIELD(idiagnl_req, dbs)
	FIELD(idiagnl_meminfo, rmem)
	FIELD(idiagnl_meminfo, wmem)
	FIELD(idiagnl_meminfo, fmem)
	FIELD(idiagnl_meminfo, tmem)
	FIELD(idiagnl_vegasinfo, enabled)
	FIELD(idiagnl_vegasinfo, rttcnt)
	FIELD(idiagnl_vegasinfo, rtt)
	FIELD(idiagnl_vegasinfo, minrtt)
}

static void addresses(void)
{
	struct idiagnl_msg *msg = idiagnl_msg_alloc();
	struct idiagnl_req *req = idiagnl_req_alloc();
	struct nl_addr *four = addr("10.0.0.1", AF_INET), *six = addr("::1", AF_INET6);

	printf("msg %s", text_of_addr(idiagnl_msg_get_src(msg)));
	printf(" %s", text_of_addr(idiagnl_msg_get_dst(msg)));
	printf(" %d", idiagnl_msg_set_src(msg, four));
	printf(" %d", idiagnl_msg_set_dst(msg, six));
	printf(" %d", idiagnl_msg_set_dst(msg, four));
	printf(" %d %d family %u refs %d\n", idiagnl_msg_get_src(msg) == four, idiagnl_msg_get_dst(msg) == four, idiagnl_msg_get_family(msg),
	       nl_addr_shared(four));
	printf("req %s", text_of_addr(idiagnl_req_get_src(req)));
	printf(" %s", text_of_addr(idiagnl_req_get_dst(req)));
	printf(" %d", idiagnl_req_set_src(req, four));
	printf(" %d", idiagnl_req_set_dst(req, six));
	printf(" %d", idiagnl_req_set_dst(req, four));
	printf(" %d %d family %u\n", idiagnl_req_get_src(req) == four, idiagnl_req_get_dst(req) == four, idiagnl_req_get_family(req));
	dumps(OBJ_CAST(req));
	idiagnl_req_get(req);
	idiagnl_req_put(req);
	idiagnl_req_put(req);
	idiagnl_msg_get(msg);
	idiagnl_msg_put(msg);
	idiagnl_msg_put(msg);
	idiagnl_msg_put(NULL);
	idiagnl_req_put(NULL);
	nl_addr_put(four);
	nl_addr_put(six);
}

/* What is not a number of its own. */
static void parts(void)
{
	struct idiagnl_msg *msg = idiagnl_msg_alloc(), *none = idiagnl_msg_alloc(), *copy;
	struct idiagnl_meminfo *mem = idiagnl_meminfo_alloc(), *other = idiagnl_meminfo_alloc();
	struct idiagnl_vegasinfo *vegas = idiagnl_vegasinfo_alloc();
	unsigned char bytes[104];
	struct tcp_info info;

	printf("at first %d %d %s", idiagnl_msg_get_meminfo(msg) != NULL, idiagnl_msg_get_vegasinfo(msg) != NULL,
	       idiagnl_msg_get_cong(msg) ? "set" : "NULL");
	info = idiagnl_msg_get_tcpinfo(msg);
	printf(" %d\n", info.tcpi_state);
	idiagnl_meminfo_set_rmem(mem, 1024);
	idiagnl_meminfo_set_wmem(mem, 20480);
	idiagnl_meminfo_set_fmem(mem, 3 << 20);
	idiagnl_meminfo_set_tmem(mem, 1 << 30);
	idiagnl_meminfo_set_tmem(other, 1 << 30);
	show(OBJ_CAST(mem), OBJ_CAST(other));
	idiagnl_msg_set_meminfo(msg, mem);
	printf("meminfo %d refs %d\n", idiagnl_msg_get_meminfo(msg) == mem, nl_object_get_refcnt(OBJ_CAST(mem)));
	show(OBJ_CAST(msg), OBJ_CAST(none));
	idiagnl_msg_set_meminfo(msg, mem);
	printf("again refs %d\n", nl_object_get_refcnt(OBJ_CAST(mem)));
	idiagnl_vegasinfo_set_enabled(vegas, 1);
	idiagnl_vegasinfo_set_rttcnt(vegas, 2);
	idiagnl_vegasinfo_set_rtt(vegas, 3);
	idiagnl_vegasinfo_set_minrtt(vegas, 4);
	idiagnl_msg_set_vegasinfo(msg, vegas);
	printf("vegasinfo %d refs %d\n", idiagnl_msg_get_vegasinfo(msg) == vegas, nl_object_get_refcnt(OBJ_CAST(vegas)));
	show(OBJ_CAST(msg), OBJ_CAST(none));
	idiagnl_msg_set_cong(msg, "cubic");
	printf("cong %s\n", idiagnl_msg_get_cong(msg));
	idiagnl_msg_set_cong(msg, "reno");
	printf("cong %s\n", idiagnl_msg_get_cong(msg));
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (unsigned char)(i + 1);
	memcpy(&info, bytes, sizeof bytes);
	idiagnl_msg_set_tcpinfo(msg, &info);
	memset(&info, 0, sizeof info);
	info = idiagnl_msg_get_tcpinfo(msg);
	hex(&info, sizeof info);
	show(OBJ_CAST(msg), OBJ_CAST(none));
	copy = (struct idiagnl_msg *)nl_object_clone(OBJ_CAST(msg));
	printf("copies %d %d %s\n", idiagnl_msg_get_meminfo(copy) == mem, idiagnl_msg_get_vegasinfo(copy) == vegas, idiagnl_msg_get_cong(copy));
	idiagnl_meminfo_get(mem);
	idiagnl_meminfo_put(mem);
	idiagnl_vegasinfo_get(vegas);
	idiagnl_vegasinfo_put(vegas);
	idiagnl_msg_put(copy);
	idiagnl_msg_put(msg);
	idiagnl_msg_put(none);
	idiagnl_meminfo_put(mem);
	idiagnl_meminfo_put(other);
	idiagnl_vegasinfo_put(vegas);
}

static void fill(struct idiagnl_msg *msg)
{
	int family = dice(3) ? AF_INET : AF_INET6;
	struct nl_addr *src = some_addr(family), *dst = some_addr(family);

	SOMETIMES idiagnl_msg_set_family(msg, (uint8_t)family);
	SOMETIMES idiagnl_msg_set_state(msg, (uint8_t)dice(14));
	SOMETIMES idiagnl_msg_set_timer(msg, (uint8_t)dice(7));
	SOMETIMES idiagnl_msg_set_retrans(msg, (uint8_t)dice(3));
	SOMETIMES idiagnl_msg_set_sport(msg, (uint16_t)dice(3));
	SOMETIMES idiagnl_msg_set_dport(msg, (uint16_t)dice(3));
	SOMETIMES idiagnl_msg_set_src(msg, src);
	SOMETIMES idiagnl_msg_set_dst(msg, dst);
	SOMETIMES idiagnl_msg_set_ifindex(msg, dice(3));
	SOMETIMES idiagnl_msg_set_expires(msg, dice(3) * 1000);
	SOMETIMES idiagnl_msg_set_rqueue(msg, dice(3));
	SOMETIMES idiagnl_msg_set_wqueue(msg, dice(3));
	SOMETIMES idiagnl_msg_set_uid(msg, dice(2) * 77777);
	SOMETIMES idiagnl_msg_set_inode(msg, dice(3));
	SOMETIMES idiagnl_msg_set_tos(msg, (uint8_t)dice(3));
	SOMETIMES idiagnl_msg_set_tclass(msg, (uint8_t)dice(3));
	SOMETIMES idiagnl_msg_set_shutdown(msg, (uint8_t)dice(3));
	SOMETIMES idiagnl_msg_set_cong(msg, dice(2) ? "cubic" : "reno");
	nl_addr_put(src);
	nl_addr_put(dst);
}

static void fill_mem(struct idiagnl_meminfo *mem)
{
	SOMETIMES idiagnl_meminfo_set_rmem(mem, dice(2));
	SOMETIMES idiagnl_meminfo_set_wmem(mem, dice(2));
	SOMETIMES idiagnl_meminfo_set_fmem(mem, dice(2));
	SOMETIMES idiagnl_meminfo_set_tmem(mem, dice(2));
}

static void fill_vegas(struct idiagnl_vegasinfo *vegas)
{
	SOMETIMES idiagnl_vegasinfo_set_enabled(vegas, dice(2));
	SOMETIMES idiagnl_vegasinfo_set_rttcnt(vegas, dice(2));
	SOMETIMES idiagnl_vegasinfo_set_rtt(vegas, dice(2));
	SOMETIMES idiagnl_vegasinfo_set_minrtt(vegas, dice(2));
}

static const struct shape MSG[] = { { 1, 16, 0 }, { 2, 104, 0 }, { 3, 16, 0 }, { 4, 0, 0 }, { 5, 1, 0 }, { 6, 1, 0 }, { 7, 32, 0 }, { 8, 1, 0 },
				    { 9, 1, 0 }, { 10, 4, 0 }, { 0 } };

static void header(void *hdr)
{
	struct inet_diag_msg *msg = hdr;

	for (size_t i = 0; i < sizeof *msg; i++)
		((unsigned char *)hdr)[i] = (unsigned char)(dice(2) ? dice(4) : dice(256));
	msg->idiag_family = (uint8_t[]) { AF_INET, AF_INET6, AF_UNSPEC, 7 }[dice(4)];
	msg->idiag_state = (uint8_t)dice(14);
	msg->idiag_timer = (uint8_t)dice(7);
	msg->idiag_expires = dice(3) * 1000;
	msg->idiag_uid = dice(3) ? 77777 : 0;
}

static void parsed_req(struct nl_msg *msg)
{
	struct idiagnl_req *req = NULL;
	int err = idiagnl_req_parse(nlmsg_hdr(msg), &req);

	printf("req %d %d\n", err, req != NULL);
	if (err >= 0) {
		dumps(OBJ_CAST(req));
		idiagnl_req_put(req);
	}
}

static void messages(void)
{
	lengths(NETLINK_INET_DIAG, TCPDIAG_GETSOCK, sizeof(struct inet_diag_msg), header, (const int[]) { 0 }, 0, 30);
	for (int type = 17; type < 26; type++)
		parse_some(NETLINK_INET_DIAG, type, MSG, sizeof(struct inet_diag_msg), header, type == TCPDIAG_GETSOCK ? 700 : 10);
	for (int i = 0; i < 100; i++) {
		struct nl_msg *msg = nlmsg_alloc();
		struct idiagnl_msg *diag = NULL;
		int err;

		nlmsg_put(msg, 0, 0, TCPDIAG_GETSOCK, 0, 0);
		header(nlmsg_reserve(msg, sizeof(struct inet_diag_msg), 4));
		attributes(msg, MSG, i % 2);
		err = idiagnl_msg_parse(nlmsg_hdr(msg), &diag);
		printf("parse %d %d\n", err, diag != NULL);
		if (err >= 0) {
			struct tcp_info info = idiagnl_msg_get_tcpinfo(diag);
			struct idiagnl_meminfo *mem = idiagnl_msg_get_meminfo(diag);
			struct idiagnl_vegasinfo *vegas = idiagnl_msg_get_vegasinfo(diag);

			hex(&info, sizeof info);
			if (mem)
				printf("mem %u %u %u %u\n", idiagnl_meminfo_get_rmem(mem), idiagnl_meminfo_get_wmem(mem),
				       idiagnl_meminfo_get_fmem(mem), idiagnl_meminfo_get_tmem(mem));
			if (vegas)
				printf("vegas %u %u %u %u\n", idiagnl_vegasinfo_get_enabled(vegas), idiagnl_vegasinfo_get_rttcnt(vegas),
				       idiagnl_vegasinfo_get_rtt(vegas), idiagnl_vegasinfo_get_minrtt(vegas));
			printf("%u %u %u\n", idiagnl_msg_get_tos(diag), idiagnl_msg_get_tclass(diag), idiagnl_msg_get_shutdown(diag));
			idiagnl_msg_put(diag);
		}
		parsed_req(msg);
		nlmsg_free(msg);
	}
}

static int shown(struct nl_sock *sock, struct nl_msg *msg)
{
	struct nlmsghdr *nlh = nlmsg_hdr(msg);

	printf("type %d flags %x: ", nlh->nlmsg_type, nlh->nlmsg_flags);
	hex(nlmsg_data(nlh), (size_t)nlmsg_datalen(nlh));
	return -NLE_AGAIN;
}

/* What a cache asks for. */
static void requested(void)
{
	struct nl_sock *sock = nl_socket_alloc();
	struct nl_cb *cb = nl_socket_get_cb(sock);
	struct nl_cache *cache;

	MUST(idiagnl_connect(sock) == 0);
	nl_cb_overwrite_send(cb, shown);
	printf("answer %d\n", idiagnl_msg_alloc_cache(sock, AF_INET, 0xfff, &cache));
	printf("answer %d\n", idiagnl_msg_alloc_cache(sock, AF_INET6, 0x12345, &cache));
	nl_cb_put(cb);
	nl_socket_free(sock);
}

static void sending(void)
{
	struct nl_sock *receiver, *sender = pair(&receiver);
	struct nl_cache *cache = NULL;

	for (int flags = 0; flags < 4; flags++)
		came(receiver, "simple", idiagnl_send_simple(sender, (int[]) { 0, NLM_F_ROOT, NLM_F_DUMP, NLM_F_ACK }[flags], AF_INET, 0x1234, 0x5678));
	came(receiver, "cache", idiagnl_msg_alloc_cache(sender, AF_INET, 0xfff, &cache));
	nl_socket_free(sender);
	nl_socket_free(receiver);
	sender = nl_socket_alloc();
	printf("connect %d", idiagnl_connect(sender));
	printf(" cache %d", idiagnl_msg_alloc_cache(sender, AF_INET, 0xfff, &cache));
	printf(" of %d\n", nl_cache_nitems(cache));
	nl_cache_free(cache);
	nl_socket_free(sender);
	MUST(nl_cache_alloc_name("idiag/idiag", &cache) == 0);
	printf("cache %d\n", nl_cache_nitems(cache));
	nl_cache_free(cache);
}

int main(void)
{
	names();
	accessors();
	addresses();
	parts();
	COMPARED(idiagnl_msg, fill)
	COMPARED(idiagnl_meminfo, fill_mem)
	COMPARED(idiagnl_vegasinfo, fill_vegas)
	messages();
	sending();
	requested();
	return 0;
}
