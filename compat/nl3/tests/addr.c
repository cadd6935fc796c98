/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Addresses: texts of every kind in every family, bytes of every length, comparing, sockaddr. */
#include <netlink/netlink.h>
#include <netlink/addr.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include "say.h"

static const int families[] = { AF_UNSPEC, AF_INET, AF_INET6, AF_LLC, AF_DECnet, AF_MPLS, AF_BRIDGE, AF_UNIX, AF_ALG };

static const char *texts[] = {
	"1.2.3.4", "1.2.3.4/24", "1.2.3.4/33", "1.2.3.4/0", "1.2.3.4/", "1.2.3.4/x", "1.2.3.4/-1", "1.2.3", "1.2.3/8",
	"256.1.1.1", "::1", "::1/64", "::1/129", "fe80::1%lo", "1::2::3", "02:03:04:05:06:07", "02:03:04:05:06:07/8",
	"2:3:4:5:6:7", "02:03", "02", "0", "12", "a", "aa:bb:cc:dd:ee:ff:00:11", "gg:00:00:00:00:00", "02-03-04-05-06-07",
	"default", "any", "all", "none", "default/8", "any/0", "DEFAULT", "", "/", "/24", "/24/25", "1.5", "1.5/3", "63.1023",
	"64.1", "1.1024", "100", "100/16001", "100/200/300", "16", "1048575", "1048576", "100/5", "0x10", "localhost",
	"1.2.3.4 ", " 1.2.3.4", "1.2.3.4/24/5", "01:", "01:02:", ":", "::", "::/0", "123:4", "1:2:3:4:5:6:7:8",
	"1:2:3:4:5:6:7:8:9", "::ffff:1.2.3.4", "010:020:030:040:050:060",
	"00:00:00:00:00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f", "1.", "1.x", ".1", "1..2", "01.02", "0x1.1", "1.1x",
	"0.0", "1,2", "1/", "/1", "1//2", "1/x", "-1", "1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17",
};

static char buf[512];

static void show(const struct nl_addr *addr)
{
	struct sockaddr_storage sa;
	socklen_t len = sizeof sa;
	int err;

	memset(&sa, 0, sizeof sa);
	err = nl_addr_fill_sockaddr(addr, (struct sockaddr *)&sa, &len);
	printf("family %d len %u prefix %u zero %d guess %d sockaddr %d %u %d text %s bytes ", nl_addr_get_family(addr),
	       nl_addr_get_len(addr), nl_addr_get_prefixlen(addr), nl_addr_iszero(addr), nl_addr_guess_family(addr), err,
	       len, sa.ss_family, nl_addr2str(addr, buf, sizeof buf));
	hex(nl_addr_get_binary_addr(addr), nl_addr_get_len(addr));
}

static void parsing(void)
{
	struct nl_addr *addr;
	int err;

	for (size_t t = 0; t < COUNT(texts); t++)
		for (size_t f = 0; f < COUNT(families); f++) {
			err = nl_addr_parse(texts[t], families[f], &addr);
			printf("parse '%s' %d: %d ", texts[t], families[f], err);
			if (err == 0) {
				show(addr);
				nl_addr_put(addr);
			}
			printf("\n");
			if (families[f] != AF_LLC)
				printf("valid '%s' %d: %d\n", texts[t], families[f], nl_addr_valid(texts[t], families[f]));
		}
	printf("fix valid link-layer address: %d\n", nl_addr_valid("02:03:04:05:06:07", AF_LLC));
	printf("invalid link-layer address: %d\n", nl_addr_valid("02:03", AF_LLC));
}

static void building(void)
{
	unsigned char bytes[40];

	for (size_t f = 0; f < COUNT(families); f++)
		for (size_t len = 0; len <= 20; len++) {
			struct nl_addr *addr, *copy;

			for (size_t i = 0; i < sizeof bytes; i++)
				bytes[i] = (unsigned char)(i * 7 + 3);
			if (families[f] == AF_MPLS && (len == 0 || len % 4))
				continue; /* stock reads past the end */
			if (families[f] == AF_DECnet && len != 2 && len != 0)
				continue; /* stock writes nothing at all */
			if (families[f] == AF_MPLS)
				bytes[len - 2] |= 1;
			if ((families[f] == AF_INET && len && len < 4) || (families[f] == AF_INET6 && len && len < 16))
				continue; /* stock reads past the end */
			addr = nl_addr_build(families[f], bytes, len);
			printf("build %d %zu ", families[f], len);
			show(addr);
			/* In a small buffer stock cuts an address of DECnet one byte too late. */
			for (size_t room = families[f] == AF_DECnet ? 10 : 1; room < 30; room += 3) {
				memset(buf, 0, sizeof buf);
				printf("%s,", nl_addr2str(addr, buf, room));
			}
			copy = nl_addr_clone(addr);
			printf(" copy %d %d\n", nl_addr_cmp(addr, copy), nl_addr_cmp_prefix(addr, copy));
			nl_addr_put(copy);
			nl_addr_put(addr);
		}
	printf("nothing %s\n", nl_addr2str(NULL, buf, sizeof buf));
}

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

static void comparing(void)
{
	static const char *texts[] = { "10.0.0.1", "10.0.0.2", "10.0.0.1/24", "10.0.0.99/24", "10.0.1.1/23", "::1", "2001:db8::1/32",
				       "2001:db8:9::1/32", "02:00:00:00:00:01", "default", "none", "10.0.0.1/9", "10.127.0.1/9" };
	struct nl_addr *addr[COUNT(texts)];

	for (size_t i = 0; i < COUNT(texts); i++)
		MUST(nl_addr_parse(texts[i], AF_UNSPEC, &addr[i]) == 0);
	for (size_t i = 0; i < COUNT(texts); i++)
		for (size_t j = 0; j < COUNT(texts); j++)
			printf("compare %s %s %d %d\n", texts[i], texts[j], sign(nl_addr_cmp(addr[i], addr[j])),
			       nl_addr_cmp_prefix(addr[i], addr[j]) != 0);
	for (size_t len = 0; len < 5; len += 4) {
		struct nl_addr *one = nl_addr_build(AF_INET, "abcd", len), *other = nl_addr_build(AF_INET, "abcd", len);

		nl_addr_set_prefixlen(one, 9);
		printf("prefixes of %zu bytes %d\n", len, sign(nl_addr_cmp(one, other)));
		nl_addr_put(one);
		nl_addr_put(other);
	}
	for (int prefix = 0; prefix < 40; prefix += 4) {
		struct nl_addr *label = nl_addr_build(AF_MPLS, "\0\6\101", 4);

		nl_addr_set_prefixlen(label, prefix);
		printf("label %s", nl_addr2str(label, buf, sizeof buf));
		MUST(nl_addr_set_binary_addr(label, NULL, 0) == 0);
		printf(" %s\n", nl_addr2str(label, buf, sizeof buf));
		nl_addr_put(label);
	}
	printf("with nothing %d %d %d\n", nl_addr_cmp(NULL, NULL), sign(nl_addr_cmp(addr[0], NULL)),
	       sign(nl_addr_cmp(NULL, addr[0])));
	for (size_t i = 0; i < COUNT(texts); i++)
		nl_addr_put(addr[i]);
}

static void changing(void)
{
	struct nl_addr *addr = nl_addr_alloc(4), *same;
	struct addrinfo *info = NULL;
	struct nl_msg *msg = nlmsg_alloc();
	struct sockaddr sa;
	socklen_t len = 3;

	printf("too long %d\n", nl_addr_set_binary_addr(addr, "abcde", 5));
	printf("fits %d ", nl_addr_set_binary_addr(addr, "abcd", 4));
	show(addr);
	nl_addr_set_family(addr, AF_INET);
	nl_addr_set_prefixlen(addr, 20);
	show(addr);
	printf("no room %d\n", nl_addr_fill_sockaddr(addr, &sa, &len));
	printf("shared %d", nl_addr_shared(addr));
	same = nl_addr_get(addr);
	printf(" %d\n", nl_addr_shared(addr));
	nl_addr_put(same);
	printf("shorter %d ", nl_addr_set_binary_addr(addr, "xy", 2));
	show(addr);
	MUST(nla_put(msg, 1, 4, "wxyz") == 0);
	same = nl_addr_alloc_attr(nlmsg_attrdata(nlmsg_hdr(msg), 0), AF_INET);
	show(same);
	nl_addr_put(addr);
	addr = NULL;
	MUST(nl_addr_parse("127.0.0.1", AF_INET, &addr) == 0);
	printf("info %d\n", nl_addr_info(addr, &info));
	printf("%d %u\n", info->ai_family, info->ai_addrlen);
	freeaddrinfo(info);
	printf("resolve %d", nl_addr_resolve(addr, buf, sizeof buf));
	printf(" %s\n", buf);
	nl_addr_put(addr);
	nl_addr_put(same);
	nl_addr_put(NULL);
	nlmsg_free(msg);
}

int main(void)
{
	parsing();
	building();
	comparing();
	changing();
	return 0;
}
