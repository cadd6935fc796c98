/* SPDX-License-Identifier: MIT OR Apache-2.0
 * What is made of what was received: compared, filtered, changed, sent again. */
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/idiag/msg.h>
#include <netlink/netfilter/ct.h>
#include <netlink/netfilter/exp.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/macsec.h>
#include <netlink/route/link/sriov.h>
#include <netlink/route/mdb.h>
#include <netlink/route/route.h>
#include "objects.h"

static struct nl_msg *begin(int protocol, int type, const void *head, size_t len)
{
	struct nl_msg *msg = nlmsg_alloc();

	nlmsg_put(msg, 0, 0, type, 0, 0);
	nlmsg_set_proto(msg, protocol);
	nlmsg_append(msg, (void *)head, len, NLMSG_ALIGNTO);
	return msg;
}

static struct nl_object *received(struct nl_msg *msg)
{
	struct seen seen = { 0 };

	MUST(nl_msg_parse(msg, keep, &seen) == 0);
	nlmsg_free(msg);
	return seen.last;
}

static void compared(const char *what, void *one, void *other)
{
	printf("%s: diff %llx", what, (unsigned long long)nl_object_diff64(one, other));
	printf(" identical %d", nl_object_identical(one, other));
	printf(" filter %d", nl_object_match_filter(one, other));
	printf(" %d\n", nl_object_match_filter(other, one));
}

/* Filters of connections by networks. */
static void networks(void)
{
	static const char *const texts[] = { "10.0.0.1", "10.0.0.0/24", "10.0.0.5/24", "10.0.1.0/24", "10.0.0.1/0", "2001:db8::/32" };

	for (unsigned int i = 0; i < 4 * COUNT(texts) * COUNT(texts); i++) {
		struct nl_addr *one = address(texts[i / 4 % COUNT(texts)], AF_UNSPEC), *other = address(texts[i / 4 / COUNT(texts)], AF_UNSPEC);
		struct nfnl_ct *ct = nfnl_ct_alloc(), *filter = nfnl_ct_alloc();
		struct nfnl_exp *exp = nfnl_exp_alloc(), *wanted = nfnl_exp_alloc();

		nfnl_ct_set_src(ct, i & 1, one);
		nfnl_ct_set_src(filter, i & 1, other);
		nfnl_exp_set_dst(exp, i & 3, one);
		nfnl_exp_set_dst(wanted, i & 3, other);
		compared("connections", ct, filter);
		compared("expectations", exp, wanted);
		nfnl_ct_put(ct);
		nfnl_ct_put(filter);
		nfnl_exp_put(exp);
		nfnl_exp_put(wanted);
		nl_addr_put(one);
		nl_addr_put(other);
	}
}

static struct rtnl_link *some_macsec(void)
{
	struct rtnl_link *link = rtnl_link_macsec_alloc();

	if (dice(3))
		rtnl_link_macsec_set_sci(link, 5 + !dice(4));
	if (dice(2))
		rtnl_link_macsec_set_port(link, (uint16_t)(9 + !dice(3)));
	if (dice(3))
		rtnl_link_macsec_set_replay_protect(link, dice(3) != 0);
	if (dice(3))
		rtnl_link_macsec_set_window(link, 3 + !dice(3));
	return link;
}

static void macsecs(void)
{
	for (int i = 0; i < 300; i++) {
		struct rtnl_link *one = some_macsec(), *other = some_macsec();

		compared("macsec", one, other);
		rtnl_link_put(one);
		rtnl_link_put(other);
	}
}

static struct nl_msg *link_message(const struct ifinfomsg *head)
{
	struct nl_msg *msg = begin(NETLINK_ROUTE, RTM_NEWLINK, head, sizeof *head);

	nla_put_string(msg, IFLA_IFNAME, "n");
	return msg;
}

static struct nl_object *vxlan(int type, uint8_t value)
{
	struct nl_msg *msg = link_message(&(struct ifinfomsg){ .ifi_index = 3 });
	struct nlattr *info = nla_nest_start(msg, IFLA_LINKINFO), *data;

	nla_put_string(msg, IFLA_INFO_KIND, "vxlan");
	data = nla_nest_start(msg, IFLA_INFO_DATA);
	nla_put_u32(msg, IFLA_VXLAN_ID, 5);
	nla_put_u8(msg, type, value);
	nla_nest_end(msg, data);
	nla_nest_end(msg, info);
	return received(msg);
}

/* Of eight switches stock sees only whether they are told. */
static void vxlans(void)
{
	static const int seen[] = { IFLA_VXLAN_TTL, IFLA_VXLAN_TOS, IFLA_VXLAN_LEARNING, IFLA_VXLAN_PROXY };
	static const int unseen[] = { IFLA_VXLAN_RSC, IFLA_VXLAN_L2MISS, IFLA_VXLAN_L3MISS, IFLA_VXLAN_UDP_CSUM, IFLA_VXLAN_UDP_ZERO_CSUM6_TX,
				      IFLA_VXLAN_UDP_ZERO_CSUM6_RX, IFLA_VXLAN_REMCSUM_TX, IFLA_VXLAN_REMCSUM_RX };

	for (size_t i = 0; i < COUNT(seen) + COUNT(unseen); i++) {
		int type = i < COUNT(seen) ? seen[i] : unseen[i - COUNT(seen)];
		struct nl_object *off = vxlan(type, 0), *on = vxlan(type, 1), *other = vxlan(IFLA_VXLAN_COLLECT_METADATA, 1);
		char text[40];

		snprintf(text, sizeof text, "%svxlan %d", i < COUNT(seen) ? "" : "fix ", type);
		compared(text, off, on);
		compared("told and not", off, other);
		nl_object_put(off);
		nl_object_put(on);
		nl_object_put(other);
	}
}

/* Switches that are neither off nor on. */
static void letters(void)
{
	for (int value = 0; value < 4; value++) {
		struct nl_dump_params params = { .dp_type = NL_DUMP_LINE, .dp_fd = stdout };
		struct nl_msg *msg = link_message(&(struct ifinfomsg){ .ifi_index = 3 });
		struct nlattr *info = nla_nest_start(msg, IFLA_LINKINFO), *data;
		struct nl_object *link;

		nla_put_string(msg, IFLA_INFO_KIND, "macsec");
		data = nla_nest_start(msg, IFLA_INFO_DATA);
		for (int type = IFLA_MACSEC_ENCRYPT; type <= IFLA_MACSEC_REPLAY_PROTECT; type++)
			nla_put_u8(msg, type, (uint8_t)value);
		nla_nest_end(msg, data);
		nla_nest_end(msg, info);
		link = received(msg);
		nl_object_dump(link, &params);
		nl_object_put(link);
	}
}

/* Kinds of masters whose text does not end; where no padding follows, stock reads on. */
static void masters(void)
{
	for (int len = 0; len <= 4; len++) {
		struct nl_msg *msg = link_message(&(struct ifinfomsg){ .ifi_index = 3 }), *exact;
		struct nlattr *info = nla_nest_start(msg, IFLA_LINKINFO);
		struct nl_object *link;

		nla_put(msg, IFLA_INFO_SLAVE_KIND, len, "bond");
		nla_nest_end(msg, info);
		exact = nlmsg_convert(nlmsg_hdr(msg));
		nlmsg_set_proto(exact, NETLINK_ROUTE);
		nlmsg_free(msg);
		link = received(exact);
		if (len % 4)
			printf("master '%s'\n", rtnl_link_get_slave_type((struct rtnl_link *)link));
		nl_object_put(link);
	}
}

/* Links as they were received are what is to be changed. */
static void changes(void)
{
	static const unsigned int flags[] = { 0, 1, 0x1043, 0x7f000000 };

	for (unsigned int i = 0; i < COUNT(flags) * COUNT(flags); i++) {
		struct ifinfomsg before = { .ifi_index = 3, .ifi_flags = flags[i % COUNT(flags)] }, after = { .ifi_index = 3, .ifi_flags = flags[i / COUNT(flags)] };
		struct nl_object *link = received(link_message(&before)), *change = received(link_message(&after));
		struct nl_msg *msg = NULL;
		int answer;

		answer = rtnl_link_build_change_request((struct rtnl_link *)link, (struct rtnl_link *)change, 0, &msg);
		show_message(answer, msg);
		rtnl_link_set_family((struct rtnl_link *)link, AF_BRIDGE);
		answer = rtnl_link_build_change_request((struct rtnl_link *)link, (struct rtnl_link *)change, 0, &msg);
		show_message(answer, msg);
		nl_object_put(link);
		nl_object_put(change);
	}
}

/* The kernel tells the limits of each virtual function twice, and of none as zeros. -1: not told. */
static void limits(int rate, int min, int max)
{
	struct nl_msg *msg = link_message(&(struct ifinfomsg){ .ifi_index = 3 });
	struct nlattr *list, *one;
	struct nl_vf_rate got = { 0 };
	struct nl_object *link;
	struct rtnl_link_vf *vf;
	int answer;

	nla_put_u32(msg, IFLA_NUM_VF, 1);
	list = nla_nest_start(msg, IFLA_VFINFO_LIST);
	one = nla_nest_start(msg, IFLA_VF_INFO);
	nla_put(msg, IFLA_VF_MAC, sizeof(struct ifla_vf_mac), &(struct ifla_vf_mac){ .vf = 7, .mac = "\2\0\0\0\0\1" });
	if (min >= 0)
		nla_put(msg, IFLA_VF_RATE, sizeof(struct ifla_vf_rate), &(struct ifla_vf_rate){ 7, (unsigned int)min, (unsigned int)max });
	if (rate >= 0)
		nla_put(msg, IFLA_VF_TX_RATE, sizeof(struct ifla_vf_tx_rate), &(struct ifla_vf_tx_rate){ 7, (unsigned int)rate });
	nla_nest_end(msg, one);
	nla_nest_end(msg, list);
	link = received(msg);
	vf = rtnl_link_vf_get((struct rtnl_link *)link, 7);
	printf("limits %d %d %d: %d", rate, min, max, rtnl_link_vf_get_rate(vf, &got));
	printf(" %d %u %u %u\n", got.api, got.rate, got.max_tx_rate, got.min_tx_rate);
	rtnl_link_vf_put(vf);
	msg = NULL;
	answer = rtnl_link_build_add_request((struct rtnl_link *)link, 0, &msg);
	show_message(answer, msg);
	nl_object_put(link);
}

static void lifetimes(void)
{
	struct nl_msg *msg = begin(NETLINK_ROUTE, RTM_NEWADDR, &(struct ifaddrmsg){ .ifa_family = AF_INET, .ifa_prefixlen = 24, .ifa_index = 3 }, sizeof(struct ifaddrmsg));
	struct nl_object *addr;
	int answer;

	nla_put(msg, IFA_LOCAL, 4, "\300\0\2\1");
	nla_put(msg, IFA_CACHEINFO, 16, (const uint32_t[]) { 100, 200, 300, 400 });
	addr = received(msg);
	msg = NULL;
	answer = rtnl_addr_build_add_request((struct rtnl_addr *)addr, 0, &msg);
	show_message(answer, msg);
	nl_object_put(addr);
}

static void routes(void)
{
	for (int family = 0; family <= AF_MPLS; family++) {
		struct rtmsg head = { .rtm_family = (unsigned char)family, .rtm_src_len = 8, .rtm_type = RTN_UNICAST };
		struct nl_object *route = received(begin(NETLINK_ROUTE, RTM_NEWROUTE, &head, sizeof head));
		struct nl_msg *msg = NULL;
		int answer;

		printf("%d %s\n", family, nl_object_attr_list(route, buf, sizeof buf));
		answer = rtnl_route_build_add_request((struct rtnl_route *)route, 0, &msg);
		show_message(answer, msg);
		nl_object_put(route);
	}
}

static void metrics(void)
{
	for (int number = 1; number <= RTAX_MAX; number++) {
		struct rtnl_route *one = rtnl_route_alloc(), *other = rtnl_route_alloc();

		rtnl_route_set_metric(one, number, 1);
		rtnl_route_set_metric(other, number, 2);
		compared(number == 17 ? "fix metric" : "metric", one, other);
		rtnl_route_put(one);
		rtnl_route_put(other);
	}
}

static void sockets(void)
{
	for (unsigned char family = 0; family < 12; family++) {
		const unsigned char head[72] = { family, 10, 0, 0, 1, 2, 3, 4, 127, 0, 0, 1, 9, 9 };
		struct nl_object *diag = received(begin(NETLINK_INET_DIAG, 18, head, sizeof head));

		say_addr("source", idiagnl_msg_get_src((struct idiagnl_msg *)diag));
		say_addr("destination", idiagnl_msg_get_dst((struct idiagnl_msg *)diag));
		nl_object_put(diag);
	}
}

/* A line of what is shown of a message. */
static void dumped(int type, size_t len, int lines)
{
	struct nl_msg *msg = begin(NETLINK_ROUTE, type, "\2\0\0\0\10\0\1\0abc", len);
	FILE *to = fmemopen(buf, sizeof buf, "w");

	nl_msg_dump(msg, to);
	fclose(to);
	nlmsg_free(msg);
	strtok(buf, "\n");
	for (int i = 0; i < lines; i++)
		puts(strtok(NULL, "\n"));
}

static void counted(struct rtnl_mdb_entry *entry, void *count)
{
	++*(int *)count;
}

/* An object that the cache has, once more: of stock's, groups are added to themselves until there is no memory. */
static void itself(void)
{
	struct br_port_msg head = { .family = AF_BRIDGE, .ifindex = 3 };
	struct nl_msg *msg = begin(NETLINK_ROUTE, RTM_NEWMDB, &head, sizeof head);
	struct nlattr *list = nla_nest_start(msg, MDBA_MDB), *entry = nla_nest_start(msg, MDBA_MDB_ENTRY);
	struct br_mdb_entry one = { .ifindex = 4, .addr = { .u.ip4 = 0x010101ef, .proto = htons(0x0800) } };
	struct nl_cache *cache;
	struct nl_object *mdb;
	int status, count = 0;

	nla_put(msg, MDBA_MDB_ENTRY_INFO, sizeof one, &one);
	nla_put(msg, MDBA_MDB_ENTRY_INFO, sizeof one, &one);
	nla_nest_end(msg, entry);
	nla_nest_end(msg, list);
	mdb = received(msg);
	MUST(nl_cache_alloc_name("route/mdb", &cache) == 0);
	fflush(stdout);
	if (fork() == 0) {
		setrlimit(RLIMIT_AS, &(struct rlimit){ 1 << 29, 1 << 29 });
		nl_cache_include(cache, mdb, NULL, NULL);
		nl_cache_include(cache, mdb, NULL, NULL);
		rtnl_mdb_foreach_entry((struct rtnl_mdb *)mdb, counted, &count);
		_exit(count != 2);
	}
	wait(&status);
	printf("fix groups included twice: %s\n", status == 0 ? "stay two" : "more and more");
	nl_cache_free(cache);
	nl_object_put(mdb);
}

int main(void)
{
	networks();
	macsecs();
	vxlans();
	letters();
	masters();
	changes();
	for (int i = 0; i < 36; i++)
		if ((i / 3 % 3 == 0) == (i / 9 % 3 == 0))
			limits(i % 3 - 1, i / 3 % 3 - 1, i / 9 % 3 - 1);
	limits(1000, 10, 1000);
	lifetimes();
	routes();
	metrics();
	sockets();
	/* A header whose length is not a multiple of four, and one that is shorter than it is taken for. */
	for (size_t len = 1; len < 12; len++)
		dumped(RTM_NEWNETCONF, len, len < 5 ? 8 : 10);
	dumped(RTM_NEWACTION, 12, 7);
	itself();
	return 0;
}
