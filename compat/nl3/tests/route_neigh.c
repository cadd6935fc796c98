/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Neighbours. */
#include "objects.h"
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/route/link.h>
#include <netlink/route/neighbour.h>

static void getters(struct rtnl_neigh *neigh)
{
	printf("state %d", rtnl_neigh_get_state(neigh));
	printf(" flags %x", rtnl_neigh_get_flags(neigh));
	printf(" ifindex %d", rtnl_neigh_get_ifindex(neigh));
	printf(" type %d", rtnl_neigh_get_type(neigh));
	printf(" family %d", rtnl_neigh_get_family(neigh));
	printf(" vlan %d", rtnl_neigh_get_vlan(neigh));
	printf(" master %d\n", rtnl_neigh_get_master(neigh));
	say_addr("lladdr", rtnl_neigh_get_lladdr(neigh));
	say_addr("dst", rtnl_neigh_get_dst(neigh));
}

static void all(struct rtnl_neigh *neigh)
{
	struct nl_msg *msg = NULL;
	int answer;

	getters(neigh);
	show(OBJ_CAST(neigh));
	show_clone(OBJ_CAST(neigh));
	answer = rtnl_neigh_build_add_request(neigh, NLM_F_EXCL, &msg);
	show_message(answer, msg);
	answer = rtnl_neigh_build_delete_request(neigh, 0, &msg);
	show_message(answer, msg);
}

enum { SETTERS = 11, VALUES = 17 };

static int set(struct rtnl_neigh *neigh, int which, int value)
{
	static const int numbers[VALUES] = { 0, 1, 2, 4, 7, 8, 10, 16, 32, 64, 128, 254, 255, 256, 4096, 70000, -1 };
	static const char *const texts[] = { "192.0.2.0/24", "192.0.2.2", "2001:db8::/32", "2001:db8::2", "::", "0.0.0.0", "02:00:00:00:00:01", "default",
					     "ff:ff:ff:ff:ff:ff", "::/0", "198.51.100.1/32" };
	int number = numbers[value], answer = 0;
	struct nl_addr *addr = address(texts[(unsigned int)value % COUNT(texts)], AF_UNSPEC);

	switch (which) {
	case 0: rtnl_neigh_set_state(neigh, number); break;
	case 1: rtnl_neigh_unset_state(neigh, number); break;
	case 2: rtnl_neigh_set_flags(neigh, (unsigned int)number); break;
	case 3: rtnl_neigh_unset_flags(neigh, (unsigned int)number); break;
	case 4: rtnl_neigh_set_ifindex(neigh, number); break;
	case 5: rtnl_neigh_set_lladdr(neigh, addr); break;
	case 6: answer = rtnl_neigh_set_dst(neigh, addr); break;
	case 7: rtnl_neigh_set_type(neigh, number); break;
	case 8: rtnl_neigh_set_family(neigh, number); break;
	case 9: rtnl_neigh_set_vlan(neigh, number); break;
	case 10: rtnl_neigh_set_master(neigh, number); break;
	}
	nl_addr_put(addr);
	return answer;
}

static void one_at_a_time(void)
{
	for (int which = 0; which < SETTERS; which++)
		for (int value = 0; value < VALUES; value++) {
			struct rtnl_neigh *neigh = rtnl_neigh_alloc();
			int answer = set(neigh, which, value);

			printf("-- setter %d value %d: %d\n", which, value, answer);
			all(neigh);
			rtnl_neigh_put(neigh);
		}
}

static void many(void)
{
	struct rtnl_neigh *before = rtnl_neigh_alloc();

	for (int round = 0; round < 400; round++) {
		struct rtnl_neigh *neigh = rtnl_neigh_alloc();

		printf("-- round %d:", round);
		if (dice(2))
			rtnl_neigh_set_family(neigh, dice(2) ? AF_INET : AF_BRIDGE);
		for (unsigned int n = dice(12); n > 0; n--) {
			int which = (int)dice(SETTERS - 1), value = (int)dice(VALUES), answer;

			/* Stock's setter of the type forgets what was set before. */
			which += which >= 7;
			answer = set(neigh, which, value);
			printf(" %d:%d %d", which, value, answer);
		}
		printf("\n");
		all(neigh);
		printf("filter %d", nl_object_match_filter(OBJ_CAST(neigh), OBJ_CAST(before)));
		printf(" diff %x", nl_object_diff(OBJ_CAST(neigh), OBJ_CAST(before)));
		printf(" identical %d\n", nl_object_identical(OBJ_CAST(neigh), OBJ_CAST(before)));
		rtnl_neigh_put(before);
		before = neigh;
	}
	rtnl_neigh_put(before);
}

static void parsed(void)
{
	static const struct shape shapes[] = { { NDA_DST, -4 }, { NDA_DST, -4 }, { NDA_LLADDR, 6 }, { NDA_LLADDR, 6 }, { NDA_CACHEINFO, 0 }, { NDA_CACHEINFO, 0 },
					       { NDA_PROBES, 4 }, { NDA_VLAN, 2 }, { NDA_PORT, 2 }, { NDA_VNI, 4 }, { NDA_IFINDEX, 4 }, { NDA_MASTER, 4 },
					       { NDA_LINK_NETNSID, 4 }, { NDA_SRC_VNI, 4 }, { 0, 4 }, { 99, 4 } };
	struct nl_object *before = NULL;

	for (int round = 0; round < 1000; round++) {
		struct nl_msg *msg = nlmsg_alloc_simple(dice(8) ? RTM_NEWNEIGH : RTM_DELNEIGH, 0);
		int family = dice(3) ? AF_INET : dice(2) ? AF_INET6 : AF_BRIDGE;
		struct ndmsg header = { (unsigned char)family, 0, 0, (int)dice(4), (unsigned short)(dice(2) ? 0x80 : 1 << dice(9)), (unsigned char)(dice(2) ? 0 : dice(256)),
					(unsigned char)dice(4) };

		nlmsg_append(msg, &header, dice(30) ? sizeof header : dice(13), NLMSG_ALIGNTO);
		nlmsg_set_proto(msg, NETLINK_ROUTE);
		for (unsigned int n = dice(7); n > 0; n--) {
			const struct shape *shape = &shapes[dice(COUNT(shapes))];

			if (shape->type == NDA_CACHEINFO)
				put_numbers(msg, NDA_CACHEINFO, dice(20) ? 4 : (int)dice(6), 400000);
			else if (shape->type == NDA_VLAN || shape->type == NDA_MASTER)
				put_random(msg, shape->type, shape->size);
			else if (shape->type == NDA_DST)
				put_random(msg, NDA_DST, family == AF_INET6 ? 16 : 4 * (dice(20) != 0));
			else
				put_random(msg, shape->type, some_size(shape->size < 0 ? family == AF_INET6 ? 16 : 4 : shape->size));
		}
		printf("-- message %d: ", round);
		hex(nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);
		if (show_parsed(msg, &before)) {
			struct rtnl_neigh *neigh = NULL;

			show_clone(before);
			getters((struct rtnl_neigh *)before);
			printf("by itself %d\n", rtnl_neigh_parse(nlmsg_hdr(msg), &neigh));
			printf("the same %d\n", nl_object_identical(OBJ_CAST(neigh), before));
			rtnl_neigh_put(neigh);
		}
		nlmsg_free(msg);
	}
	nl_object_put(before);
}

static void kernel(void)
{
	struct nl_sock *sock = nl_socket_alloc();
	struct rtnl_neigh *neigh = rtnl_neigh_alloc(), *found;
	struct nl_addr *dst = address("192.0.2.9", AF_INET), *lladdr = address("02:00:00:00:00:99", AF_LLC), *other = address("192.0.2.8", AF_INET);
	struct nl_dump_params params = { .dp_type = NL_DUMP_LINE, .dp_fd = stdout };
	struct nl_cache *cache;

	/* The kernel joins groups of IPv6, which are entries too, in its own time. */
	without_ipv6();
	MUST(system("ip link add va address 02:00:00:00:00:01 type veth peer name vb && ip link set va up") == 0);
	MUST(nl_connect(sock, NETLINK_ROUTE) == 0);
	rtnl_neigh_set_ifindex(neigh, (int)if_nametoindex("va"));
	rtnl_neigh_set_dst(neigh, dst);
	rtnl_neigh_set_lladdr(neigh, lladdr);
	rtnl_neigh_set_state(neigh, NUD_PERMANENT);
	printf("add %d", rtnl_neigh_add(sock, neigh, NLM_F_CREATE | NLM_F_EXCL));
	printf(" again %d\n", rtnl_neigh_add(sock, neigh, NLM_F_CREATE | NLM_F_EXCL));
	for (unsigned int flags = 0; flags <= NL_CACHE_AF_ITER; flags++) {
		printf("cache %d\n", flags ? rtnl_neigh_alloc_cache_flags(sock, &cache, flags) : rtnl_neigh_alloc_cache(sock, &cache));
		nl_cache_dump(cache, &params);
		found = rtnl_neigh_get(cache, (int)if_nametoindex("va"), dst);
		printf("found %d", found != NULL);
		rtnl_neigh_put(found);
		printf(" %d", rtnl_neigh_get(cache, 77, dst) != NULL);
		printf(" %d", rtnl_neigh_get(cache, (int)if_nametoindex("va"), other) != NULL);
		found = rtnl_neigh_get_by_vlan(cache, (int)if_nametoindex("va"), lladdr, 0);
		printf(" by vlan %d\n", found != NULL);
		rtnl_neigh_put(found);
		nl_cache_free(cache);
	}
	printf("delete %d", rtnl_neigh_delete(sock, neigh, 0));
	printf(" again %d\n", rtnl_neigh_delete(sock, neigh, 0));
	rtnl_neigh_put(neigh);
	nl_addr_put(dst);
	nl_addr_put(other);
	nl_addr_put(lladdr);
	nl_socket_free(sock);
}

/* Entries of bridges are found by VLAN. */
static void by_vlan(void)
{
	struct nl_addr *mac = address("02:00:00:00:00:99", AF_LLC);
	struct rtnl_neigh *neigh;
	struct nl_cache *cache;

	MUST(nl_cache_alloc_name("route/neigh", &cache) == 0);
	for (int i = 0; i < 8; i++) {
		neigh = rtnl_neigh_alloc();
		rtnl_neigh_set_ifindex(neigh, 1 + i % 2);
		if (i & 2)
			rtnl_neigh_set_family(neigh, AF_BRIDGE);
		rtnl_neigh_set_lladdr(neigh, mac);
		if (i & 4)
			rtnl_neigh_set_vlan(neigh, i);
		printf("add %d\n", nl_cache_add(cache, OBJ_CAST(neigh)));
		rtnl_neigh_put(neigh);
	}
	for (int index = 0; index < 3; index++)
		for (int vlan = -1; vlan < 9; vlan++) {
			neigh = rtnl_neigh_get_by_vlan(cache, index, mac, vlan);
			printf("index %d vlan %d: %d\n", index, vlan, neigh != NULL);
			if (neigh)
				getters(neigh);
			rtnl_neigh_put(neigh);
			neigh = rtnl_neigh_get(cache, index, mac);
			printf("index %d: %d\n", index, neigh != NULL);
			rtnl_neigh_put(neigh);
		}
	nl_cache_free(cache);
	nl_addr_put(mac);
}

/* Entries of a bridge that do not name it, and the links that are known. */
static void masters(void)
{
	static const int families[] = { AF_BRIDGE, AF_INET };
	struct nl_object *before = NULL;
	struct nl_cache *links;

	MUST(nl_cache_alloc_name("route/link", &links) == 0);
	for (int index = 1; index < 4; index++) {
		struct rtnl_link *link = rtnl_link_alloc();

		rtnl_link_set_ifindex(link, index);
		rtnl_link_set_family(link, index == 3 ? AF_BRIDGE : AF_UNSPEC);
		rtnl_link_set_name(link, index == 1 ? "br0" : "port");
		if (index > 1)
			rtnl_link_set_master(link, 1);
		MUST(nl_cache_add(links, OBJ_CAST(link)) == 0);
		rtnl_link_put(link);
	}
	for (int known = 0; known < 2; known++) {
		if (known)
			nl_cache_mngt_provide(links);
		for (int i = 0; i < 20; i++) {
			struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWNEIGH, 0);
			struct ndmsg header = { .ndm_family = (unsigned char)families[i % 2], .ndm_ifindex = i / 4, .ndm_flags = NTF_SELF };

			nlmsg_append(msg, &header, sizeof header, NLMSG_ALIGNTO);
			nlmsg_set_proto(msg, NETLINK_ROUTE);
			if (i & 2)
				nla_put_u32(msg, NDA_MASTER, i & 4 ? 0 : 2);
			printf("-- entry %d\n", i);
			if (show_parsed(msg, &before))
				getters((struct rtnl_neigh *)before);
			nlmsg_free(msg);
		}
	}
	nl_object_put(before);
	nl_cache_mngt_unprovide(links);
	nl_cache_free(links);
}

static void keeps_what_was_set(void)
{
	struct rtnl_neigh *neigh = rtnl_neigh_alloc();

	rtnl_neigh_set_vlan(neigh, 7);
	rtnl_neigh_set_type(neigh, 1);
	printf("fix vlan %d\n", rtnl_neigh_get_vlan(neigh));
	rtnl_neigh_put(neigh);
}

/* Addresses of InfiniBand have 20 octets. */
static void long_addresses(void)
{
	static const unsigned char octets[20] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20 };

	for (size_t len = 16; len <= sizeof octets; len++) {
		struct nl_dump_params params = { .dp_type = NL_DUMP_LINE, .dp_fd = stdout };
		struct rtnl_neigh *neigh = rtnl_neigh_alloc();
		struct nl_addr *addr = nl_addr_build(AF_LLC, octets, len);

		rtnl_neigh_set_lladdr(neigh, addr);
		printf("%s", len > 17 ? "fix " : "");
		nl_object_dump(OBJ_CAST(neigh), &params);
		nl_addr_put(addr);
		rtnl_neigh_put(neigh);
	}
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	one_at_a_time();
	many();
	parsed();
	by_vlan();
	masters();
	kernel();
	keeps_what_was_set();
	long_addresses();
	return 0;
}
