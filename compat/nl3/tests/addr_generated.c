/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Addresses from thousands of made-up texts, in every family, and back to text from made-up bytes. */
#include <netlink/netlink.h>
#include <netlink/addr.h>
#include "say.h"

static const int families[] = { AF_UNSPEC, AF_INET, AF_INET6, AF_LLC, AF_DECnet, AF_MPLS, AF_BRIDGE };
static const char *const separators[] = { ".", ":", "/", ",", "-", "::", "%", " ", "//", "" };
static const char *const odd[] = { "default", "all", "any", "none", "0x", "0x1f", "010", "+1", "-1", "1e3", "lo", "ffff", "fffff", "1048575",
				   "1048576", "4294967295", "4294967296", "99999999999999999999", "a", "F", "gg", "\t", "\n", "\xff", "*" };

static char text[400];

static void append(const char *more)
{
	strncat(text, more, sizeof text - strlen(text) - 1);
}

static void number(unsigned int kind)
{
	static const char *const formats[] = { "%u", "%x", "%02x", "%04x", "%03u", "0%o" };
	static const unsigned int most[] = { 256, 256, 300, 65536, 1024, 64 };
	char buf[16];

	snprintf(buf, sizeof buf, formats[kind], dice(most[kind]));
	append(buf);
}

/* Numbers of one notation and one separator, now and then of another. */
static void invent(void)
{
	unsigned int kind = dice(6), separator = dice(5), parts = 1 + dice(9);

	text[0] = 0;
	for (unsigned int i = 0; i < parts; i++) {
		if (i)
			append(separators[dice(12) ? separator : dice(COUNT(separators))]);
		if (!dice(25))
			append(odd[dice(COUNT(odd))]);
		else if (dice(40))
			number(dice(12) ? kind : dice(6));
	}
	for (unsigned int i = dice(8) ? 0 : 1 + dice(2); i; i--) {
		append("/");
		dice(3) ? number(0) : append(odd[dice(COUNT(odd))]);
	}
}

/* An address that is right, with one character changed, taken out or put in. */
static void disturb(void)
{
	static const char *const right[] = { "192.0.2.1", "198.51.100.255/24", "2001:db8::1", "fe80::1/64", "::ffff:192.0.2.1", "02:00:00:aa:bb:cc",
					     "1.23", "63.1023", "100/200/300", "16", "none", "default", "80:00:00:48:fe:80:00:00" };
	static const char chars[] = "0123456789abcdefABCDEFgx.:/,-% ";
	size_t at, len;

	strcpy(text, right[dice(COUNT(right))]);
	for (unsigned int i = dice(3); i; i--) {
		len = strlen(text);
		at = dice((unsigned int)len + 1);
		switch (dice(3)) {
		case 0:
			memmove(text + at + 1, text + at, len - at + 1);
			/* fallthrough */
		case 1:
			if (at < len || text[at + 1] == 0)
				text[at] = chars[dice(sizeof chars - 1)], text[len + 1] = 0;
			break;
		default:
			if (at < len)
				memmove(text + at, text + at + 1, len - at);
		}
	}
}

static void show(const struct nl_addr *addr)
{
	char buf[1000];

	printf(" %d %u/%u %s ", nl_addr_get_family(addr), nl_addr_get_len(addr), nl_addr_get_prefixlen(addr), nl_addr2str(addr, buf, sizeof buf));
	hex(nl_addr_get_binary_addr(addr), nl_addr_get_len(addr));
}

static void parse_in_all(void)
{
	for (size_t i = 0; i < COUNT(families); i++) {
		struct nl_addr *addr = NULL;
		int err = nl_addr_parse(text, families[i], &addr);

		if (i == 0 || err == 0)
			printf("'%s' in %d: %d", text, families[i], err);
		else
			printf(" %d %d\n", families[i], err);
		if (err == 0)
			show(addr);
		else if (i == 0)
			printf("\n");
		nl_addr_put(addr);
		if (families[i] != AF_LLC && nl_addr_valid(text, families[i]) != (err == 0))
			printf("valid %d\n", nl_addr_valid(text, families[i]));
	}
}

/* Texts at and beyond the length that is read at all. */
static void long_texts(void)
{
	static const char *const pieces[] = { "1/", "aa:", "1.", "0", "f", "::" };

	for (size_t i = 0; i < COUNT(pieces); i++)
		for (size_t len = 120; len < sizeof text; len += 1 + (len > 262) * 20) {
			text[0] = 0;
			while (strlen(text) + strlen(pieces[i]) <= len)
				append(pieces[i]);
			parse_in_all();
			append("1");
			parse_in_all();
		}
}

/* Stock reads past the end of addresses that are too short for their family, and of MPLS without end. */
static int is_whole(int family, const unsigned char *bytes, size_t len)
{
	return !len || (family == AF_INET ? len >= 4 : family == AF_INET6 ? len >= 16 : family == AF_DECnet ? len == 2 :
			family == AF_MPLS ? len % 4 == 0 && bytes[len - 2] & 1 : 1);
}

static void to_text(void)
{
	unsigned char bytes[64];
	char buf[300];

	for (int round = 0; round < 4000; round++) {
		int family = round % 8 ? families[round % COUNT(families)] : (int)dice(48);
		size_t len = dice(10) ? (size_t[]){ 0, 2, 4, 6, 8, 16, 20 }[dice(7)] : dice(sizeof bytes), room;
		struct nl_addr *addr;

		for (size_t i = 0; i < sizeof bytes; i++)
			bytes[i] = (unsigned char)(dice(3) ? 0 : dice(256));
		if (!is_whole(family, bytes, len))
			continue;
		addr = nl_addr_build(family, bytes, len);
		if (dice(3) == 0)
			nl_addr_set_prefixlen(addr, (int)dice(200) - 20);
		memset(buf, 0, sizeof buf);
		/* In a small buffer stock cuts an address of DECnet one byte too late. */
		room = dice(4) || family == AF_DECnet ? sizeof buf : 1 + dice(40);
		printf("%d of %zu in %zu: %s\n", family, len, room, nl_addr2str(addr, buf, room));
		printf("zero %d guess %d\n", nl_addr_iszero(addr), nl_addr_guess_family(addr));
		nl_addr_put(addr);
	}
}

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

/* Pairs that are alike up to some bit. */
static void compare(void)
{
	for (int round = 0; round < 3000; round++) {
		unsigned char bytes[2][20];
		size_t len[2] = { dice(21), 0 };
		struct nl_addr *addr[2];

		len[1] = dice(3) ? len[0] : dice(21);
		for (size_t i = 0; i < sizeof *bytes; i++)
			bytes[0][i] = (unsigned char)dice(256);
		memcpy(bytes[1], bytes[0], sizeof *bytes);
		if (len[0] && dice(2))
			bytes[1][dice((unsigned int)len[0])] ^= (unsigned char)(1 << dice(8));
		for (int i = 0; i < 2; i++) {
			addr[i] = nl_addr_build(dice(10) ? AF_INET6 : AF_INET, bytes[i], len[i]);
			/* Beyond its end stock compares what is in memory. */
			if (dice(2))
				nl_addr_set_prefixlen(addr[i], (int)dice((unsigned int)len[i] * 8 + 1));
		}
		printf("%d: %d", round, sign(nl_addr_cmp(addr[0], addr[1])));
		printf(" %d\n", sign(nl_addr_cmp_prefix(addr[0], addr[1])));
		nl_addr_put(addr[0]);
		nl_addr_put(addr[1]);
	}
}

int main(void)
{
	for (int i = 0; i < 2500; i++) {
		invent();
		parse_in_all();
		disturb();
		parse_in_all();
	}
	long_texts();
	to_text();
	compare();
	return 0;
}
