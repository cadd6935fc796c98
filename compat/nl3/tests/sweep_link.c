/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Links, their families, their virtual functions. */
#include "sweep.h"
#include <netlink/route/link.h>

#define LINK(name, tree, most) { name, 0, 16, "00000100 03000000 43100000 00x4", "3'x' " tree, most }

static const struct place PLACES[] = {
	LINK("link", "*", 64),
	{ "link without name", 0, 16, "00000100 03000000 43100000 00x4", "*", 3 },
	{ "link removed", 0, 17, "00000100 03000000 43100000 00x4", "3'x' *", 64 },
	{ "link of a bridge", 0, 16, "07000100 03000000 43100000 00x4", "3'x' *", 64 },
	{ "link of IPv6", 0, 16, "0a000100 03000000 43100000 00x4", "3'x' *", 64 },
	{ "link of IPv4", 0, 16, "02000100 03000000 43100000 00x4", "3'x' *", 64 },
	{ "port of a bridge", 0, 16, "07000100 03000000 43100000 00x4", "3'x' 12{*}", 45 },
	{ "settings of a bridge", 0, 16, "07000100 03000000 43100000 00x4", "3'x' 26{*}", 6 },
	{ "IPv6 of a link of it", 0, 16, "0a000100 03000000 43100000 00x4", "3'x' 12{*}", 10 },
	LINK("families", "26{*}", 30),
	LINK("IPv4", "26{2{*}}", 3),
	LINK("IPv6", "26{10{*}}", 12),
	LINK("bridge in families", "26{7{*}}", 6),
	LINK("functions", "22{*}", 3),
	LINK("function", "22{1{*}}", 14),
	LINK("function's", "22{1{1=0000000000x32 *}}", 14),
	LINK("function's counters", "22{1{1=00x36 8{*}}}", 9),
	LINK("function's VLANs", "22{1{1=00x36 12{*}}}", 3),
	LINK("kind", "18{*}", 6),
	LINK("kind dummy", "18{1'dummy' *}", 6),
	LINK("kind unknown", "18{1'foo' *}", 6),
	LINK("can's counters", "18{1'can' 3{*}}", 20),
	LINK("vlan's ingress", "18{1'vlan' 2{1=0a00 3{*}}}", 2),
	LINK("vlan's egress", "18{1'vlan' 2{1=0a00 4{*}}}", 2),
	LINK("macvlan's addresses", "18{1'macvlan' 2{1=10000000 3=00000000 6=01000000 5{*}}}", 5),
};

/* Stock crashes, reads past the end, or shows something else. */
static const struct known KNOWN[] = {
	{ "link", 37, 4, 9999 },
	{ "IPv6 of a link of it", 3, 0, 1024 },
	{ "IPv6", 3, 0, 1024 },
	{ "can's counters", -1, 9999, 9999 },
	{ "macvlan's addresses", -1, 9999, 9999 },
	{ NULL, 0, 0, 0 },
};

int main(void)
{
	sweep(PLACES, COUNT(PLACES), KNOWN, nl_msg_parse);
	return 0;
}
