/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Addresses, routes, neighbours, rules, tables of neighbours, configurations, multicast groups. */
#include "sweep.h"
#include <netlink/route/link.h>

static const struct place PLACES[] = {
	{ "addr", 0, 20, "02180080 03000000", "*", 12 },
	{ "addr of IPv6", 0, 20, "0a400080 03000000", "*", 12 },
	{ "addr removed", 0, 21, "02180080 03000000", "2=c0000201 *", 12 },
	{ "route", 0, 24, "02180000fe030001 00x4", "1=c0000200 *", 32 },
	{ "route of IPv6", 0, 24, "0a400000fe030001 00x4", "1=2001000c00x12 *", 32 },
	{ "route of MPLS", 0, 24, "1c140000fe030001 00x4", "1=00064100 *", 32 },
	{ "route without destination", 0, 24, "02000000fe030001 00x4", "*", 32 },
	{ "metrics", 0, 24, "02180000fe030001 00x4", "1=c0000200 8{*}", 17 },
	{ "next hop", 0, 24, "02180000fe030001 00x4", "1=c0000200 9{<*>}", 32 },
	{ "next hop of IPv6", 0, 24, "0a400000fe030001 00x4", "1=2001000c00x12 9{<*>}", 32 },
	{ "encapsulation", 0, 24, "02180000fe030001 00x4", "1=c0000200 21=0100 22{*}", 6 },
	{ "next hop's encapsulation", 0, 24, "02180000fe030001 00x4", "1=c0000200 9{<21=0100 22{*}>}", 6 },
	{ "neighbour", 0, 28, "02000000 03000000 02000001", "*", 17 },
	{ "neighbour of IPv6", 0, 28, "0a000000 03000000 02000001", "*", 17 },
	{ "neighbour of a bridge", 0, 28, "07000000 03000000 02000001", "*", 17 },
	{ "rule", 0, 32, "02000000fe000001 00x4", "*", 25 },
	{ "rule of IPv6", 0, 32, "0a000000fe000001 00x4", "*", 25 },
	{ "table of neighbours", 0, 64, "02000000", "1'arp' *", 10 },
	{ "table of neighbours without name", 0, 64, "02000000", "*", 10 },
	{ "table's parameters", 0, 64, "02000000", "1'arp' 6{*}", 22 },
	{ "configuration", 0, 80, "02000000", "1=03000000 *", 10 },
	{ "configuration of IPv6", 0, 80, "0a000000", "1=03000000 *", 10 },
	{ "configuration of MPLS", 0, 80, "1c000000", "1=03000000 *", 10 },
	{ "groups", 0, 84, "07000000 03000000", "*", 4 },
	{ "groups' list", 0, 84, "07000000 03000000", "1{*}", 4 },
	{ "group", 0, 84, "07000000 03000000", "1{1{*}}", 4 },
	{ "group's own", 0, 84, "07000000 03000000", "1{1{1(04000000 01 00 0000 e0000001 00x12 0008 0000){*}}}", 8 },
};

/* Stock crashes, reads past the end, or shows something else. */
static const struct known KNOWN[] = {
	{ "addr", 6, 0, 16 },
	{ "addr", 8, 4, 9999 },
	{ "addr of IPv6", -1, 5, 9999 },
	{ "route of MPLS", -1, 9999, 9999 },
	{ "route", 9, 0, 8 },
	{ "route", 15, 4, 9999 },
	{ "route", 18, 2, 9999 },
	{ "route of IPv6", -1, 5, 9999 },
	{ "route of IPv6", 18, 15, 9999 },
	{ "metrics", -1, 4, 9999 },
	{ "next hop", 18, 2, 9999 },
	{ "next hop of IPv6", 5, 5, 9999 },
	{ "next hop of IPv6", 19, 5, 9999 },
	{ "encapsulation", -1, 4, 9999 },
	{ "next hop's encapsulation", -1, 4, 9999 },
	{ "neighbour", 1, 0, 20 },
	{ "neighbour", 2, 0, 20 },
	{ "neighbour", 5, 2, 9999 },
	{ "neighbour", 9, 4, 9999 },
	{ "rule of IPv6", 1, 5, 9999 },
	{ "rule of IPv6", 2, 5, 9999 },
	{ "table's parameters", 1, 4, 4 },
	{ "table's parameters", -1, 4, 8 },
	{ "configuration", -1, 4, 9999 },
	{ "groups' list", -1, 0, 8 },
	{ "group", -1, 28, 9999 },
	{ NULL, 0, 0, 0 },
};

int main(void)
{
	sweep(PLACES, COUNT(PLACES), KNOWN, nl_msg_parse);
	return 0;
}
