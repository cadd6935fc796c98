/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Connections and expectations: made, asked for, listed, changed, made again from what was read, deleted; while a manager
 * listens. */
#include "made.h"
#include <linux/netfilter/nf_conntrack_common.h>
#include <netlink/netfilter/ct.h>
#include <netlink/netfilter/exp.h>
#include <netlink/netfilter/nfnl.h>

static struct nl_sock *sock;
static struct nl_cache_mngr *mngr;
static struct nl_addr *given;

static void step(const char *what, int answer)
{
	say(what, answer);
	hear(mngr);
}

static struct nl_addr *at(const char *text)
{
	nl_addr_put(given);
	return given = address(text, AF_UNSPEC);
}

static struct nfnl_ct *connection(int family, int proto, const char *src, const char *dst)
{
	struct nfnl_ct *ct = nfnl_ct_alloc();

	printf("-- connection %s to %s of %d\n", src, dst, proto);
	nfnl_ct_set_family(ct, (uint8_t)family);
	nfnl_ct_set_proto(ct, (uint8_t)proto);
	say("src", nfnl_ct_set_src(ct, 0, at(src)));
	say("dst", nfnl_ct_set_dst(ct, 0, at(dst)));
	say("src", nfnl_ct_set_src(ct, 1, at(dst)));
	say("dst", nfnl_ct_set_dst(ct, 1, at(src)));
	nfnl_ct_set_timeout(ct, 3000);
	return ct;
}

static void ports(struct nfnl_ct *ct, uint16_t from, uint16_t to)
{
	nfnl_ct_set_src_port(ct, 0, from);
	nfnl_ct_set_dst_port(ct, 0, to);
	nfnl_ct_set_src_port(ct, 1, to);
	nfnl_ct_set_dst_port(ct, 1, from);
}

static void got(struct nfnl_ct *ct)
{
	char text[128];

	printf("family %d proto %d tcp %d %d status %x %s", nfnl_ct_get_family(ct), nfnl_ct_get_proto(ct), nfnl_ct_test_tcp_state(ct),
	       nfnl_ct_get_tcp_state(ct), nfnl_ct_get_status(ct), nfnl_ct_status2str((int)nfnl_ct_get_status(ct), text, sizeof text));
	printf(" timeout %d mark %d %u use %d id %d zone %d %d", nfnl_ct_test_timeout(ct), nfnl_ct_test_mark(ct), nfnl_ct_get_mark(ct),
	       nfnl_ct_test_use(ct), nfnl_ct_test_id(ct), nfnl_ct_test_zone(ct), nfnl_ct_get_zone(ct));
	for (int reply = 0; reply < 2; reply++)
		printf(" ports %d %d %d %d icmp %d %d %d packets %d %llu", nfnl_ct_test_src_port(ct, reply), nfnl_ct_get_src_port(ct, reply),
		       nfnl_ct_test_dst_port(ct, reply), nfnl_ct_get_dst_port(ct, reply), nfnl_ct_get_icmp_id(ct, reply), nfnl_ct_get_icmp_type(ct, reply),
		       nfnl_ct_get_icmp_code(ct, reply), nfnl_ct_test_packets(ct, reply), (unsigned long long)nfnl_ct_get_packets(ct, reply));
	printf(" stamped %d\n", nfnl_ct_test_timestamp(ct));
}

static int keep_object(struct nl_msg *msg, void *arg)
{
	return nl_msg_parse(msg, keep, arg) < 0 ? NL_SKIP : NL_OK;
}

/* Asked for one connection: the answer is a message. */
static struct nfnl_ct *asked(struct nfnl_ct *ct)
{
	struct seen seen = { 0 };

	nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, keep_object, &seen);
	say("query", nfnl_ct_query(sock, ct, 0));
	nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_DEFAULT, NULL, NULL);
	return (struct nfnl_ct *)seen.last;
}

static struct nfnl_ct *listed(void)
{
	struct nl_cache *cache = NULL;
	struct nl_object *found;

	MUST(nfnl_ct_alloc_cache(sock, &cache) == 0);
	found = nl_cache_get_first(cache);
	if (found)
		nl_object_get(found);
	printf("listed %d\n", nl_cache_nitems(cache));
	nl_cache_free(cache);
	return (struct nfnl_ct *)found;
}

static void life(struct nfnl_ct *ct)
{
	struct nfnl_ct *back, *only = (struct nfnl_ct *)nl_object_clone(OBJ_CAST(ct));

	step("without create", nfnl_ct_add(sock, ct, 0));
	step("add", nfnl_ct_add(sock, ct, NLM_F_CREATE | NLM_F_EXCL));
	step("again", nfnl_ct_add(sock, ct, NLM_F_CREATE | NLM_F_EXCL));
	ask("conntrack -L -o extended 2> /dev/null; conntrack -L -f ipv6 -o extended 2> /dev/null");
	back = listed();
	if (back) {
		printf("attributes %s\n", nl_object_attr_list(OBJ_CAST(back), buf, sizeof buf));
		forms(OBJ_CAST(back));
		got(back);
		nfnl_ct_set_mark(only, 99);
		step("change", nfnl_ct_add(sock, only, NLM_F_REPLACE));
		step("delete", nfnl_ct_del(sock, back, 0));
		/* Or it might be the same one, number and all. */
		nfnl_ct_set_mark(back, 55);
		step("made of what was read", nfnl_ct_add(sock, back, NLM_F_CREATE | NLM_F_EXCL));
		ask("conntrack -L -o extended 2> /dev/null; conntrack -L -f ipv6 -o extended 2> /dev/null");
	}
	step("delete", nfnl_ct_del(sock, ct, 0));
	step("delete again", nfnl_ct_del(sock, ct, 0));
	nfnl_ct_put(back);
	nfnl_ct_put(only);
	nfnl_ct_put(ct);
}

static void connections(void)
{
	struct nfnl_ct *ct = connection(AF_INET, IPPROTO_TCP, "10.0.0.1", "10.0.0.2");

	ports(ct, 1000, 80);
	nfnl_ct_set_tcp_state(ct, 3);
	nfnl_ct_set_mark(ct, 7);
	nfnl_ct_set_status(ct, IPS_CONFIRMED | IPS_ASSURED | IPS_SEEN_REPLY);
	life(ct);
	ct = connection(AF_INET6, IPPROTO_UDP, "2001:db8::1", "2001:db8::2");
	ports(ct, 1, 2);
	nfnl_ct_set_zone(ct, 5);
	life(ct);
	ct = connection(AF_INET, IPPROTO_ICMP, "10.0.0.1", "10.0.0.2");
	nfnl_ct_set_icmp_id(ct, 0, 77);
	nfnl_ct_set_icmp_type(ct, 0, 8);
	nfnl_ct_set_icmp_code(ct, 0, 0);
	nfnl_ct_set_icmp_id(ct, 1, 77);
	nfnl_ct_set_icmp_type(ct, 1, 0);
	nfnl_ct_set_icmp_code(ct, 1, 0);
	life(ct);
	ct = connection(AF_INET, IPPROTO_TCP, "10.0.0.1", "10.0.0.2");
	life(ct);
	ct = connection(AF_INET, IPPROTO_TCP, "10.0.0.1", "2001:db8::2");
	ports(ct, 1000, 80);
	life(ct);
}

static void queried(void)
{
	struct nfnl_ct *ct = connection(AF_INET, IPPROTO_TCP, "10.0.0.1", "10.0.0.2"), *back;

	ports(ct, 1000, 21);
	step("add", nfnl_ct_add(sock, ct, NLM_F_CREATE));
	back = asked(ct);
	if (back) {
		got(back);
		forms(OBJ_CAST(back));
	}
	nfnl_ct_put(back);
	nfnl_ct_put(ct);
}

static void tuple(struct nfnl_exp *exp, int which, const char *src, const char *dst, uint16_t from, uint16_t to)
{
	printf("%d", nfnl_exp_set_src(exp, which, at(src)));
	printf(" %d\n", nfnl_exp_set_dst(exp, which, at(dst)));
	nfnl_exp_set_l4protonum(exp, which, IPPROTO_TCP);
	nfnl_exp_set_ports(exp, which, from, to);
}

/* A connection whose master a helper looks after. */
static void connect_to_helper(void)
{
	struct sockaddr_in server = { .sin_family = AF_INET, .sin_port = htons(21), .sin_addr.s_addr = inet_addr("192.0.2.1") }, client = server;
	int listener = socket(AF_INET, SOCK_STREAM, 0), sender = socket(AF_INET, SOCK_STREAM, 0);

	client.sin_port = htons(1000);
	MUST(bind(listener, (struct sockaddr *)&server, sizeof server) == 0 && listen(listener, 1) == 0);
	MUST(bind(sender, (struct sockaddr *)&client, sizeof client) == 0);
	MUST(connect(sender, (struct sockaddr *)&server, sizeof server) == 0);
	hear(mngr);
}

static void expectations(void)
{
	struct nfnl_exp *exp = nfnl_exp_alloc(), *back = NULL;
	struct nl_cache *cache = NULL;

	printf("-- expectation\n");
	connect_to_helper();
	nfnl_exp_set_family(exp, AF_INET);
	tuple(exp, NFNL_EXP_TUPLE_EXPECT, "192.0.2.1", "192.0.2.2", 0, 5000);
	tuple(exp, NFNL_EXP_TUPLE_MASK, "255.255.255.255", "255.255.255.255", 0, 65535);
	tuple(exp, NFNL_EXP_TUPLE_MASTER, "192.0.2.1", "192.0.2.1", 1000, 21);
	nfnl_exp_set_timeout(exp, 600);
	nfnl_exp_set_flags(exp, 1);
	nfnl_exp_set_class(exp, 0);
	nfnl_exp_set_helper_name(exp, "ftp");
	step("add", nfnl_exp_add(sock, exp, NLM_F_CREATE | NLM_F_EXCL));
	step("again", nfnl_exp_add(sock, exp, NLM_F_CREATE | NLM_F_EXCL));
	/* Whether one that is made again is told of depends on its number, which is drawn by lot. */
	nl_cache_mngr_free(mngr);
	mngr = NULL;
	ask("conntrack -L expect 2> /dev/null");
	MUST(nfnl_exp_alloc_cache(sock, &cache) == 0);
	forms_of_all(cache);
	back = (struct nfnl_exp *)nl_cache_get_first(cache);
	if (back) {
		printf("attributes %s\n", nl_object_attr_list(OBJ_CAST(back), buf, sizeof buf));
		step("delete", nfnl_exp_del(sock, back, 0));
		step("made of what was read", nfnl_exp_add(sock, back, NLM_F_CREATE | NLM_F_EXCL));
		ask("conntrack -L expect 2> /dev/null");
	}
	step("delete", nfnl_exp_del(sock, exp, 0));
	step("delete again", nfnl_exp_del(sock, exp, 0));
	nl_cache_free(cache);
	nfnl_exp_put(exp);
}

int main(void)
{
	static const char *const types[] = { "netfilter/ct", "netfilter/exp" };

	setvbuf(stdout, NULL, _IOLBF, 0);
	sock = nl_socket_alloc();
	MUST(nfnl_connect(sock) == 0);
	MUST(nl_cache_mngr_alloc(NULL, NETLINK_NETFILTER, 0, &mngr) == 0);
	for (size_t i = 0; i < COUNT(types); i++) {
		struct nl_cache *cache = NULL;

		MUST(nl_cache_alloc_name(types[i], &cache) == 0);
		say(types[i], nl_cache_mngr_add_cache_v2(mngr, cache, told, NULL));
	}
	connections();
	queried();
	ask("conntrack -F 2> /dev/null; nft add rule inet t out ct mark set 7; ping -qc 2 -i 0.01 192.0.2.1 > /dev/null");
	hear(mngr);
	expectations();
	nl_addr_put(given);
	nl_socket_free(sock);
	return 0;
}
