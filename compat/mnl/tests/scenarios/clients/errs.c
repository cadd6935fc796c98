/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Test client: the error paths of mnl_cb_run / mnl_socket_recvfrom against the live kernel, made deterministic */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <arpa/inet.h>
#include <sys/socket.h>
#include <linux/rtnetlink.h>
#include <libmnl/libmnl.h>
static char buf[65536]; static int n;
static int cb(const struct nlmsghdr *h, void *d) { n++; return MNL_CB_OK; }
static struct mnl_socket *op(unsigned groups) { struct mnl_socket *s = mnl_socket_open(NETLINK_ROUTE); if (!s || mnl_socket_bind(s, groups, 0) < 0) exit(9); return s; }
static void dump(struct mnl_socket *s, int type, unsigned seq) { struct nlmsghdr *h = mnl_nlmsg_put_header(buf); h->nlmsg_type = type; h->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP; h->nlmsg_seq = seq; struct rtgenmsg *g = mnl_nlmsg_put_extra_header(h, sizeof *g); g->rtgen_family = AF_UNSPEC; if (mnl_socket_sendto(s, h, h->nlmsg_len) < 0) perror("send"); }
static int linkop(struct mnl_socket *s, int type, const char *name, int ifi) { struct nlmsghdr *h = mnl_nlmsg_put_header(buf); h->nlmsg_type = type; h->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | (type == RTM_NEWLINK ? NLM_F_CREATE | NLM_F_EXCL : 0); h->nlmsg_seq = 5;
	struct ifinfomsg *i = mnl_nlmsg_put_extra_header(h, sizeof *i); i->ifi_index = ifi; if (name) { mnl_attr_put_strz(h, IFLA_IFNAME, name); if (type == RTM_NEWLINK) { struct nlattr *l = mnl_attr_nest_start(h, IFLA_LINKINFO); mnl_attr_put_str(h, IFLA_INFO_KIND, "veth"); mnl_attr_nest_end(h, l); } }
	mnl_socket_sendto(s, h, h->nlmsg_len); int r = mnl_socket_recvfrom(s, buf, sizeof buf); errno = 0; return mnl_cb_run(buf, r, 5, mnl_socket_get_portid(s), NULL, NULL); }
int main(void)
{
	struct mnl_socket *a = op(0), *b = op(0); char small[4096], name[16]; int r, rr, i;
	for (i = 0; i < 150; i++) { snprintf(name, sizeof name, "e%d", i); if ((r = linkop(b, RTM_NEWLINK, name, 0)) < 0) perror("newlink"); }
	printf("created, last ack ret=%d\n", r);
	/* 1. dump, interrupted between two receives */
	dump(a, RTM_GETLINK, 7); rr = mnl_socket_recvfrom(a, small, sizeof small); n = 0; r = mnl_cb_run(small, rr, 7, mnl_socket_get_portid(a), cb, NULL); printf("first part ret=%d got>0=%d\n", r, n > 0);
	printf("newlink during the dump ret=%d\n", linkop(b, RTM_NEWLINK, "intr0", 0));
	int intr = 0, parts = 0; for (;;) { rr = mnl_socket_recvfrom(a, small, sizeof small); if (rr <= 0) break; parts++; errno = 0; r = mnl_cb_run(small, rr, 7, mnl_socket_get_portid(a), cb, NULL); if (r < 0) { if (errno == EINTR) intr++; else printf("other errno %s\n", strerror(errno)); } struct nlmsghdr *h = (void *)small; int l = rr, done = 0; while (mnl_nlmsg_ok(h, l)) { if (h->nlmsg_type == NLMSG_DONE) done = 1; h = mnl_nlmsg_next(h, &l); } if (done) break; }
	printf("interrupted: EINTR seen=%d\n", intr > 0);
	/* 2. an undisturbed dump afterwards is clean */
	dump(a, RTM_GETLINK, 8); n = 0; intr = 0; while ((rr = mnl_socket_recvfrom(a, buf, sizeof buf)) > 0 && (r = mnl_cb_run(buf, rr, 8, mnl_socket_get_portid(a), cb, NULL)) > 0); printf("clean dump ret=%d links=%d\n", r, n);
	/* 3. stale reply: wrong sequence number, wrong port */
	dump(a, RTM_GETADDR, 9); rr = mnl_socket_recvfrom(a, buf, sizeof buf); errno = 0; n = 0; r = mnl_cb_run(buf, rr, 10, mnl_socket_get_portid(a), cb, NULL); printf("wrong seq ret=%d errno=%s cb=%d\n", r, strerror(errno), n);
	errno = 0; r = mnl_cb_run(buf, rr, 9, mnl_socket_get_portid(a) + 1, cb, NULL); printf("wrong port ret=%d errno=%s cb=%d\n", r, strerror(errno), n);
	errno = 0; r = mnl_cb_run(buf, rr, 0, 0, cb, NULL); printf("no checks ret=%d cb>0=%d\n", r, n > 0);
	mnl_socket_close(a); a = op(0);
	/* 4. receive buffer too small, then the next receive continues */
	dump(a, RTM_GETLINK, 11); errno = 0; rr = mnl_socket_recvfrom(a, small, 256); printf("small buffer ret=%d errno=%s\n", rr, strerror(errno)); mnl_socket_close(a);
	/* 5. event socket overrun */
	struct mnl_socket *e = op(RTMGRP_LINK); i = 4096; setsockopt(mnl_socket_get_fd(e), SOL_SOCKET, SO_RCVBUF, &i, sizeof i); for (i = 0; i < 20; i++) { linkop(b, RTM_NEWLINK, "ovr0", 0); struct nlmsghdr *h; (void)h; r = linkop(b, RTM_DELLINK, "ovr0", 0); } printf("dellink by name ret=%d\n", r);
	int enobufs = 0, ev = 0, fl = 0; for (i = 0; i < 400; i++) { rr = recv(mnl_socket_get_fd(e), small, 1, MSG_DONTWAIT | MSG_PEEK); fl = errno; if (rr < 0 && fl == EAGAIN) break; if (rr < 0 && fl == ENOBUFS) { enobufs++; continue; } errno = 0; rr = mnl_socket_recvfrom(e, buf, sizeof buf); if (rr < 0) { if (errno == ENOBUFS) enobufs++; else printf("event errno %s\n", strerror(errno)); } else ev++; }
	printf("overrun: ENOBUFS seen=%d events>0=%d\n", enobufs > 0, ev > 0); mnl_socket_close(e);
	/* 6. kernel error codes */
	errno = 0; r = linkop(b, RTM_DELLINK, NULL, 424242); printf("dellink bad index ret=%d errno=%s\n", r, strerror(errno)); r = linkop(b, RTM_NEWLINK, "e0", 0); printf("newlink exists ret=%d errno=%s\n", r, strerror(errno)); r = linkop(b, RTM_DELLINK, "intr0", 0); printf("dellink ok ret=%d errno=%d\n", r, errno);
	return mnl_socket_close(b);
}
