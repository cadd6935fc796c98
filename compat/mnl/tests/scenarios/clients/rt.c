/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Test client: raw libmnl on rtnetlink and generic netlink. usage: rt links|addrs|family NAME|batch|err */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <time.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <linux/rtnetlink.h>
#include <linux/genetlink.h>
#include <libmnl/libmnl.h>
static int acb(const struct nlattr *a, void *d) { const struct nlattr **t = d; if (mnl_attr_type_valid(a, IFLA_MAX) < 0) return MNL_CB_OK; t[mnl_attr_get_type(a)] = a; return MNL_CB_OK; }
static int link_cb(const struct nlmsghdr *h, void *d)
{
	struct ifinfomsg *i = mnl_nlmsg_get_payload(h); struct nlattr *t[IFLA_MAX + 1] = {0}; (*(int *)d)++;
	mnl_attr_parse(h, sizeof *i, acb, t);
	printf("link %d type=%d up=%d name=%s mtu=%u kind=", i->ifi_index, i->ifi_type, !!(i->ifi_flags & IFF_UP), mnl_attr_get_str(t[IFLA_IFNAME]), mnl_attr_get_u32(t[IFLA_MTU]));
	if (t[IFLA_LINKINFO]) { struct nlattr *l[IFLA_MAX + 1] = {0}; mnl_attr_parse_nested(t[IFLA_LINKINFO], acb, l); printf("%s", l[IFLA_INFO_KIND] ? mnl_attr_get_str(l[IFLA_INFO_KIND]) : "?"); }
	printf(" v_u32=%d v_u8=%d v_nul=%d\n", mnl_attr_validate(t[IFLA_MTU], MNL_TYPE_U32), mnl_attr_validate(t[IFLA_MTU], MNL_TYPE_U8), mnl_attr_validate(t[IFLA_IFNAME], MNL_TYPE_NUL_STRING));
	return MNL_CB_OK;
}
static int addr_cb(const struct nlmsghdr *h, void *d) { struct ifaddrmsg *i = mnl_nlmsg_get_payload(h); struct nlattr *a; char b[64]; (*(int *)d)++;
	mnl_attr_for_each(a, h, sizeof *i) if (mnl_attr_get_type(a) == IFA_ADDRESS) printf("addr %d/%d %s\n", i->ifa_index, i->ifa_prefixlen, inet_ntop(i->ifa_family, mnl_attr_get_payload(a), b, sizeof b)); return MNL_CB_OK; }
static int fam_cb(const struct nlmsghdr *h, void *d) { struct nlattr *a, *g; mnl_attr_for_each(a, h, sizeof(struct genlmsghdr)) switch (mnl_attr_get_type(a)) {
	case CTRL_ATTR_FAMILY_NAME: printf("family %s\n", mnl_attr_get_str(a)); break; case CTRL_ATTR_VERSION: printf("version %u\n", mnl_attr_get_u32(a)); break;
	case CTRL_ATTR_MCAST_GROUPS: mnl_attr_for_each_nested(g, a) { struct nlattr *x; mnl_attr_for_each_nested(x, g) if (mnl_attr_get_type(x) == CTRL_ATTR_MCAST_GRP_NAME) printf("group %s\n", mnl_attr_get_str(x)); } }
	return MNL_CB_OK; }
static int batch_ack(const struct nlmsghdr *h, void *d) { const struct nlmsgerr *e = mnl_nlmsg_get_payload(h); printf("ack seq=%u err=%d\n", h->nlmsg_seq, e->error); return MNL_CB_OK; }
int main(int c, char **v)
{
	char buf[MNL_SOCKET_BUFFER_SIZE]; int r, cnt = 0; unsigned seq = 7, pid;
	int bus = !strcmp(v[1], "family") ? NETLINK_GENERIC : NETLINK_ROUTE;
	struct mnl_socket *nl = mnl_socket_open2(bus, SOCK_CLOEXEC); if (!nl) { perror("open"); return 1; }
	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0) { perror("bind"); return 1; }
	pid = mnl_socket_get_portid(nl);
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf); h->nlmsg_seq = seq; mnl_cb_t cb;
	if (!strcmp(v[1], "links")) { h->nlmsg_type = RTM_GETLINK; h->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP; struct rtgenmsg *g = mnl_nlmsg_put_extra_header(h, sizeof *g); g->rtgen_family = AF_PACKET; cb = link_cb; }
	else if (!strcmp(v[1], "addrs")) { h->nlmsg_type = RTM_GETADDR; h->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP; struct rtgenmsg *g = mnl_nlmsg_put_extra_header(h, sizeof *g); g->rtgen_family = AF_INET; cb = addr_cb; }
	else if (!strcmp(v[1], "family")) { h->nlmsg_type = GENL_ID_CTRL; h->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK; struct genlmsghdr *g = mnl_nlmsg_put_extra_header(h, sizeof *g); g->cmd = CTRL_CMD_GETFAMILY; g->version = 1; mnl_attr_put_strz(h, CTRL_ATTR_FAMILY_NAME, v[2]); cb = fam_cb; }
	else if (!strcmp(v[1], "err")) { h->nlmsg_type = RTM_DELLINK; h->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK; struct ifinfomsg *g = mnl_nlmsg_put_extra_header(h, sizeof *g); g->ifi_index = 4242; cb = link_cb; }
	else { /* batch of address adds, small limit to force several sends */
		char bb[1024]; struct mnl_nlmsg_batch *b = mnl_nlmsg_batch_start(bb, 600); int sends = 0, i; mnl_cb_t ctl[NLMSG_MIN_TYPE] = { [NLMSG_ERROR] = batch_ack };
		for (i = 0; i < 20; i++) { h = mnl_nlmsg_put_header(mnl_nlmsg_batch_current(b)); h->nlmsg_type = RTM_NEWADDR; h->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL; h->nlmsg_seq = 100 + i;
			struct ifaddrmsg *a = mnl_nlmsg_put_extra_header(h, sizeof *a); a->ifa_family = AF_INET; a->ifa_prefixlen = 32; a->ifa_index = 1; mnl_attr_put_u32(h, IFA_LOCAL, htonl(0x0a000001 + i % 15)); mnl_attr_put_str_check(h, 600, 99, "x");
			h->nlmsg_len -= 8; if (mnl_nlmsg_batch_next(b)) continue;
			sends++; mnl_socket_sendto(nl, mnl_nlmsg_batch_head(b), mnl_nlmsg_batch_size(b)); printf("send %zu bytes\n", mnl_nlmsg_batch_size(b)); mnl_nlmsg_batch_reset(b); }
		if (!mnl_nlmsg_batch_is_empty(b)) { sends++; mnl_socket_sendto(nl, mnl_nlmsg_batch_head(b), mnl_nlmsg_batch_size(b)); printf("send %zu bytes\n", mnl_nlmsg_batch_size(b)); }
		mnl_nlmsg_batch_stop(b); int got = 0; while (got < 20 && (r = mnl_socket_recvfrom(nl, buf, sizeof buf)) > 0) { r = mnl_cb_run2(buf, r, 0, pid, NULL, NULL, ctl, NLMSG_MIN_TYPE); got++; if (r < 0) perror("cb"); }
		printf("sends=%d\n", sends); return mnl_socket_close(nl); }
	if (mnl_socket_sendto(nl, h, h->nlmsg_len) < 0) { perror("send"); return 1; }
	do { r = mnl_socket_recvfrom(nl, buf, sizeof buf); if (r <= 0) break; r = mnl_cb_run(buf, r, seq, pid, cb, &cnt); } while (r > 0);
	printf("ret=%d errno=%s count=%d\n", r, r < 0 ? strerror(errno) : "-", cnt); mnl_socket_close(nl); return 0;
}
