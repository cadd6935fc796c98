/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Events of IPsec's associations. */
#include <unistd.h>
#include <sys/wait.h>
#include <linux/xfrm.h>
#include <netlink/xfrm/ae.h>
#include "fields.h"

static void accessors(void)
{
	FIELD(xfrmnl_ae, spi)
	FIELD(xfrmnl_ae, family)
	FIELD(xfrmnl_ae, proto)
	FIELD(xfrmnl_ae, flags)
	FIELD(xfrmnl_ae, reqid)
	FIELD(xfrmnl_ae, replay_maxage)
	FIELD(xfrmnl_ae, replay_maxdiff)
}

static void odd_ones(void)
{
	for (int i = 0; i < 4; i++) {
		struct xfrmnl_ae *ae = xfrmnl_ae_alloc(), *none = xfrmnl_ae_alloc();
		struct nl_addr *one = addr(i & 1 ? "::1" : "10.0.0.1", AF_UNSPEC), *other = addr(i & 2 ? "::1" : "10.0.0.2", AF_UNSPEC);
		unsigned int a = 77, b = 77, c = 77, d = 77, e = 77, len = 77, bitmap[8] = { 1, 2, 3, 4 }, back[8] = { 0 };
		unsigned long long n[4] = { 77, 77, 77, 77 };

		printf("daddr %s", text_of_addr(xfrmnl_ae_get_daddr(ae)));
		printf(" %d", xfrmnl_ae_set_daddr(ae, one));
		printf(" %s family %d\n", text_of_addr(xfrmnl_ae_get_daddr(ae)), xfrmnl_ae_get_family(ae));
		show(OBJ_CAST(ae), OBJ_CAST(none));
		printf("saddr %d", xfrmnl_ae_set_saddr(ae, other));
		printf(" %s family %d\n", text_of_addr(xfrmnl_ae_get_saddr(ae)), xfrmnl_ae_get_family(ae));
		show(OBJ_CAST(ae), OBJ_CAST(none));
		printf("mark %d", xfrmnl_ae_get_mark(ae, &a, &b));
		printf(" %u %u %d", a, b, xfrmnl_ae_set_mark(ae, 5, 0xff));
		printf(" %d", xfrmnl_ae_get_mark(ae, &a, &b));
		printf(" %u %u\n", a, b);
		show(OBJ_CAST(ae), OBJ_CAST(none));
		printf("lifetime %d", xfrmnl_ae_get_curlifetime(ae, &n[0], &n[1], &n[2], &n[3]));
		printf(" %llu %d", n[0], xfrmnl_ae_set_curlifetime(ae, 1, 2, 1700000000, (unsigned long long)i * 1000000000));
		printf(" %d", xfrmnl_ae_get_curlifetime(ae, &n[0], &n[1], &n[2], &n[3]));
		printf(" %llu %llu %llu %llu\n", n[0], n[1], n[2], n[3]);
		show(OBJ_CAST(ae), OBJ_CAST(none));
		printf("replay state %d", xfrmnl_ae_get_replay_state(ae, &a, &b, &c));
		printf(" %d", xfrmnl_ae_set_replay_state(ae, 1, 2, 3));
		printf(" %d", xfrmnl_ae_get_replay_state(ae, &a, &b, &c));
		printf(" %u %u %u\n", a, b, c);
		show(OBJ_CAST(ae), OBJ_CAST(none));
		printf("esn %d", xfrmnl_ae_get_replay_state_esn(ae, &a, &b, &c, &d, &e, &len, back));
		printf(" %d", xfrmnl_ae_set_replay_state_esn(ae, 11, 12, 13, 14, 15, 4, bitmap));
		printf(" %d", xfrmnl_ae_get_replay_state_esn(ae, &a, &b, &c, &d, &e, &len, back));
		printf(" %u %u %u %u %u %u ", a, b, c, d, e, len);
		hex(back, sizeof back);
		show(OBJ_CAST(ae), OBJ_CAST(none));
		printf("state %d", xfrmnl_ae_get_replay_state(ae, &a, &b, &c));
		printf(" %d", xfrmnl_ae_set_replay_state(ae, 1, 2, 3));
		printf(" %d", xfrmnl_ae_get_replay_state(ae, &a, &b, &c));
		printf(" esn %d\n", xfrmnl_ae_get_replay_state_esn(ae, &a, &b, &c, &d, &e, &len, back));
		nl_addr_put(one);
		nl_addr_put(other);
		xfrmnl_ae_put(ae);
		xfrmnl_ae_put(none);
	}
	xfrmnl_ae_put(NULL);
}

static void fill(struct xfrmnl_ae *ae)
{
	int family = dice(3) ? AF_INET : AF_INET6;
	struct nl_addr *src = some_addr(family), *dst = some_addr(family);

	SOMETIMES xfrmnl_ae_set_daddr(ae, dst);
	SOMETIMES xfrmnl_ae_set_saddr(ae, src);
	SOMETIMES xfrmnl_ae_set_spi(ae, dice(3));
	SOMETIMES xfrmnl_ae_set_proto(ae, dice(3) ? 50 : 51);
	SOMETIMES xfrmnl_ae_set_flags(ae, dice(128));
	SOMETIMES xfrmnl_ae_set_reqid(ae, dice(3));
	SOMETIMES xfrmnl_ae_set_mark(ae, dice(2), dice(2));
	SOMETIMES xfrmnl_ae_set_curlifetime(ae, dice(2), dice(2), dice(2), dice(2));
	SOMETIMES xfrmnl_ae_set_replay_maxage(ae, dice(2));
	SOMETIMES xfrmnl_ae_set_replay_maxdiff(ae, dice(2));
	SOMETIMES xfrmnl_ae_set_replay_state(ae, dice(2), dice(2), dice(2));
	if (dice(3) == 0)
		xfrmnl_ae_set_replay_state_esn(ae, dice(2), dice(2), dice(2), dice(2), dice(2), 2, (unsigned int[]) { 5, 6 });
	nl_addr_put(src);
	nl_addr_put(dst);
}

static void requests(void)
{
	struct nl_sock *receiver, *sender = pair(&receiver);

	nl_socket_set_nonblocking(sender);

	for (int i = 0; i < 100; i++) {
		struct xfrmnl_ae *ae = xfrmnl_ae_alloc();

		fill(ae);
		came(receiver, "set", xfrmnl_ae_set(sender, ae, i));
		xfrmnl_ae_put(ae);
	}
	for (int i = 0; i < 40; i++) {
		struct nl_addr *dst = some_addr(i & 1 ? AF_INET : AF_INET6);
		struct nl_msg *msg = NULL;
		int err = xfrmnl_ae_build_get_request(dst, 1 + dice(2), dice(2) * 50, dice(2), dice(2), &msg);

		say_msg("get", err, msg);
		nl_addr_put(dst);
	}
	nl_socket_free(sender);
	nl_socket_free(receiver);
}

/* Stock does not read 11 and 12. */
static const struct shape AE[] = { { 10, 12, 0 }, { 21, 8, 0 }, { 0 } };

static void header(void *hdr)
{
	struct xfrm_aevent_id *id = hdr;

	for (size_t i = 0; i < sizeof *id; i++)
		((unsigned char *)hdr)[i] = (unsigned char)(dice(2) ? dice(4) : dice(256));
	id->sa_id.family = (uint16_t[]) { AF_INET, AF_INET6, AF_UNSPEC, 7 }[dice(4)];
}

static void messages(void)
{
	for (int i = 0; i < 500; i++) {
		struct nl_msg *msg = nlmsg_alloc();
		struct xfrmnl_ae *ae = NULL;
		int err;

		nlmsg_put(msg, 0, 0, XFRM_MSG_NEWAE, 0, 0);
		header(nlmsg_reserve(msg, sizeof(struct xfrm_aevent_id), 4));
		/* Without a replay window stock crashes. */
		memset(nla_data(nla_reserve(msg, XFRMA_REPLAY_VAL, i % 10 ? 12 : i % 12)), 1, 12);
		attributes(msg, AE, 0);
		if (dice(2)) {
			/* A time that the clock cannot show crashes it, too. */
			const struct xfrm_lifetime_cur cur = { dice(3), dice(1000), dice(2) * 1700000000, dice(2) };

			nla_put(msg, XFRMA_LTIME_VAL, sizeof cur, &cur);
		}
		if (dice(4) == 0) {
			struct xfrm_replay_state_esn *esn = nla_data(nla_reserve(msg, XFRMA_REPLAY_ESN_VAL, (int)sizeof *esn + 8));

			memset(esn, (int)dice(5), sizeof *esn + 8);
			esn->bmp_len = 2;
		}
		err = xfrmnl_ae_parse(nlmsg_hdr(msg), &ae);
		printf("parse %d %d\n", err, ae != NULL);
		if (err >= 0) {
			parsed(OBJ_CAST(ae), &err);
			printf("family %d\n", xfrmnl_ae_get_family(ae));
			xfrmnl_ae_put(ae);
		}
		nlmsg_free(msg);
	}
}

static void fixed(void)
{
	static char buf[1024];
	struct nl_msg *msg = nlmsg_alloc();
	struct xfrmnl_ae *ae = NULL;
	pid_t child;

	nlmsg_put(msg, 0, 0, XFRM_MSG_NEWAE, 0, 0);
	((struct xfrm_aevent_id *)nlmsg_reserve(msg, sizeof(struct xfrm_aevent_id), 4))->sa_id.family = AF_INET;
	nla_put_u32(msg, XFRMA_ETIMER_THRESH, 7);
	nla_put_u32(msg, XFRMA_REPLAY_THRESH, 8);
	fflush(stdout);
	child = fork();
	MUST(child >= 0);
	if (child == 0) {
		printf("fix no window %d", xfrmnl_ae_parse(nlmsg_hdr(msg), &ae));
		printf(" %s\n", nl_object_attr_list(OBJ_CAST(ae), buf, sizeof buf));
		fflush(stdout);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	nlmsg_free(msg);
}

int main(void)
{
	accessors();
	odd_ones();
	for (int i = 0; i < 300; i++) {
		struct xfrmnl_ae *ae = xfrmnl_ae_alloc();

		fill(ae);
		show(OBJ_CAST(ae), OBJ_CAST(ae));
		xfrmnl_ae_put(ae);
	}
	requests();
	messages();
	fixed();
	return 0;
}
