/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Kinds of links. */
#include "sweep.h"
#include <netlink/route/link.h>

#define OF_KIND(kind, most) { kind, 0, 16, "00000100 03000000 43100000 00x4", "3'x' 18{1'" kind "' 2{*}}", most }

static const struct place PLACES[] = {
	OF_KIND("bond", 32), OF_KIND("bridge", 50), OF_KIND("can", 20), OF_KIND("dummy", 5), OF_KIND("geneve", 15),
	OF_KIND("gre", 25), OF_KIND("gretap", 25), OF_KIND("hsr", 5), OF_KIND("ifb", 5), OF_KIND("ip6gre", 25), OF_KIND("ip6tnl", 25),
	OF_KIND("ipip", 25), OF_KIND("ipvlan", 3), OF_KIND("macsec", 16), OF_KIND("macvlan", 10), OF_KIND("macvtap", 10), OF_KIND("ppp", 3),
	OF_KIND("sit", 25), OF_KIND("team", 5), OF_KIND("tun", 10), OF_KIND("vlan", 6), OF_KIND("vrf", 3),
	OF_KIND("vti", 7), OF_KIND("vti6", 7), OF_KIND("vxlan", 32), OF_KIND("xfrm", 4),
	{ "veth's peer", 0, 16, "00000100 03000000 43100000 00x4", "3'x' 18{1'veth' 2{1#}}", -10 },
};

/* Stock shows something else, or reads past the end. */
static const struct known KNOWN[] = {
	{ "ip6gre", 1, 4, 4 },
	{ "vti6", 1, 4, 4 },
	{ "ppp", 1, 4, 9999 },
	{ "veth's peer", 0, 0, 16 },
	{ "macsec", 7, 0, 1 },
	{ "macsec", 8, 0, 1 },
	{ "macsec", 9, 0, 1 },
	{ "macsec", 10, 0, 1 },
	{ "macsec", 11, 0, 1 },
	{ "macsec", 12, 0, 1 },
	{ "macsec", 13, 0, 1 },
	{ NULL, 0, 0, 0 },
};

int main(void)
{
	sweep(PLACES, COUNT(PLACES), KNOWN, nl_msg_parse);
	return 0;
}
