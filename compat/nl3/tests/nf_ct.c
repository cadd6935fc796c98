/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Connections that netfilter tracks. */
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netlink/netfilter/nfnl.h>
#include <netlink/netfilter/ct.h>
#include "fields.h"

static void accessors(void)
{
	FIELD(nfnl_ct, family)
	TESTED(nfnl_ct, proto);
	TESTED(nfnl_ct, tcp_state);
	TESTED(nfnl_ct, status);
	TESTED(nfnl_ct, timeout);
	TESTED(nfnl_ct, mark);
	TESTED(nfnl_ct, use);
	TESTED(nfnl_ct, id);
	TESTED(nfnl_ct, zone);
	for (int dir = 0; dir < 3; dir++) {
		TESTED_AT(nfnl_ct, src_port, , dir);
		TESTED_AT(nfnl_ct, dst_port, , dir);
		TESTED_AT(nfnl_ct, icmp_id, , dir);
		TESTED_AT(nfnl_ct, icmp_type, , dir);
		TESTED_AT(nfnl_ct, icmp_code, , dir);
		TESTED_AT(nfnl_ct, packets, , dir);
		TESTED_AT(nfnl_ct, bytes, , dir);
	}
}

static void odd_ones(void)
{
	struct nfnl_ct *ct = nfnl_ct_alloc();
	struct nl_addr *four = addr("10.0.0.1", AF_INET), *six = addr("::1", AF_INET6);

	printf("timestamp %d %llu", nfnl_ct_test_timestamp(ct), (unsigned long long)nfnl_ct_get_timestamp(ct)->stop);
	nfnl_ct_set_timestamp(ct, 5, 7);
	printf(" %d %llu %llu\n", nfnl_ct_test_timestamp(ct), (unsigned long long)nfnl_ct_get_timestamp(ct)->start,
	       (unsigned long long)nfnl_ct_get_timestamp(ct)->stop);
	for (uint32_t bits = 1; bits < 0x10000; bits <<= 1) {
		nfnl_ct_set_status(ct, bits);
		printf("status %x -> %x", bits, nfnl_ct_get_status(ct));
		nfnl_ct_unset_status(ct, bits | 6);
		printf(" -> %x %d\n", nfnl_ct_get_status(ct), nfnl_ct_test_status(ct));
	}
	for (int dir = 0; dir < 3; dir++) {
		printf("addresses %s", text_of_addr(nfnl_ct_get_src(ct, dir)));
		printf(" %s set", text_of_addr(nfnl_ct_get_dst(ct, dir)));
		printf(" %d", nfnl_ct_set_src(ct, dir, four));
		printf(" %d", nfnl_ct_set_src(ct, dir, four));
		printf(" %d", nfnl_ct_set_dst(ct, dir, six));
		printf(" %d", nfnl_ct_set_dst(ct, dir, four));
		printf(" same %d %d", nfnl_ct_get_src(ct, dir) == four, nfnl_ct_get_dst(ct, dir) == four);
		printf(" %s family %u shared %d\n", text_of_addr(nfnl_ct_get_src(ct, dir)), nfnl_ct_get_family(ct), nl_addr_shared(four));
	}
	for (int i = 0; i < 100; i++) {
		struct nfnl_ct *one = nfnl_ct_alloc(), *filter = nfnl_ct_alloc();

		nfnl_ct_set_status(one, dice(8));
		nfnl_ct_set_status(filter, dice(8));
		nfnl_ct_unset_status(filter, dice(8));
		printf("filter %d %d\n", nl_object_match_filter(OBJ_CAST(one), OBJ_CAST(filter)), nl_object_diff(OBJ_CAST(one), OBJ_CAST(filter)));
		nfnl_ct_put(one);
		nfnl_ct_put(filter);
	}
	nfnl_ct_get(ct);
	nfnl_ct_put(ct);
	nl_addr_put(four);
	nl_addr_put(six);
	nfnl_ct_put(ct);
	nfnl_ct_put(NULL);
}

static void names(void)
{
	static const char *texts[] = { "ESTABLISHED", "established", "expected", "SNAT", "dying", "7", "0x10", "", "nothing" };
	char buf[256];

	for (int i = -1; i < 16; i++)
		printf("tcp state %d %s\n", i, nfnl_ct_tcp_state2str((uint8_t)i, buf, sizeof buf));
	for (unsigned int i = 0; i < 40; i++)
		printf("status %s\n", nfnl_ct_status2str((int)(i < 32 ? 1U << i : dice(0x3000)), buf, i == 39 ? 20 : sizeof buf));
	for (size_t i = 0; i < COUNT(texts); i++)
		printf("%s: state %d status %d\n", texts[i], nfnl_ct_str2tcp_state(texts[i]), nfnl_ct_str2status(texts[i]));
}

static void fill(struct nfnl_ct *ct)
{
	int family = dice(3) ? AF_INET : AF_INET6;

	SOMETIMES nfnl_ct_set_family(ct, (uint8_t)family);
	SOMETIMES nfnl_ct_set_proto(ct, (uint8_t[]) { 6, 6, 17, 1, 58 }[dice(5)]);
	SOMETIMES nfnl_ct_set_tcp_state(ct, (uint8_t)dice(5));
	SOMETIMES nfnl_ct_set_status(ct, dice(0x800));
	SOMETIMES nfnl_ct_set_timeout(ct, dice(2) ? 100 : dice(100000));
	SOMETIMES nfnl_ct_set_mark(ct, dice(3));
	SOMETIMES nfnl_ct_set_use(ct, dice(3));
	SOMETIMES nfnl_ct_set_id(ct, dice(3));
	SOMETIMES nfnl_ct_set_zone(ct, (uint16_t)dice(3));
	SOMETIMES nfnl_ct_set_timestamp(ct, dice(2) * 1000000000ULL, dice(9) * 1500000000ULL);
	for (int dir = 0; dir < 2; dir++) {
		struct nl_addr *src = some_addr(family), *dst = some_addr(family);

		SOMETIMES nfnl_ct_set_src(ct, dir, src);
		SOMETIMES nfnl_ct_set_dst(ct, dir, dst);
		nl_addr_put(src);
		nl_addr_put(dst);
		SOMETIMES nfnl_ct_set_src_port(ct, dir, (uint16_t)dice(3));
		SOMETIMES nfnl_ct_set_dst_port(ct, dir, (uint16_t)dice(3));
		if (dice(3) == 0)
			nfnl_ct_set_icmp_id(ct, dir, (uint16_t)dice(3));
		if (dice(3) == 0)
			nfnl_ct_set_icmp_type(ct, dir, (uint8_t)dice(3));
		if (dice(3) == 0)
			nfnl_ct_set_icmp_code(ct, dir, (uint8_t)dice(3));
		SOMETIMES nfnl_ct_set_packets(ct, dir, dice(1000));
		SOMETIMES nfnl_ct_set_bytes(ct, dir, dice(2) ? 1 : 1ULL << dice(50));
	}
}

static void requests(void)
{
	for (int i = 0; i < 200; i++) {
		struct nfnl_ct *ct = nfnl_ct_alloc();

		fill(ct);
		BUILT(nfnl_ct, add_request, ct, , i);
		BUILT(nfnl_ct, delete_request, ct, , i);
		BUILT(nfnl_ct, query_request, ct, , i);
		nfnl_ct_put(ct);
	}
}

static const struct shape IP[] = { { 1, 4, 0 }, { 2, 4, 0 }, { 3, 16, 0 }, { 4, 16, 0 }, { 0 } };
static const struct shape PROTO[] = { { 1, 1, 0 }, { 2, 2, 0 }, { 3, 2, 0 }, { 4, 2, 0 }, { 5, 1, 0 }, { 6, 1, 0 }, { 7, 2, 0 }, { 8, 1, 0 },
				      { 9, 1, 0 }, { 0 } };
static const struct shape TUPLE[] = { { 1, 0, IP }, { 2, 0, PROTO }, { 3, 2, 0 }, { 0 } };
static const struct shape TCP[] = { { 1, 1, 0 }, { 2, 1, 0 }, { 3, 1, 0 }, { 4, 2, 0 }, { 5, 2, 0 }, { 0 } };
static const struct shape INFO[] = { { 1, 0, TCP }, { 2, 0, TCP }, { 3, 0, TCP }, { 0 } };
static const struct shape COUNTERS[] = { { 1, 8, 0 }, { 2, 8, 0 }, { 3, 4, 0 }, { 4, 4, 0 }, { 0 } };
static const struct shape STAMPS[] = { { 1, 8, 0 }, { 2, 8, 0 }, { 0 } };
static const struct shape CT[] = { { 1, 0, TUPLE }, { 2, 0, TUPLE }, { 3, 4, 0 }, { 4, 0, INFO }, { 7, 4, 0 }, { 8, 4, 0 }, { 9, 0, COUNTERS },
				   { 10, 0, COUNTERS }, { 11, 4, 0 }, { 12, 4, 0 }, { 18, 2, 0 }, { 20, 0, STAMPS }, { 0 } };

static void header(void *hdr)
{
	struct nfgenmsg *nfmsg = hdr;

	nfmsg->nfgen_family = (uint8_t[]) { AF_INET, AF_INET6, AF_UNSPEC, 7 }[dice(4)];
	nfmsg->res_id = htons((uint16_t)dice(100));
}

static void four(void *hdr)
{
	((struct nfgenmsg *)hdr)->nfgen_family = AF_INET;
}

static void messages(void)
{
	static const int paths[][4] = { { 0 }, { 1, 0 }, { 2, 1, 0 }, { 1, 2, 0 }, { 4, 0 }, { 4, 1, 0 }, { 4, 2, 0 }, { 9, 0 }, { 20, 0 } };

	for (size_t i = 0; i < COUNT(paths); i++)
		lengths(NETLINK_NETFILTER, NFNLMSG_TYPE(1, 0), 4, four, paths[i], 0, 30);
	parse_some(NETLINK_NETFILTER, NFNLMSG_TYPE(NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_NEW), CT, 4, header, 1500);
	parse_some(NETLINK_NETFILTER, NFNLMSG_TYPE(NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET), CT, 4, header, 10);
	parse_some(NETLINK_NETFILTER, NFNLMSG_TYPE(NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_DELETE), CT, 4, header, 10);
	parse_some(NETLINK_NETFILTER, NFNLMSG_TYPE(NFNL_SUBSYS_CTNETLINK, 3), CT, 4, header, 10);
	for (int i = 0; i < 200; i++) {
		struct nl_msg *msg = nlmsg_alloc();
		struct nfnl_ct *ct = NULL;
		int err;

		nlmsg_put(msg, 0, 0, NFNLMSG_TYPE(1, 0), 0, 0);
		header(nlmsg_reserve(msg, 4, 4));
		attributes(msg, CT, i % 2);
		nlmsg_hdr(msg)->nlmsg_flags = (uint16_t)(dice(2) * NLM_F_CREATE);
		nlmsg_hdr(msg)->nlmsg_type = (uint16_t)(256 + dice(3));
		printf("group %d", nfnlmsg_ct_group(nlmsg_hdr(msg)));
		err = nfnlmsg_ct_parse(nlmsg_hdr(msg), &ct);
		printf(" parse %d %d\n", err, ct != NULL);
		if (err >= 0) {
			dumps(OBJ_CAST(ct));
			nfnl_ct_put(ct);
		}
		nlmsg_free(msg);
	}
}

static void nested(void)
{
	for (int i = 0; i < 200; i++) {
		struct nl_msg *msg = nlmsg_alloc();
		struct nfnl_ct *ct = NULL;
		struct nlattr *nest;
		int err;

		nlmsg_put(msg, 0, 0, 0, 0, 0);
		nest = nla_nest_start(msg, 5);
		attributes(msg, CT, i % 2);
		nest->nla_len = (uint16_t)((char *)nlmsg_tail(nlmsg_hdr(msg)) - (char *)nest);
		err = nfnlmsg_ct_parse_nested(nest, &ct);
		printf("nested %d %d\n", err, ct != NULL);
		if (err >= 0) {
			parsed(OBJ_CAST(ct), &err);
			nfnl_ct_put(ct);
		}
		nlmsg_free(msg);
	}
}

static void sending(void)
{
	struct nfnl_ct *ct = nfnl_ct_alloc();
	struct nl_sock *receiver, *sender = pair(&receiver);
	struct nl_cache *cache = NULL;

	fill(ct);
	came(receiver, "dump", nfnl_ct_dump_request(sender));
	came(receiver, "add", nfnl_ct_add(sender, ct, NLM_F_CREATE));
	came(receiver, "delete", nfnl_ct_del(sender, ct, 0));
	came(receiver, "query", nfnl_ct_query(sender, ct, 0));
	nl_close(sender);
	came(receiver, "cache", nfnl_ct_alloc_cache(sender, &cache));
	came(receiver, "add", nfnl_ct_add(sender, ct, NLM_F_CREATE));
	nl_socket_free(sender);
	nl_socket_free(receiver);
	nfnl_ct_put(ct);
	MUST(nl_cache_alloc_name("netfilter/ct", &cache) == 0);
	printf("cache %d\n", nl_cache_nitems(cache));
	nl_cache_free(cache);
}

int main(void)
{
	accessors();
	odd_ones();
	names();
	COMPARED(nfnl_ct, fill)
	requests();
	messages();
	nested();
	sending();
	return 0;
}
