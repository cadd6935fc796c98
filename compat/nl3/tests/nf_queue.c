/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Queued packets, how they are asked for and what becomes of them. */
#include <sys/time.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/netfilter/nfnl.h>
#include <netlink/netfilter/queue.h>
#include <netlink/netfilter/queue_msg.h>
#include "fields.h"

static void accessors(void)
{
	static const char *texts[] = { "none", "META", "packet", "2", "0x7", "", "nothing" };
	char buf[32];

	TESTED(nfnl_queue, group);
	TESTED(nfnl_queue, maxlen);
	TESTED(nfnl_queue, copy_mode);
	TESTED(nfnl_queue, copy_range);
	TESTED(nfnl_queue_msg, group);
	TESTED(nfnl_queue_msg, family);
	TESTED(nfnl_queue_msg, packetid);
	TESTED(nfnl_queue_msg, hwproto);
	TESTED(nfnl_queue_msg, hook);
	TESTED(nfnl_queue_msg, mark);
	TESTED(nfnl_queue_msg, indev);
	TESTED(nfnl_queue_msg, outdev);
	TESTED(nfnl_queue_msg, physindev);
	TESTED(nfnl_queue_msg, physoutdev);
	TESTED(nfnl_queue_msg, verdict);
	for (unsigned int i = 0; i < 5; i++)
		printf("%u %s\n", i, nfnl_queue_copy_mode2str((enum nfnl_queue_copy_mode)i, buf, sizeof buf));
	for (size_t i = 0; i < COUNT(texts); i++)
		printf("%s: %d\n", texts[i], nfnl_queue_str2copy_mode(texts[i]));
}

static void requests_of(struct nfnl_queue *queue)
{
	BUILT(nfnl_queue, create_request, queue, );
	BUILT(nfnl_queue, change_request, queue, );
	BUILT(nfnl_queue, delete_request, queue, );
}

static void requests(void)
{
	BUILT(nfnl_queue, pf_bind, 2, );
	BUILT(nfnl_queue, pf_unbind, 10, );
	for (int i = 0; i < 100; i++) {
		struct nfnl_queue *queue = nfnl_queue_alloc(), *other = nfnl_queue_alloc();

		SOMETIMES nfnl_queue_set_group(queue, (uint16_t)dice(3));
		SOMETIMES nfnl_queue_set_copy_mode(queue, (enum nfnl_queue_copy_mode)dice(4));
		SOMETIMES nfnl_queue_set_copy_range(queue, dice(3));
		SOMETIMES nfnl_queue_set_maxlen(queue, dice(3));
		SOMETIMES nfnl_queue_set_group(other, (uint16_t)dice(3));
		SOMETIMES nfnl_queue_set_copy_mode(other, (enum nfnl_queue_copy_mode)dice(4));
		show(OBJ_CAST(queue), OBJ_CAST(other));
		requests_of(queue);
		nfnl_queue_get(queue);
		nfnl_queue_put(queue);
		nfnl_queue_put(queue);
		nfnl_queue_put(other);
	}
	for (size_t size = 16; size < 64; size += 4) {
		struct nfnl_queue *queue = nfnl_queue_alloc();

		nfnl_queue_set_group(queue, 1);
		nfnl_queue_set_copy_mode(queue, NFNL_QUEUE_COPY_PACKET);
		nfnl_queue_set_maxlen(queue, 1);
		nlmsg_set_default_size(size);
		printf("messages of %zu: ", size);
		requests_of(queue);
		BUILT(nfnl_queue, pf_bind, 2, );
		nlmsg_set_default_size(4096);
		nfnl_queue_put(queue);
	}
}

static void verdicts(void)
{
	for (int i = 0; i < 100; i++) {
		struct nfnl_queue_msg *msg = nfnl_queue_msg_alloc(), *other = nfnl_queue_msg_alloc();
		struct nl_msg *built;

		SOMETIMES nfnl_queue_msg_set_group(msg, (uint16_t)dice(3));
		SOMETIMES nfnl_queue_msg_set_family(msg, (uint8_t)dice(3));
		SOMETIMES nfnl_queue_msg_set_packetid(msg, dice(3));
		SOMETIMES nfnl_queue_msg_set_mark(msg, dice(3));
		SOMETIMES nfnl_queue_msg_set_verdict(msg, dice(7));
		SOMETIMES nfnl_queue_msg_set_payload(msg, (uint8_t *)"abc", 3);
		show(OBJ_CAST(msg), OBJ_CAST(other));
		nlmsg_set_default_size(i < 90 ? 4096 : 16 + (size_t)(i - 90) * 4);
		built = nfnl_queue_msg_build_verdict(msg);
		say_msg("verdict", built ? 0 : -1, built);
		built = nfnl_queue_msg_build_verdict_batch(msg);
		say_msg("batch", built ? 0 : -1, built);
		nlmsg_set_default_size(4096);
		nfnl_queue_msg_put(msg);
		nfnl_queue_msg_put(other);
	}
}

/* What a program sends to a socket that takes it down. */
static int taken(struct nl_sock *sock, struct nl_msg *msg)
{
	nlmsg_hdr(msg)->nlmsg_seq = 1;
	nlmsg_hdr(msg)->nlmsg_pid = 1;
	hex(nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);
	return (int)nlmsg_hdr(msg)->nlmsg_len;
}


static void sending(void)
{
	struct nl_sock *sock = nfnl_queue_socket_alloc(), *plain = nl_socket_alloc();
	struct nfnl_queue_msg *msg = nfnl_queue_msg_alloc();
	struct nl_msg *some = nlmsg_alloc_simple(5, 0), *other = nlmsg_alloc_simple(5, 0);
	struct nl_cb *cb;

	nl_complete_msg(sock, some);
	nl_complete_msg(plain, other);
	printf("flags %x %x\n", nlmsg_hdr(some)->nlmsg_flags, nlmsg_hdr(other)->nlmsg_flags);
	cb = nl_socket_get_cb(sock);
	nl_cb_overwrite_send(cb, taken);
	nl_cb_put(cb);
	nfnl_queue_msg_set_packetid(msg, 7);
	nfnl_queue_msg_set_verdict(msg, 1);
	nfnl_queue_msg_set_mark(msg, 9);
	printf("sent %d\n", nfnl_queue_msg_send_verdict(sock, msg));
	printf("sent %d\n", nfnl_queue_msg_send_verdict_batch(sock, msg));
	nl_socket_enable_auto_ack(sock);
	printf("sent %d\n", nfnl_queue_msg_send_verdict(sock, msg));
	nfnl_queue_msg_put(msg);
	nlmsg_free(some);
	nlmsg_free(other);
	nl_socket_free(sock);
	nl_socket_free(plain);
}

static void payloads(void)
{
	struct nfnl_queue_msg *msg = nfnl_queue_msg_alloc();
	struct nl_sock *receiver, *sender = pair(&receiver);
	struct nfnl_queue *queue = nfnl_queue_alloc();

	nfnl_queue_set_group(queue, 5);
	came(receiver, "nothing set", nfnl_queue_msg_send_verdict_payload(sender, msg, "", 0));
	nfnl_queue_msg_set_group(msg, 3);
	nfnl_queue_msg_set_family(msg, AF_INET);
	nfnl_queue_msg_set_packetid(msg, 7);
	nfnl_queue_msg_set_verdict(msg, 1);
	for (unsigned int len = 0; len < 12; len += 4)
		came(receiver, "payload", nfnl_queue_msg_send_verdict_payload(sender, msg, "abcdefghij", len));
	nfnl_queue_msg_set_mark(msg, 9);
	nfnl_queue_msg_set_payload(msg, (uint8_t *)"another", 7);
	for (unsigned int len = 0; len < 12; len += 4)
		came(receiver, "payload and mark", nfnl_queue_msg_send_verdict_payload(sender, msg, "abcdefghij", len));
	/* Stock sends what is behind the payload. */
	for (unsigned int len = 1; len < 4; len++)
		came(receiver, "fix padded", nfnl_queue_msg_send_verdict_payload(sender, msg, "abcdefghij", len));
	came(receiver, "verdict", nfnl_queue_msg_send_verdict(sender, msg));
	came(receiver, "create", nfnl_queue_create(sender, queue));
	came(receiver, "change", nfnl_queue_change(sender, queue));
	came(receiver, "delete", nfnl_queue_delete(sender, queue));
	came(receiver, "bind", nfnl_queue_pf_bind(sender, AF_INET));
	came(receiver, "unbind", nfnl_queue_pf_unbind(sender, AF_INET6));
	nfnl_queue_put(queue);
	came(receiver, "simple", nfnl_send_simple(sender, 3, 4, 0x55, 6, 0x1234));
	nl_close(sender);
	came(receiver, "closed", nfnl_queue_msg_send_verdict_payload(sender, msg, "abc", 3));
	nl_socket_free(sender);
	nl_socket_free(receiver);
	nfnl_queue_msg_put(msg);
}

static void memory(void)
{
	struct nfnl_queue_msg *msg = nfnl_queue_msg_alloc(), *copy;
	struct timeval now = { 5, 6 };
	uint8_t bytes[40] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
	const void *data;
	int len = 77;

	printf("at first: time %d %d", nfnl_queue_msg_test_timestamp(msg), nfnl_queue_msg_get_timestamp(msg) != NULL);
	data = nfnl_queue_msg_get_hwaddr(msg, &len);
	printf(" hwaddr %d %d %d", nfnl_queue_msg_test_hwaddr(msg), data != NULL, len);
	len = 77;
	data = nfnl_queue_msg_get_payload(msg, &len);
	printf(" payload %d %d %d\n", nfnl_queue_msg_test_payload(msg), data != NULL, len);
	nfnl_queue_msg_set_timestamp(msg, &now);
	printf("time %d %ld %ld\n", nfnl_queue_msg_test_timestamp(msg), (long)nfnl_queue_msg_get_timestamp(msg)->tv_sec,
	       (long)nfnl_queue_msg_get_timestamp(msg)->tv_usec);
	for (int size = 0; size < 12; size++) {
		nfnl_queue_msg_set_hwaddr(msg, bytes, size);
		data = nfnl_queue_msg_get_hwaddr(msg, &len);
		printf("hwaddr %d: %d %d ", size, nfnl_queue_msg_test_hwaddr(msg), len);
		hex(data, data ? (size_t)len : 0);
		printf("payload %d ", nfnl_queue_msg_set_payload(msg, bytes, size));
		data = nfnl_queue_msg_get_payload(msg, &len);
		printf("%d %d %d ", nfnl_queue_msg_test_payload(msg), data != NULL, len);
		hex(data, data ? (size_t)len : 0);
		dumps(OBJ_CAST(msg));
	}
	nfnl_queue_msg_set_payload(msg, bytes, 0);
	printf("payload %d", nfnl_queue_msg_test_payload(msg));
	printf(" %d", nfnl_queue_msg_get_payload(msg, &len) != NULL);
	printf(" %d\n", len);
	copy = (struct nfnl_queue_msg *)nl_object_clone(OBJ_CAST(msg));
	dumps(OBJ_CAST(copy));
	nfnl_queue_msg_get(copy);
	nfnl_queue_msg_put(copy);
	nfnl_queue_msg_put(copy);
	nfnl_queue_msg_put(msg);
	nfnl_queue_msg_put(NULL);
}

static const struct shape MSG[] = { { 1, 7, 0 }, { 2, 8, 0 }, { 3, 4, 0 }, { 4, 16, 0 }, { 5, 4, 0 }, { 6, 4, 0 }, { 7, 4, 0 }, { 8, 4, 0 },
				    { 9, 12, 0 }, { 10, 0, 0 }, { 0 } };

static void header(void *hdr)
{
	((struct nfgenmsg *)hdr)->nfgen_family = (uint8_t[]) { AF_INET, AF_INET6, AF_UNSPEC, 7 }[dice(4)];
	((struct nfgenmsg *)hdr)->res_id = (uint16_t)dice(0x1000);
}

static void four(void *hdr)
{
	((struct nfgenmsg *)hdr)->nfgen_family = AF_INET;
}

static void messages(void)
{
	lengths(NETLINK_NETFILTER, NFNLMSG_TYPE(3, 0), 4, four, (const int[]) { 0 }, 0, 30);
	for (int type = 0; type < 4; type++)
		parse_some(NETLINK_NETFILTER, NFNLMSG_TYPE(3, type), MSG, 4, header, type ? 10 : 1000);
	for (int i = 0; i < 100; i++) {
		struct nl_msg *msg = nlmsg_alloc();
		struct nfnl_queue_msg *queued = NULL;
		int err, len;

		nlmsg_put(msg, 0, 0, NFNLMSG_TYPE(3, 0), 0, 0);
		header(nlmsg_reserve(msg, 4, 4));
		attributes(msg, MSG, i % 2);
		err = nfnlmsg_queue_msg_parse(nlmsg_hdr(msg), &queued);
		printf("parse %d %d\n", err, queued != NULL);
		if (err >= 0) {
			const struct timeval *time = nfnl_queue_msg_get_timestamp(queued);

			dumps(OBJ_CAST(queued));
			if (time)
				printf("time %ld %ld\n", (long)time->tv_sec, (long)time->tv_usec);
			printf("payload %d", nfnl_queue_msg_get_payload(queued, &len) != NULL);
			printf(" %d hwproto %x\n", len, nfnl_queue_msg_get_hwproto(queued));
			nfnl_queue_msg_put(queued);
		}
		nlmsg_free(msg);
	}
}

int main(void)
{
	accessors();
	requests();
	verdicts();
	sending();
	payloads();
	memory();
	messages();
	return 0;
}
