/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Logged packets, and how they are asked for. */
#include <sys/time.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/netfilter/nfnl.h>
#include <netlink/netfilter/netfilter.h>
#include <netlink/netfilter/ct.h>
#include <netlink/netfilter/log.h>
#include <netlink/netfilter/log_msg.h>
#include "fields.h"

static void accessors(void)
{
	TESTED(nfnl_log, group);
	TESTED(nfnl_log, copy_mode);
	TESTED(nfnl_log, copy_range);
	TESTED(nfnl_log, flush_timeout);
	TESTED(nfnl_log, alloc_size);
	TESTED(nfnl_log, queue_threshold);
	FIELD(nfnl_log, flags)
	FIELD(nfnl_log_msg, family)
	TESTED(nfnl_log_msg, hwproto);
	TESTED(nfnl_log_msg, hook);
	TESTED(nfnl_log_msg, mark);
	FIELD(nfnl_log_msg, indev)
	FIELD(nfnl_log_msg, outdev)
	FIELD(nfnl_log_msg, physindev)
	FIELD(nfnl_log_msg, physoutdev)
	TESTED(nfnl_log_msg, uid);
	TESTED(nfnl_log_msg, gid);
	TESTED(nfnl_log_msg, seq);
	TESTED(nfnl_log_msg, seq_global);
	TESTED(nfnl_log_msg, hwtype);
	TESTED(nfnl_log_msg, hwlen);
	TESTED(nfnl_log_msg, vlan_proto);
	TESTED(nfnl_log_msg, vlan_tag);
	TESTED(nfnl_log_msg, ct_info);
}

static void names(void)
{
	static const char *texts[] = { "none", "META", "packet", "seq", "seq_global,conntrack", "NF_DROP", "nf_accept", "NF_STOP",
				       "NF_INET_LOCAL_IN", "NF_INET_PREROUTING", "2", "0x7", "", "nothing" };
	char buf[128];

	for (unsigned int i = 0; i < 12; i++) {
		printf("%u %s", i, nfnl_log_copy_mode2str((enum nfnl_log_copy_mode)i, buf, sizeof buf));
		printf(" '%s'", nfnl_log_flags2str(i, buf, sizeof buf));
		printf(" %s", nfnl_verdict2str(i, buf, sizeof buf));
		printf(" %s\n", nfnl_inet_hook2str(i, buf, sizeof buf));
	}
	for (size_t i = 0; i < COUNT(texts); i++) {
		printf("%s: %d %u", texts[i], nfnl_log_str2copy_mode(texts[i]), nfnl_log_str2flags(texts[i]));
		printf(" %u %u\n", nfnl_str2verdict(texts[i]), nfnl_str2inet_hook(texts[i]));
	}
}

static void headers(void)
{
	struct nl_msg *msg = nfnlmsg_alloc_simple(3, 4, 0x55, 6, 0x1234);

	hex(nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);
	printf("%u %u %u %x\n", nfnlmsg_subsys(nlmsg_hdr(msg)), nfnlmsg_subtype(nlmsg_hdr(msg)), nfnlmsg_family(nlmsg_hdr(msg)),
	       nfnlmsg_res_id(nlmsg_hdr(msg)));
	nlmsg_free(msg);
	for (size_t size = 16; size < 24; size++) {
		msg = nlmsg_alloc_size(size);
		printf("room for %zu: %d", size, nfnlmsg_put(msg, 7, 8, 3, 4, 0x55, 6, 0x1234));
		printf(" %u\n", nlmsg_hdr(msg)->nlmsg_len);
		nlmsg_free(msg);
	}
}

static void requests_of(struct nfnl_log *log)
{
	BUILT(nfnl_log, create_request, log, );
	BUILT(nfnl_log, change_request, log, );
	BUILT(nfnl_log, delete_request, log, );
}

static void requests(void)
{
	struct nl_msg *msg;

	BUILT(nfnl_log, pf_bind, 2, );
	BUILT(nfnl_log, pf_unbind, 10, );
	for (int i = 0; i < 100; i++) {
		struct nfnl_log *log = nfnl_log_alloc(), *other = nfnl_log_alloc();

		SOMETIMES nfnl_log_set_group(log, (uint16_t)dice(3));
		SOMETIMES nfnl_log_set_copy_mode(log, (enum nfnl_log_copy_mode)dice(4));
		SOMETIMES nfnl_log_set_copy_range(log, dice(3));
		SOMETIMES nfnl_log_set_flush_timeout(log, dice(3));
		SOMETIMES nfnl_log_set_alloc_size(log, dice(3));
		SOMETIMES nfnl_log_set_queue_threshold(log, dice(3));
		SOMETIMES nfnl_log_set_flags(log, dice(8));
		SOMETIMES nfnl_log_unset_flags(log, dice(8));
		SOMETIMES nfnl_log_set_group(other, (uint16_t)dice(3));
		SOMETIMES nfnl_log_set_copy_mode(other, (enum nfnl_log_copy_mode)dice(4));
		printf("flags %x\n", nfnl_log_get_flags(log));
		show(OBJ_CAST(log), OBJ_CAST(other));
		requests_of(log);
		nfnl_log_get(log);
		nfnl_log_put(log);
		nfnl_log_put(log);
		nfnl_log_put(other);
	}
	for (size_t size = 16; size < 64; size += 4) {
		struct nfnl_log *log = nfnl_log_alloc();

		nfnl_log_set_group(log, 1);
		nfnl_log_set_copy_mode(log, NFNL_LOG_COPY_PACKET);
		nfnl_log_set_flags(log, 1);
		nlmsg_set_default_size(size);
		printf("messages of %zu: ", size);
		requests_of(log);
		printf("simple %d", (msg = nfnlmsg_alloc_simple(1, 2, 3, 4, 5)) != NULL);
		nlmsg_free(msg);
		BUILT(nfnl_log, pf_bind, 2, );
		nlmsg_set_default_size(4096);
		nfnl_log_put(log);
	}
}

static void memory(void)
{
	struct nfnl_log_msg *msg = nfnl_log_msg_alloc(), *copy;
	struct timeval now = { 5, 6 };
	uint8_t bytes[40] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
	struct nfnl_ct *ct = nfnl_ct_alloc();
	const void *data;
	int len = 77;

	printf("at first: time %d", nfnl_log_msg_get_timestamp(msg) != NULL);
	data = nfnl_log_msg_get_hwaddr(msg, &len);
	printf(" hwaddr %d %d", data != NULL, len);
	len = 77;
	data = nfnl_log_msg_get_payload(msg, &len);
	printf(" payload %d %d", data != NULL, len);
	len = 77;
	data = nfnl_log_msg_get_hwheader(msg, &len);
	printf(" hwheader %d %d prefix %d ct %d %d\n", data != NULL, len, nfnl_log_msg_get_prefix(msg) != NULL,
	       nfnl_log_msg_get_ct(msg) != NULL, nfnl_log_msg_test_ct(msg));
	nfnl_log_msg_set_timestamp(msg, &now);
	printf("time %ld %ld\n", (long)nfnl_log_msg_get_timestamp(msg)->tv_sec, (long)nfnl_log_msg_get_timestamp(msg)->tv_usec);
	for (int size = 0; size < 12; size++) {
		nfnl_log_msg_set_hwaddr(msg, bytes, size);
		data = nfnl_log_msg_get_hwaddr(msg, &len);
		printf("hwaddr %d: %d ", size, len);
		hex(data, data ? (size_t)len : 0);
		printf("payload %d ", nfnl_log_msg_set_payload(msg, bytes, size));
		data = nfnl_log_msg_get_payload(msg, &len);
		printf("%d %d ", data != NULL, len);
		hex(data, data ? (size_t)len : 0);
		printf("hwheader %d ", nfnl_log_msg_set_hwheader(msg, bytes, size * 3));
		data = nfnl_log_msg_get_hwheader(msg, &len);
		printf("%d %d %d ", nfnl_log_msg_test_hwheader(msg), data != NULL, len);
		hex(data, data ? (size_t)len : 0);
		dumps(OBJ_CAST(msg));
	}
	printf("prefix %d", nfnl_log_msg_set_prefix(msg, "one"));
	printf(" %d", nfnl_log_msg_set_prefix(msg, "another"));
	printf(" %s\n", nfnl_log_msg_get_prefix(msg));
	nfnl_ct_set_mark(ct, 5);
	nfnl_log_msg_set_ct(msg, ct);
	printf("ct %d %d", nfnl_log_msg_test_ct(msg), nfnl_log_msg_get_ct(msg) == ct);
	printf(" refs %d", nl_object_get_refcnt(OBJ_CAST(ct)));
	nfnl_log_msg_set_ct(msg, ct);
	printf(" %d\n", nl_object_get_refcnt(OBJ_CAST(ct)));
	for (uint32_t tag = 0; tag < 0x10000; tag = tag * 3 + 1) {
		nfnl_log_msg_set_vlan_tag(msg, (uint16_t)tag);
		printf("vlan %u %u %u\n", nfnl_log_msg_get_vlan_id(msg), nfnl_log_msg_get_vlan_cfi(msg), nfnl_log_msg_get_vlan_prio(msg));
	}
	dumps(OBJ_CAST(msg));
	copy = (struct nfnl_log_msg *)nl_object_clone(OBJ_CAST(msg));
	dumps(OBJ_CAST(copy));
	printf("copy of ct %d %d\n", nfnl_log_msg_get_ct(copy) == ct, nfnl_log_msg_get_ct(copy) == nfnl_log_msg_get_ct(msg));
	nfnl_log_msg_get(copy);
	nfnl_log_msg_put(copy);
	nfnl_log_msg_put(copy);
	nfnl_log_msg_put(msg);
	nfnl_ct_put(ct);
}

static const struct shape TUPLE[] = { { 1, 0, 0 }, { 2, 0, 0 }, { 0 } };
static const struct shape CT[] = { { 1, 0, TUPLE }, { 3, 4, 0 }, { 7, 4, 0 }, { 8, 4, 0 }, { 0 } };
static const struct shape MSG[] = { { 1, 4, 0 }, { 2, 4, 0 }, { 3, 16, 0 }, { 4, 4, 0 }, { 5, 4, 0 }, { 6, 4, 0 }, { 7, 4, 0 }, { 8, 12, 0 },
				    { 9, 0, 0 }, { 10, 0, 0 }, { 11, 4, 0 }, { 12, 4, 0 }, { 13, 4, 0 }, { 14, 4, 0 }, { 15, 2, 0 }, { 16, 14, 0 },
				    { 17, 2, 0 }, { 18, 0, CT }, { 19, 4, 0 }, { 20, 0, TUPLE }, { 0 } };

static void header(void *hdr)
{
	((struct nfgenmsg *)hdr)->nfgen_family = (uint8_t[]) { AF_INET, AF_INET6, AF_UNSPEC, 7 }[dice(4)];
}

static void four(void *hdr)
{
	((struct nfgenmsg *)hdr)->nfgen_family = AF_INET;
}

static void messages(void)
{
	static const int paths[][4] = { { 0 }, { 18, 0 }, { 20, 0 } };

	for (size_t i = 0; i < COUNT(paths); i++)
		lengths(NETLINK_NETFILTER, NFNLMSG_TYPE(4, 0), 4, four, paths[i], 0, 30);
	for (int type = 0; type < 3; type++)
		parse_some(NETLINK_NETFILTER, NFNLMSG_TYPE(4, type), MSG, 4, header, type ? 10 : 1000);
	for (int i = 0; i < 100; i++) {
		struct nl_msg *msg = nlmsg_alloc();
		struct nfnl_log_msg *log = NULL;
		int err, len;

		nlmsg_put(msg, 0, 0, NFNLMSG_TYPE(4, 0), 0, 0);
		header(nlmsg_reserve(msg, 4, 4));
		attributes(msg, MSG, i % 2);
		err = nfnlmsg_log_msg_parse(nlmsg_hdr(msg), &log);
		printf("parse %d %d\n", err, log != NULL);
		if (err >= 0) {
			const struct timeval *time = nfnl_log_msg_get_timestamp(log);

			dumps(OBJ_CAST(log));
			if (time)
				printf("time %ld %ld\n", (long)time->tv_sec, (long)time->tv_usec);
			printf("ct %d payload %d", nfnl_log_msg_test_ct(log), nfnl_log_msg_get_payload(log, &len) != NULL);
			printf(" %d hwproto %x", len, nfnl_log_msg_get_hwproto(log));
			printf(" vlan %x\n", nfnl_log_msg_get_vlan_proto(log));
			if (nfnl_log_msg_test_ct(log))
				dumps(OBJ_CAST(nfnl_log_msg_get_ct(log)));
			nfnl_log_msg_put(log);
		}
		nlmsg_free(msg);
	}
}

static void sending(void)
{
	struct nfnl_log *log = nfnl_log_alloc();
	struct nl_sock *receiver, *sender = pair(&receiver);

	came(receiver, "no group", nfnl_log_create(sender, log));
	nfnl_log_set_group(log, 5);
	came(receiver, "create", nfnl_log_create(sender, log));
	came(receiver, "change", nfnl_log_change(sender, log));
	came(receiver, "delete", nfnl_log_delete(sender, log));
	came(receiver, "bind", nfnl_log_pf_bind(sender, AF_INET));
	came(receiver, "unbind", nfnl_log_pf_unbind(sender, AF_INET6));
	nl_socket_free(sender);
	nl_socket_free(receiver);
	nfnl_log_put(log);
}

int main(void)
{
	accessors();
	names();
	headers();
	requests();
	memory();
	messages();
	sending();
	return 0;
}
