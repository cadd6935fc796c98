/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Addresses of interfaces. */
#include "objects.h"
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/rtnl.h>

static void getters(struct rtnl_addr *addr)
{
	printf("label %s", rtnl_addr_get_label(addr) ? rtnl_addr_get_label(addr) : "(none)");
	printf(" ifindex %d", rtnl_addr_get_ifindex(addr));
	printf(" family %d", rtnl_addr_get_family(addr));
	printf(" prefixlen %d", rtnl_addr_get_prefixlen(addr));
	printf(" scope %d", rtnl_addr_get_scope(addr));
	printf(" flags %x", rtnl_addr_get_flags(addr));
	printf(" valid %u", rtnl_addr_get_valid_lifetime(addr));
	printf(" preferred %u", rtnl_addr_get_preferred_lifetime(addr));
	printf(" created %u", rtnl_addr_get_create_time(addr));
	printf(" updated %u\n", rtnl_addr_get_last_update_time(addr));
	say_addr("local", rtnl_addr_get_local(addr));
	say_addr("peer", rtnl_addr_get_peer(addr));
	say_addr("broadcast", rtnl_addr_get_broadcast(addr));
	say_addr("multicast", rtnl_addr_get_multicast(addr));
	say_addr("anycast", rtnl_addr_get_anycast(addr));
}

static void all(struct rtnl_addr *addr)
{
	struct nl_msg *msg = NULL;
	int answer;

	getters(addr);
	show(OBJ_CAST(addr));
	show_clone(OBJ_CAST(addr));
	answer = rtnl_addr_build_add_request(addr, NLM_F_EXCL, &msg);
	show_message(answer, msg);
	answer = rtnl_addr_build_delete_request(addr, 0, &msg);
	show_message(answer, msg);
}

/* Setter number `which` with value number `value`. */
static int set(struct rtnl_addr *addr, int which, int value)
{
	static const int numbers[] = { 0, 1, 2, 10, 24, 128, 200, 253, 254, 255, 256, 65536, 70000, -1 };
	static const char *const texts[] = { "192.0.2.1/24", "192.0.2.2", "2001:db8::1/64", "2001:db8::2", "::", "0.0.0.0", "02:00:00:00:00:01", "default",
					     "192.0.2.77/0", "2001:db8::9/128", "198.51.100.1/32", "127.0.0.1/8", "127.1.2.3" };
	static const char *const labels[] = { "va:1", "", "a label that is too long for an interface", "123456789012345", "1234567890123456" };
	static int (*const set_addr[])(struct rtnl_addr *, struct nl_addr *) = { rtnl_addr_set_local, rtnl_addr_set_peer, rtnl_addr_set_broadcast,
										   rtnl_addr_set_multicast, rtnl_addr_set_anycast };
	int number = numbers[(unsigned int)value % COUNT(numbers)], answer = 0;
	struct nl_addr *one;

	switch (which) {
	case 0: answer = rtnl_addr_set_label(addr, labels[(unsigned int)value % COUNT(labels)]); break;
	case 1: rtnl_addr_set_ifindex(addr, number); break;
	case 2: rtnl_addr_set_family(addr, number); break;
	case 3: rtnl_addr_set_prefixlen(addr, value * 3 % 33); break;
	case 4: rtnl_addr_set_scope(addr, number); break;
	case 5: rtnl_addr_set_flags(addr, (unsigned int)number); break;
	case 6: rtnl_addr_unset_flags(addr, (unsigned int)number); break;
	case 7: rtnl_addr_set_valid_lifetime(addr, (uint32_t)number); break;
	case 8: rtnl_addr_set_preferred_lifetime(addr, (uint32_t)number); break;
	default:
		one = address(texts[(unsigned int)value % COUNT(texts)], AF_UNSPEC);
		answer = set_addr[which - 9](addr, one);
		nl_addr_put(one);
	}
	return answer;
}

enum { SETTERS = 14, VALUES = 14 };

static void one_at_a_time(void)
{
	for (int which = 0; which < SETTERS; which++)
		for (int value = 0; value < VALUES; value++) {
			struct rtnl_addr *addr = rtnl_addr_alloc();
			int answer = set(addr, which, value);

			printf("-- setter %d value %d: %d\n", which, value, answer);
			all(addr);
			rtnl_addr_put(addr);
		}
}

static void many(void)
{
	struct rtnl_addr *before = rtnl_addr_alloc();

	for (int round = 0; round < 400; round++) {
		struct rtnl_addr *addr = rtnl_addr_alloc();

		printf("-- round %d:", round);
		for (unsigned int n = dice(12); n > 0; n--) {
			int which = (int)dice(SETTERS), value = (int)dice(VALUES), answer = set(addr, which, value);

			printf(" %d:%d %d", which, value, answer);
		}
		printf("\n");
		all(addr);
		printf("filter %d", nl_object_match_filter(OBJ_CAST(addr), OBJ_CAST(before)));
		printf(" diff %x identical %d\n", nl_object_diff(OBJ_CAST(addr), OBJ_CAST(before)), nl_object_identical(OBJ_CAST(addr), OBJ_CAST(before)));
		rtnl_addr_put(before);
		before = addr;
	}
	rtnl_addr_put(before);
}

static void parsed(void)
{
	static const struct shape shapes[] = { { IFA_ADDRESS, 4 }, { IFA_LOCAL, 4 }, { IFA_LABEL, 4 }, { IFA_BROADCAST, 4 }, { IFA_ANYCAST, 4 },
					       { IFA_MULTICAST, 4 }, { IFA_CACHEINFO, 16 }, { IFA_FLAGS, 4 }, { IFA_RT_PRIORITY, 4 }, { IFA_TARGET_NETNSID, 4 },
					       { 0, 4 }, { 77, 4 } };
	struct nl_object *before = NULL;

	for (int round = 0; round < 600; round++) {
		struct nl_msg *msg = nlmsg_alloc_simple(dice(8) ? RTM_NEWADDR : RTM_DELADDR, 0);
		int v6 = dice(3) == 0, header = dice(30) ? (int)sizeof(struct ifaddrmsg) : (int)dice(9);
		unsigned char bytes[8] = { v6 ? AF_INET6 : dice(10) ? AF_INET : AF_UNSPEC, (unsigned char)(dice(4) ? 24 : dice(256)), (unsigned char)(dice(2) ? 128 : dice(256)),
					   (unsigned char)(dice(2) ? 0 : dice(256)), (unsigned char)dice(3) };

		nlmsg_append(msg, bytes, (size_t)header, NLMSG_ALIGNTO);
		nlmsg_set_proto(msg, NETLINK_ROUTE);
		for (unsigned int n = dice(9); n > 0; n--) {
			const struct shape *shape = &shapes[dice(COUNT(shapes))];

			if (shape->type == IFA_LABEL && dice(8))
				nla_put_string(msg, IFA_LABEL, dice(2) ? "eth0" : "a:label");
			else if (shape->type == IFA_CACHEINFO)
				put_numbers(msg, IFA_CACHEINFO, dice(20) ? 4 : (int)dice(6), 4000000);
			else if (shape->type == IFA_FLAGS)
				nla_put_u32(msg, IFA_FLAGS, dice(4) ? dice(1024) : dice(1 << 30));
			else
				put_random(msg, shape->type, some_size(v6 && shape->size == 4 && shape->type <= IFA_MULTICAST ? 16 : shape->size));
		}
		printf("-- message %d\n", round);
		if (show_parsed(msg, &before)) {
			show_clone(before);
			getters((struct rtnl_addr *)before);
		}
		nlmsg_free(msg);
	}
	nl_object_put(before);
}

static void flags(void)
{
	static const char *const texts[] = { "permanent", "PERMANENT,secondary", "deprecated, tentative", "", "nonsense", "0x80", "128", "dadfailed,", ",mngtmpaddr" };

	for (unsigned int bit = 0; bit < 32; bit++)
		printf("%u '%s'\n", bit, rtnl_addr_flags2str((int)(1u << bit), buf, sizeof buf));
	for (unsigned int n = 0; n < 40; n++)
		printf("'%s'\n", rtnl_addr_flags2str((int)dice(0x1000), buf, n + 1));
	for (unsigned int i = 0; i < COUNT(texts); i++)
		printf("'%s' %x\n", texts[i], rtnl_addr_str2flags(texts[i]));
}

static void kernel(void)
{
	struct nl_sock *sock = nl_socket_alloc();
	struct nl_cache *cache = NULL;
	struct rtnl_addr *addr = rtnl_addr_alloc(), *found;
	struct nl_addr *local = address("192.0.2.1/24", AF_UNSPEC);
	struct nl_dump_params params = { .dp_type = NL_DUMP_LINE, .dp_fd = stdout };

	printf("not connected %d\n", rtnl_addr_alloc_cache(sock, &cache));
	nl_socket_free(sock);
	sock = nl_socket_alloc();
	MUST(nl_connect(sock, NETLINK_ROUTE) == 0);
	nlmsg_set_default_size(32);
	rtnl_addr_set_ifindex(addr, 1);
	rtnl_addr_set_local(addr, local);
	printf("without room %d\n", rtnl_addr_add(sock, addr, 0));
	nlmsg_set_default_size(4096);
	rtnl_addr_put(addr);
	addr = rtnl_addr_alloc();
	printf("nothing set %d", rtnl_addr_add(sock, addr, 0));
	printf(" %d\n", rtnl_addr_delete(sock, addr, 0));
	printf("request %d", nl_rtgen_request(sock, RTM_GETADDR, AF_INET, NLM_F_DUMP));
	printf(" %d\n", nl_recvmsgs_default(sock));
	rtnl_addr_set_ifindex(addr, 1);
	rtnl_addr_set_local(addr, local);
	rtnl_addr_set_prefixlen(addr, 28);
	say_addr("shared", local);
	rtnl_addr_set_prefixlen(addr, 24);
	printf("add %d", rtnl_addr_add(sock, addr, 0));
	printf(" again %d\n", rtnl_addr_add(sock, addr, NLM_F_EXCL));
	MUST(rtnl_addr_alloc_cache(sock, &cache) == 0);
	printf("cache");
	printf(" %d\n", nl_cache_nitems(cache));
	nl_cache_dump(cache, &params);
	found = rtnl_addr_get(cache, 1, local);
	printf("found %d", found != NULL);
	rtnl_addr_put(found);
	nl_addr_put(local);
	local = address("192.0.2.2", AF_UNSPEC);
	printf(" %d", rtnl_addr_get(cache, 1, local) != NULL);
	printf(" %d\n", rtnl_addr_get(cache, 2, local) != NULL);
	nl_addr_put(local);
	printf("delete %d", rtnl_addr_delete(sock, addr, 0));
	printf(" again %d\n", rtnl_addr_delete(sock, addr, 0));
	rtnl_addr_put(addr);
	nl_cache_free(cache);
	nl_socket_free(sock);
}

/* The second line of the details. */
static const char *details(struct nl_object *obj)
{
	struct nl_dump_params params = { .dp_type = NL_DUMP_DETAILS, .dp_buf = buf, .dp_buflen = sizeof buf };

	nl_object_dump(obj, &params);
	strtok(buf, "\n");
	return strtok(NULL, "\n");
}

static void long_lifetimes(void)
{
	struct rtnl_addr *addr = rtnl_addr_alloc();

	rtnl_addr_set_valid_lifetime(addr, 5000000);
	printf("fix%s\n", details(OBJ_CAST(addr)));
	rtnl_addr_put(addr);
}

/* The link that an address was given. */
static void link_of(void)
{
	struct rtnl_addr *addr = rtnl_addr_alloc(), *copy;
	struct rtnl_link *link = rtnl_link_alloc(), *got;

	printf("no link %d\n", rtnl_addr_get_link(addr) == NULL);
	rtnl_link_set_ifindex(link, 7);
	rtnl_addr_set_link(addr, link);
	printf("held %d", nl_object_get_refcnt(OBJ_CAST(link)));
	got = rtnl_addr_get_link(addr);
	printf(" same %d held %d index %d\n", got == link, nl_object_get_refcnt(OBJ_CAST(link)), rtnl_addr_get_ifindex(addr));
	rtnl_link_put(got);
	copy = (struct rtnl_addr *)nl_object_clone(OBJ_CAST(addr));
	printf("copied %d", nl_object_get_refcnt(OBJ_CAST(link)));
	rtnl_addr_put(copy);
	printf(" held %d\n", nl_object_get_refcnt(OBJ_CAST(link)));
	rtnl_addr_put(addr);
	printf("held %d\n", nl_object_get_refcnt(OBJ_CAST(link)));
	rtnl_link_put(link);
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	flags();
	link_of();
	one_at_a_time();
	many();
	parsed();
	kernel();
	long_lifetimes();
	return 0;
}
