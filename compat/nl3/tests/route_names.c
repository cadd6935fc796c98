/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Names of scopes, tables, protocols, metrics, states and flags; and files of names. */
#include "say.h"
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/neighbour.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>
#include <netlink/route/rtnl.h>
#include <unistd.h>

static char buf[256];

typedef char *to_str(int, char *, size_t);
typedef int number_of(const char *);

static const struct {
	const char *what;
	to_str *to_str;
	number_of *number_of;
	int bits;
} tables[] = {
	{ "type", nl_rtntype2str, nl_str2rtntype, 0 },
	{ "scope", rtnl_scope2str, rtnl_str2scope, 0 },
	{ "table", rtnl_route_table2str, rtnl_route_str2table, 0 },
	{ "protocol", rtnl_route_proto2str, rtnl_route_str2proto, 0 },
	{ "metric", rtnl_route_metric2str, rtnl_route_str2metric, 0 },
	{ "next hop", rtnl_route_nh_flags2str, rtnl_route_nh_str2flags, 1 },
	{ "state", rtnl_neigh_state2str, rtnl_neigh_str2state, 1 },
	{ "flag", rtnl_neigh_flags2str, rtnl_neigh_str2flag, 1 },
	{ "address", rtnl_addr_flags2str, rtnl_addr_str2flags, 1 },
};

static void numbers(void)
{
	for (unsigned int t = 0; t < COUNT(tables); t++) {
		for (int number = -2; number < 300; number++)
			printf("%s %d '%s'\n", tables[t].what, number, tables[t].to_str(number, buf, sizeof buf));
		for (unsigned int bit = 0; bit < 32; bit++)
			printf("%s bit %u '%s'\n", tables[t].what, bit, tables[t].to_str((int)(1u << bit), buf, sizeof buf));
		for (size_t len = 1; len < 40; len++) {
			int number = tables[t].bits ? (int)dice(1024) : (int)dice(256);

			printf("%s %d in %zu '%s'\n", tables[t].what, number, len, tables[t].to_str(number, buf, len));
		}
	}
}

static void texts(void)
{
	static const char *const texts[] = { "onlink", "dead,onlink", "dead, onlink", "ONLINK", "stale", "stale,reachable", "", "0x10", "16", "noarp", "delay ,probe",
					     " delay", "proxy", "router", " onlink", "onlink ,dead", "dead,,onlink", "dead,\tonlink", "  dead,   onlink", "deadx,onlink",
					     "dead ", "main", "MAIN", "local", "static", "kernel", "host", "Link", "global", "unicast", "blackhole", "mtu", "advmss",
					     "permanent", "secondary,permanent", "10x", "-1", "4294967295", "99999999999999999999", "unspec" };

	for (unsigned int t = 0; t < COUNT(tables); t++)
		for (unsigned int i = 0; i < COUNT(texts); i++)
			printf("%s '%s' %d\n", tables[t].what, texts[i], tables[t].number_of(texts[i]));
}

static void realms(void)
{
	static const uint32_t some[] = { 0, 1, 7, 0xffff, 0x10000, 0x50007, 0xffff0000, 0xffffffff };

	for (unsigned int i = 0; i < COUNT(some); i++) {
		printf("realms %x '%s'", some[i], rtnl_realms2str(some[i], buf, sizeof buf));
		printf(" '%s'\n", rtnl_realms2str(some[i], buf, 4));
	}
}

static void files(void)
{
	static const char *const contents[] = { "# comment\n77 blue\n77\tgreen\textra\n254 hauptsache\n0x4e red\n", "5 five\nbad\n6 six\n", "5 five\n12x twelve\n6 six\n",
						"", "7\n", "\n\n8 eight", "-3 minus\n4294967297 much\n", "   \n8 eight\n", "  8 eight\n", "\r\n8\teight\r\n" };
	static const int some[] = { 0, 5, 6, 12, 77, 78, 252, 253, 254, 255, 4, 8, 1, -3, 0xc };
	static const char *const names[] = { "main", "MAIN", "blue", "green", "five", "six", "Hauptsache", "twelve", "much", "eight" };
	char path[] = "/tmp/names-XXXXXX";
	int fd = mkstemp(path);

	MUST(fd >= 0);
	for (unsigned int i = 0; i <= COUNT(contents); i++) {
		const char *from = i < COUNT(contents) ? path : "/no/such/file";
		int answer;

		if (i < COUNT(contents)) {
			MUST(ftruncate(fd, 0) == 0);
			MUST(pwrite(fd, contents[i], strlen(contents[i]), 0) == (ssize_t)strlen(contents[i]));
		}
		answer = rtnl_route_read_table_names(from);
		printf("file %u: %d", i, answer);
		printf(" %d\n", rtnl_route_read_protocol_names(from));
		for (unsigned int n = 0; n < COUNT(some); n++) {
			printf(" %s", rtnl_route_table2str(some[n], buf, sizeof buf));
			printf(" %s", rtnl_route_proto2str(some[n], buf, sizeof buf));
		}
		for (unsigned int n = 0; n < COUNT(names); n++) {
			printf(" %d", rtnl_route_str2table(names[n]));
			printf(" %d", rtnl_route_str2proto(names[n]));
		}
		printf("\n");
	}
	MUST(unlink(path) == 0);
}

int main(void)
{
	numbers();
	texts();
	realms();
	files();
	return 0;
}
