/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Connections that netfilter expects. */
#include <unistd.h>
#include <sys/wait.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netlink/netfilter/nfnl.h>
#include <netlink/netfilter/exp.h>
#include "fields.h"

static void accessors(void)
{
	FIELD(nfnl_exp, family)
	TESTED(nfnl_exp, timeout);
	TESTED(nfnl_exp, id);
	TESTED(nfnl_exp, zone);
	TESTED(nfnl_exp, flags);
	TESTED(nfnl_exp, class);
	TESTED(nfnl_exp, nat_dir);
	for (int which = 0; which < NFNL_EXP_TUPLE_MAX; which++)
		TESTED_AT(nfnl_exp, l4protonum, , which);
}

static void texts(void)
{
	static char *names[] = { "ftp", "", "a name of more than sixteen characters" };

	for (size_t i = 0; i < COUNT(names); i++) {
		struct nfnl_exp *exp = nfnl_exp_alloc(), *none = nfnl_exp_alloc();

		printf("helper %d %s", nfnl_exp_test_helper_name(exp), nfnl_exp_get_helper_name(exp) ? "set" : "NULL");
		printf(" %d", nfnl_exp_set_helper_name(exp, names[(i + 1) % 3]));
		printf(" %d", nfnl_exp_set_helper_name(exp, names[i]));
		printf(" %d %s\n", nfnl_exp_test_helper_name(exp), nfnl_exp_get_helper_name(exp));
		show(OBJ_CAST(exp), OBJ_CAST(none));
		printf("fn %d %s", nfnl_exp_test_fn(exp), nfnl_exp_get_fn(exp) ? "set" : "NULL");
		printf(" %d", nfnl_exp_set_fn(exp, names[i]));
		printf(" %d %s\n", nfnl_exp_test_fn(exp), nfnl_exp_get_fn(exp));
		show(OBJ_CAST(exp), OBJ_CAST(none));
		nfnl_exp_put(exp);
		nfnl_exp_put(none);
	}
}

static void tuples(void)
{
	struct nl_addr *four = addr("10.0.0.1", AF_INET), *six = addr("::1", AF_INET6);

	for (int which = 0; which < NFNL_EXP_TUPLE_MAX; which++) {
		struct nfnl_exp *exp = nfnl_exp_alloc(), *none = nfnl_exp_alloc();

		printf("addresses %s", text_of_addr(nfnl_exp_get_src(exp, which)));
		printf(" %s %d %d set", text_of_addr(nfnl_exp_get_dst(exp, which)), nfnl_exp_test_src(exp, which), nfnl_exp_test_dst(exp, which));
		printf(" %d", nfnl_exp_set_src(exp, which, four));
		printf(" %d", nfnl_exp_set_dst(exp, which, six));
		printf(" %d", nfnl_exp_set_dst(exp, which, four));
		printf(" %d %d", nfnl_exp_test_src(exp, which), nfnl_exp_test_dst(exp, which));
		printf(" %s family %u\n", text_of_addr(nfnl_exp_get_dst(exp, which)), nfnl_exp_get_family(exp));
		printf("ports %d %u %u", nfnl_exp_test_ports(exp, which), nfnl_exp_get_src_port(exp, which), nfnl_exp_get_dst_port(exp, which));
		nfnl_exp_set_ports(exp, which, 1000, 2000);
		printf(" %d %u %u\n", nfnl_exp_test_ports(exp, which), nfnl_exp_get_src_port(exp, which), nfnl_exp_get_dst_port(exp, which));
		show(OBJ_CAST(exp), OBJ_CAST(none));
		printf("icmp %d %u %u %u", nfnl_exp_test_icmp(exp, which), nfnl_exp_get_icmp_id(exp, which), nfnl_exp_get_icmp_type(exp, which),
		       nfnl_exp_get_icmp_code(exp, which));
		nfnl_exp_set_icmp(exp, which, 3000, 8, 9);
		printf(" %d %u %u %u", nfnl_exp_test_icmp(exp, which), nfnl_exp_get_icmp_id(exp, which), nfnl_exp_get_icmp_type(exp, which),
		       nfnl_exp_get_icmp_code(exp, which));
		printf(" ports %u %u\n", nfnl_exp_get_src_port(exp, which), nfnl_exp_get_dst_port(exp, which));
		show(OBJ_CAST(exp), OBJ_CAST(none));
		nfnl_exp_get(exp);
		nfnl_exp_put(exp);
		nfnl_exp_put(exp);
		nfnl_exp_put(none);
	}
	nl_addr_put(four);
	nl_addr_put(six);
	nfnl_exp_put(NULL);
}

static void flags(void)
{
	static const char *texts[] = { "expected", "PERMANENT", "permanent", "seen_reply,assured", "inactive", "7", "" };
	char buf[256];

	for (uint32_t bits = 1; bits < 0x100; bits <<= 1) {
		struct nfnl_exp *exp = nfnl_exp_alloc(), *filter = nfnl_exp_alloc();

		nfnl_exp_set_flags(exp, bits);
		nfnl_exp_set_flags(exp, 1);
		printf("flags %x", nfnl_exp_get_flags(exp));
		nfnl_exp_unset_flags(filter, bits);
		printf(" %d", nl_object_match_filter(OBJ_CAST(exp), OBJ_CAST(filter)));
		nfnl_exp_unset_flags(exp, bits);
		printf(" %x %d '%s'\n", nfnl_exp_get_flags(exp), nl_object_match_filter(OBJ_CAST(exp), OBJ_CAST(filter)),
		       nfnl_exp_flags2str((int)bits, buf, sizeof buf));
		dumps(OBJ_CAST(exp));
		nfnl_exp_put(exp);
		nfnl_exp_put(filter);
	}
	printf("'%s'\n", nfnl_exp_flags2str(-1, buf, sizeof buf));
	for (size_t i = 0; i < COUNT(texts); i++)
		printf("%s: %d\n", texts[i], nfnl_exp_str2flags(texts[i]));
}

static void fill(struct nfnl_exp *exp)
{
	int family = dice(3) ? AF_INET : AF_INET6;

	SOMETIMES nfnl_exp_set_family(exp, (uint8_t)family);
	SOMETIMES nfnl_exp_set_timeout(exp, dice(3));
	SOMETIMES nfnl_exp_set_id(exp, dice(3));
	SOMETIMES nfnl_exp_set_helper_name(exp, dice(2) ? "ftp" : "sip");
	SOMETIMES nfnl_exp_set_zone(exp, (uint16_t)dice(3));
	SOMETIMES nfnl_exp_set_flags(exp, dice(8));
	SOMETIMES nfnl_exp_set_class(exp, dice(3));
	SOMETIMES nfnl_exp_set_fn(exp, dice(2) ? "nat-follow-master" : "");
	SOMETIMES nfnl_exp_set_nat_dir(exp, (uint8_t)dice(3));
	for (int which = 0; which < NFNL_EXP_TUPLE_MAX; which++) {
		struct nl_addr *src = some_addr(family), *dst = some_addr(family);

		SOMETIMES nfnl_exp_set_src(exp, which, src);
		SOMETIMES nfnl_exp_set_dst(exp, which, dst);
		nl_addr_put(src);
		nl_addr_put(dst);
		SOMETIMES nfnl_exp_set_l4protonum(exp, which, (uint8_t[]) { 6, 6, 17, 1, 58 }[dice(5)]);
		SOMETIMES nfnl_exp_set_ports(exp, which, (uint16_t)dice(3), (uint16_t)dice(3));
		if (dice(3) == 0)
			nfnl_exp_set_icmp(exp, which, (uint16_t)dice(3), (uint8_t)dice(3), (uint8_t)dice(3));
	}
}

static void requests(void)
{
	for (int i = 0; i < 200; i++) {
		struct nfnl_exp *exp = nfnl_exp_alloc();

		fill(exp);
		BUILT(nfnl_exp, add_request, exp, , i);
		BUILT(nfnl_exp, delete_request, exp, , i);
		BUILT(nfnl_exp, query_request, exp, , i);
		nfnl_exp_put(exp);
	}
	for (size_t size = 16; size < 200; size += 4) {
		struct nfnl_exp *exp = nfnl_exp_alloc();

		fill(exp);
		nlmsg_set_default_size(size);
		BUILT(nfnl_exp, add_request, exp, , 0);
		nlmsg_set_default_size(4096);
		nfnl_exp_put(exp);
	}
}

static const struct shape IP[] = { { 1, 4, 0 }, { 2, 4, 0 }, { 3, 16, 0 }, { 4, 16, 0 }, { 0 } };
static const struct shape PROTO[] = { { 1, 1, 0 }, { 2, 2, 0 }, { 3, 2, 0 }, { 4, 2, 0 }, { 5, 1, 0 }, { 6, 1, 0 }, { 7, 2, 0 }, { 8, 1, 0 },
				      { 9, 1, 0 }, { 0 } };
static const struct shape TUPLE[] = { { 1, 0, IP }, { 2, 0, PROTO }, { 3, 2, 0 }, { 0 } };
static const struct shape EXP[] = { { 1, 0, TUPLE }, { 2, 0, TUPLE }, { 3, 0, TUPLE }, { 4, 4, 0 }, { 5, 4, 0 }, { 6, 0, 0 }, { 7, 2, 0 },
				    { 8, 4, 0 }, { 9, 4, 0 }, { 11, 0, 0 }, { 0 } };

static void header(void *hdr)
{
	((struct nfgenmsg *)hdr)->nfgen_family = (uint8_t[]) { AF_INET, AF_INET6, AF_UNSPEC, 7 }[dice(4)];
}

static void four(void *hdr)
{
	((struct nfgenmsg *)hdr)->nfgen_family = AF_INET;
}

/* Attribute 10 crashes stock. */
#define NAT 10

static void messages(void)
{
	static const int paths[][4] = { { 0 }, { 1, 0 }, { 2, 1, 0 }, { 3, 2, 0 } };

	for (size_t i = 0; i < COUNT(paths); i++)
		lengths(NETLINK_NETFILTER, NFNLMSG_TYPE(2, 0), 4, four, paths[i], 0, i ? 30 : NAT);
	lengths(NETLINK_NETFILTER, NFNLMSG_TYPE(2, 0), 4, four, (const int[]) { 0 }, NAT + 1, 30);
	never = NAT;
	for (int type = IPCTNL_MSG_EXP_NEW; type < IPCTNL_MSG_EXP_MAX + 2; type++)
		parse_some(NETLINK_NETFILTER, NFNLMSG_TYPE(NFNL_SUBSYS_CTNETLINK_EXP, type), EXP, 4, header, type ? 10 : 1500);
	for (int i = 0; i < 100; i++) {
		struct nl_msg *msg = nlmsg_alloc();
		struct nfnl_exp *exp = NULL;
		int err;

		nlmsg_put(msg, 0, 0, NFNLMSG_TYPE(2, 0), 0, 0);
		header(nlmsg_reserve(msg, 4, 4));
		attributes(msg, EXP, i % 2);
		nlmsg_hdr(msg)->nlmsg_flags = (uint16_t)(dice(2) * NLM_F_CREATE);
		nlmsg_hdr(msg)->nlmsg_type = (uint16_t)(512 + dice(3));
		printf("group %d", nfnlmsg_exp_group(nlmsg_hdr(msg)));
		err = nfnlmsg_exp_parse(nlmsg_hdr(msg), &exp);
		printf(" parse %d %d\n", err, exp != NULL);
		if (err >= 0) {
			dumps(OBJ_CAST(exp));
			nfnl_exp_put(exp);
		}
		nlmsg_free(msg);
	}
}

/* Stock reads past the end of nowhere when an expectation has NAT. */
static void nat(void)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct nfnl_exp *exp = NULL;
	struct nlattr *nat, *tuple, *ip;
	static char buf[512];
	pid_t child;

	nlmsg_put(msg, 0, 0, NFNLMSG_TYPE(2, 0), 0, 0);
	four(memset(nlmsg_reserve(msg, 4, 4), 0, 4));
	nat = nla_nest_start(msg, NAT);
	nla_put_u32(msg, 1, htonl(1));
	tuple = nla_nest_start(msg, 2);
	ip = nla_nest_start(msg, 1);
	nla_put_u32(msg, 1, htonl(0x0a000001));
	nla_nest_end(msg, ip);
	nla_nest_end(msg, tuple);
	nla_nest_end(msg, nat);
	fflush(stdout);
	child = fork();
	MUST(child >= 0);
	if (child == 0) {
		int err = nfnlmsg_exp_parse(nlmsg_hdr(msg), &exp);

		nl_object_dump_buf(OBJ_CAST(exp), buf, sizeof buf);
		printf("fix nat %d %s", err, buf);
		nfnl_exp_put(exp);
		nlmsg_free(msg);
		fflush(stdout);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	nlmsg_free(msg);
}

static void sending(void)
{
	struct nfnl_exp *exp = nfnl_exp_alloc();
	struct nl_sock *receiver, *sender = pair(&receiver);
	struct nl_cache *cache = NULL;

	fill(exp);
	came(receiver, "dump", nfnl_exp_dump_request(sender));
	came(receiver, "add", nfnl_exp_add(sender, exp, NLM_F_CREATE));
	came(receiver, "delete", nfnl_exp_del(sender, exp, 0));
	came(receiver, "query", nfnl_exp_query(sender, exp, 0));
	nl_close(sender);
	came(receiver, "cache", nfnl_exp_alloc_cache(sender, &cache));
	came(receiver, "add", nfnl_exp_add(sender, exp, NLM_F_CREATE));
	nl_socket_free(sender);
	nl_socket_free(receiver);
	nfnl_exp_put(exp);
	MUST(nl_cache_alloc_name("netfilter/exp", &cache) == 0);
	printf("cache %d\n", nl_cache_nitems(cache));
	nl_cache_free(cache);
}

int main(void)
{
	accessors();
	texts();
	tuples();
	flags();
	COMPARED(nfnl_exp, fill)
	requests();
	messages();
	nat();
	sending();
	return 0;
}
