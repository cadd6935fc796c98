/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Connections, expectations, logged and queued packets; sockets; IPsec; generic families. */
#include "sweep.h"
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/idiag/msg.h>
#include <netlink/netfilter/ct.h>
#include <netlink/xfrm/ae.h>

#define CT(name, tree, most) { name, 12, 0x100, "02000000", tree, most }, { name " of IPv6", 12, 0x100, "0a000000", tree, most }
#define EXP(name, tree, most) { name, 12, 0x200, "02000000", tree, most }, { name " of IPv6", 12, 0x200, "0a000000", tree, most }
#define SELECTOR "00x40 0200 20 20 00x12 "
#define SA SELECTOR "00x20 32 00x3 00x128 00x4 0200 00x10 "

static const struct place PLACES[] = {
	CT("connection", "*", 27), CT("connection's tuple", "1{*}", 4), CT("connection's addresses", "1{1{*}}", 5),
	CT("connection's reply", "2{1{*}}", 5), CT("connection's ports", "1{2{*}}", 10), CT("connection's state", "4{*}", 4),
	CT("connection's TCP", "4{1{*}}", 6), CT("connection's DCCP", "4{2{*}}", 5), CT("connection's helper", "5{*}", 3),
	CT("connection's counters", "9{*}", 6), CT("connection's replies", "10{*}", 6), CT("connection's times", "20{*}", 3),
	CT("connection's NAT", "6{*}", 6), CT("connection's context", "19{*}", 2),
	EXP("expectation", "*", 12), EXP("expectation's master", "1{*}", 4), EXP("expectation's tuple", "2{*}", 4),
	EXP("expectation's mask", "3{*}", 4), EXP("expectation's addresses", "2{1{*}}", 5), EXP("expectation's ports", "2{2{*}}", 10),
	EXP("expectation's NAT", "10{*}", 3), EXP("expectation's NAT's tuple", "10{2{*}}", 4),
	EXP("expectation's NAT's ports", "10{1=00x4 2{2{*}}}", 10),
	{ "packet logged", 12, 0x400, "02000000", "*", 20 }, { "packet queued", 12, 0x300, "02000000", "*", 22 },
	{ "packet queued, numbered", 12, 0x300, "02000000", "1=00x7 *", 22 },
	{ "association", 6, 0x10, SA, "*", 35 }, { "association updated", 6, 0x1a, SA, "*", 35 }, { "association expired", 6, 0x18, SA "00x8", "*", 35 },
	{ "association gone", 6, 0x11, "00x20 0200 32 00", "1#", -10 },
	{ "association gone, told whole", 6, 0x11, "00x20 0200 32 00", "6=" SA "*", 35 },
	{ "policy", 6, 0x13, SELECTOR "00x112", "*", 35 }, { "policy updated", 6, 0x19, SELECTOR "00x112", "*", 35 },
	{ "policy gone, told whole", 6, 0x14, SELECTOR "00x8", "7=" SELECTOR "00x112 *", 35 },
	{ "family", 16, 16, "01020000", "*", 12 }, { "family known", 16, 16, "01020000", "1=1200 2'foo' *", 12 },
	{ "family's operations", 16, 16, "01020000", "1=1200 2'foo' 6{*}", 3 }, { "family's operation", 16, 16, "01020000", "1=1200 2'foo' 6{1{*}}", 4 },
	{ "family's groups", 16, 16, "01020000", "1=1200 2'foo' 7{*}", 3 }, { "family's group", 16, 16, "01020000", "1=1200 2'foo' 7{1{*}}", 4 },
	{ "family's group, named", 16, 16, "01020000", "1=1200 2'foo' 7{1{1'bar' 2=05000000 *}}", 4 },
};

static const struct place SOCKETS[] = {
	{ "socket", 4, 18, "02010000 00x68", "*", 26 }, { "socket of IPv6", 4, 18, "0a010000 00x68", "*", 26 },
	{ "socket of another type", 4, 20, "02010000 00x68", "*", 26 },
};

static const struct place EVENTS[] = {
	{ "event", 6, 0x1e, "00x20 0200 32 00 00x24", "10=00x12 *", 35 },
};

static int parse_event(struct nl_msg *msg, void (*callback)(struct nl_object *, void *), void *arg)
{
	struct xfrmnl_ae *event = NULL;
	int answer = xfrmnl_ae_parse(nlmsg_hdr(msg), &event);

	if (answer >= 0) {
		callback((struct nl_object *)event, arg);
		xfrmnl_ae_put(event);
	}
	return answer;
}

/* Stock crashes, takes one attribute for another, or shows numbers wrongly. */
static const struct known KNOWN[] = {
	{ "expectation", 10, 9999, 9999 },
	{ "expectation's NAT", -1, 9999, 9999 },
	{ "socket", 1, 0, 16 },
	{ "socket of IPv6", 1, 0, 16 },
	{ "socket", 2, 0, 104 },
	{ "socket", 3, 0, 16 },
	{ "event", 1, 9999, 9999 },
	{ "event", 2, 9999, 9999 },
	{ "event", 8, 9999, 9999 },
	{ "event", 9, 0, 32 },
	{ "association expired", -1, 9999, 9999 },
	{ "association", 8, 0, 8 },
	{ "policy", 8, 0, 8 },
	{ "association", 1, 0, 72 },
	{ "association", 2, 0, 72 },
	{ "association", 3, 0, 72 },
	{ "association", 18, 0, 72 },
	{ "association", 19, 0, 72 },
	{ "association", 20, 0, 72 },
	{ "association", 23, 0, 24 },
	{ "association gone", 0, 0, 224 },
	{ "event", 11, 9999, 9999 },
	{ "event", 12, 9999, 9999 },
	{ "event", 23, 0, 24 },
	{ NULL, 0, 0, 0 },
};

int main(void)
{
	sweep(PLACES, COUNT(PLACES), KNOWN, nl_msg_parse);
	sweep(SOCKETS, COUNT(SOCKETS), KNOWN, nl_msg_parse);
	sweep(EVENTS, COUNT(EVENTS), KNOWN, parse_event);
	return 0;
}
