/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Multicast groups of bridges. */
#include "objects.h"
#include <linux/if_bridge.h>
#include <linux/if_ether.h>
#include <linux/rtnetlink.h>
#include <netlink/route/mdb.h>

static void say_entry(struct rtnl_mdb_entry *entry, void *arg)
{
	printf(" entry %d", rtnl_mdb_entry_get_ifindex(entry));
	printf(" vid %d", rtnl_mdb_entry_get_vid(entry));
	printf(" state %d", rtnl_mdb_entry_get_state(entry));
	printf(" proto %x", rtnl_mdb_entry_get_proto(entry));
	say_addr(" addr", rtnl_mdb_entry_get_addr(entry));
}

static void getters(struct rtnl_mdb *mdb)
{
	printf("ifindex %u\n", rtnl_mdb_get_ifindex(mdb));
	rtnl_mdb_foreach_entry(mdb, say_entry, NULL);
}

static void put_entry(struct nl_msg *msg, int type)
{
	static const unsigned short protos[] = { ETH_P_IP, ETH_P_IPV6, 0, ETH_P_ARP };
	struct nlattr *nest = nla_nest_start(msg, type);

	for (unsigned int n = dice(3); n > 0; n--) {
		struct br_mdb_entry entry = { .ifindex = dice(3), .state = (unsigned char)dice(3), .vid = (unsigned short)dice(3) };

		entry.addr.proto = htons(protos[dice(30) ? dice(3) : 3]);
		entry.addr.u.ip4 = htonl(0xef010100 + dice(3));
		nla_put(msg, dice(10) ? MDBA_MDB_ENTRY_INFO : 2, (int)sizeof entry, &entry);
	}
	nla_nest_end(msg, nest);
}

static struct nl_msg *some_message(int type)
{
	struct nl_msg *msg = nlmsg_alloc_simple(type, 0);
	struct br_port_msg header;
	struct nlattr *nest;

	memset(&header, 0, sizeof header);
	header.family = AF_BRIDGE;
	header.ifindex = dice(3);
	nlmsg_append(msg, &header, dice(30) ? sizeof header : dice(8), NLMSG_ALIGNTO);
	nlmsg_set_proto(msg, NETLINK_ROUTE);
	if (dice(10)) {
		nest = nla_nest_start(msg, dice(10) ? MDBA_MDB : 2);
		for (unsigned int n = dice(4); n > 0; n--)
			put_entry(msg, dice(10) ? MDBA_MDB_ENTRY : 2);
		nla_nest_end(msg, nest);
	}
	return msg;
}

static void parsed(void)
{
	struct nl_object *before = NULL;

	for (int round = 0; round < 500; round++) {
		struct nl_msg *msg = some_message(dice(8) ? RTM_NEWMDB : RTM_DELMDB);

		printf("-- message %d: ", round);
		hex(nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);
		if (show_parsed(msg, &before)) {
			show_clone(before);
			getters((struct rtnl_mdb *)before);
		}
		nlmsg_free(msg);
	}
	nl_object_put(before);
}

static void changed(struct nl_cache *cache, struct nl_object *old, struct nl_object *new, uint64_t diff, int act, void *arg)
{
	printf("  change %d %llx\n", act, (unsigned long long)diff);
	if (old)
		getters((struct rtnl_mdb *)old);
	if (new)
		getters((struct rtnl_mdb *)new);
}

static void include(struct nl_object *obj, void *arg)
{
	int answer = nl_cache_include_v2(arg, obj, changed, NULL);

	printf("include %d\n", answer);
}

static void notifications(void)
{
	struct nl_cache *cache;

	MUST(nl_cache_alloc_name("route/mdb", &cache) == 0);
	for (int round = 0; round < 80; round++) {
		struct nl_msg *msg = some_message(dice(3) ? RTM_NEWMDB : RTM_DELMDB);
		struct nl_object *obj;
		int answer;

		printf("-- notification %d: ", round);
		hex(nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);
		answer = nl_msg_parse(msg, include, cache);
		printf("parsed %d, now %d\n", answer, nl_cache_nitems(cache));
		for (obj = nl_cache_get_first(cache); obj; obj = nl_cache_get_next(obj))
			getters((struct rtnl_mdb *)obj);
		nlmsg_free(msg);
	}
	nl_cache_free(cache);
}

static void kernel(void)
{
	struct nl_sock *sock = nl_socket_alloc();
	struct nl_dump_params params = { .dp_type = NL_DUMP_DETAILS, .dp_fd = stdout };
	struct nl_cache *cache;

	MUST(nl_connect(sock, NETLINK_ROUTE) == 0);
	/* The kernel joins groups of IPv6 in its own time. */
	without_ipv6();
	MUST(system("ip link add br0 type bridge mcast_snooping 1 && ip link add va master br0 type veth peer name vb && "
		    "ip link set br0 up && ip link set va up && ip link set vb up && bridge mdb add dev br0 port va grp 239.1.1.1 permanent") == 0);
	for (unsigned int flags = 0; flags < 2; flags++) {
		printf("cache %d\n", flags ? rtnl_mdb_alloc_cache_flags(sock, &cache, NL_CACHE_AF_ITER) : rtnl_mdb_alloc_cache(sock, &cache));
		nl_cache_dump(cache, &params);
		nl_cache_free(cache);
	}
	nl_socket_free(sock);
}

int main(void)
{
	struct rtnl_mdb *none = rtnl_mdb_alloc();

	setvbuf(stdout, NULL, _IONBF, 0);
	show(OBJ_CAST(none));
	getters(none);
	rtnl_mdb_put(none);
	parsed();
	notifications();
	kernel();
	return 0;
}
