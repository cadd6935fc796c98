/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Addresses, routes, neighbours, rules, tables of neighbours, multicast groups: made, read back, made again from what was
 * read, deleted; while a manager listens to all of them. */
#include "made.h"
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/mdb.h>
#include <netlink/route/neighbour.h>
#include <netlink/route/neightbl.h>
#include <netlink/route/netconf.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>
#include <netlink/route/rule.h>

static struct nl_sock *sock;
static struct nl_cache_mngr *mngr;
static int d0, d1, br;

static void step(const char *what, int answer)
{
	say(what, answer);
	hear(mngr);
}

static struct nl_addr *given;

/* An address for one setter, given back by the next one. */
static struct nl_addr *at(const char *text)
{
	nl_addr_put(given);
	return given = address(text, AF_UNSPEC);
}

/* What a type of objects needs for its life. */
struct type {
	const char *name;
	int (*add)(struct nl_sock *, void *, int);
	int (*delete)(struct nl_sock *, void *, int);
	int family;
	int late; /* how many changes follow when it is added, some of them in the kernel's own time */
};

static int add_addr(struct nl_sock *to, void *obj, int flags) { return rtnl_addr_add(to, obj, flags); }
static int delete_addr(struct nl_sock *to, void *obj, int flags) { return rtnl_addr_delete(to, obj, flags); }
static int add_route(struct nl_sock *to, void *obj, int flags) { return rtnl_route_add(to, obj, flags); }
static int delete_route(struct nl_sock *to, void *obj, int flags) { return rtnl_route_delete(to, obj, flags); }
static int add_neigh(struct nl_sock *to, void *obj, int flags) { return rtnl_neigh_add(to, obj, flags); }
static int delete_neigh(struct nl_sock *to, void *obj, int flags) { return rtnl_neigh_delete(to, obj, flags); }
static int add_rule(struct nl_sock *to, void *obj, int flags) { return rtnl_rule_add(to, obj, flags); }
static int delete_rule(struct nl_sock *to, void *obj, int flags) { return rtnl_rule_delete(to, obj, flags); }

static const struct type addr_type = { "route/addr", add_addr, delete_addr, AF_UNSPEC, 0 };
static const struct type addr6_type = { "route/addr", add_addr, delete_addr, AF_UNSPEC, 3 };
static const struct type route_type = { "route/route", add_route, delete_route, AF_UNSPEC, 0 };
static const struct type neigh_type = { "route/neigh", add_neigh, delete_neigh, AF_UNSPEC, 0 };
static const struct type fdb_type = { "route/neigh", add_neigh, delete_neigh, AF_BRIDGE, 0 };
static const struct type rule_type = { "route/rule", add_rule, delete_rule, AF_UNSPEC, 0 };

static struct nl_object *find(const struct type *type, struct nl_object *obj)
{
	struct nl_cache *cache = NULL;
	struct nl_object *found;

	MUST(nl_cache_alloc_name(type->name, &cache) == 0);
	if (type->family == AF_BRIDGE) {
		nl_cache_free(cache);
		MUST(rtnl_neigh_alloc_cache_flags(sock, &cache, NL_CACHE_AF_ITER) == 0);
	} else
		MUST(nl_cache_refill(sock, cache) == 0);
	found = nl_cache_search(cache, obj);
	if (!found)
		found = nl_cache_find(cache, obj);
	nl_cache_free(cache);
	return found;
}

static void added(const struct type *type, const char *what, int answer)
{
	say(what, answer);
	hear_late(mngr, answer < 0 ? 0 : type->late);
}

static void life(const struct type *type, void *obj, const char *seen)
{
	struct nl_object *back;

	added(type, "add", type->add(sock, obj, NLM_F_CREATE | NLM_F_EXCL));
	step("again", type->add(sock, obj, NLM_F_CREATE | NLM_F_EXCL));
	ask(seen);
	back = find(type, obj);
	printf("found %d\n", back != NULL);
	if (back) {
		printf("attributes %s diff %llx\n", nl_object_attr_list(back, buf, sizeof buf), (unsigned long long)nl_object_diff64(obj, back));
		forms(back);
		step("delete", type->delete(sock, back, 0));
		added(type, "made of what was read", type->add(sock, back, NLM_F_CREATE | NLM_F_EXCL));
		ask(seen);
		step("replaced", type->add(sock, back, NLM_F_CREATE | NLM_F_REPLACE));
	}
	step("delete", type->delete(sock, obj, 0));
	step("delete again", type->delete(sock, obj, 0));
	nl_object_put(back);
	nl_object_put(obj);
}

static struct rtnl_addr *on(int ifindex, const char *local)
{
	struct rtnl_addr *addr = rtnl_addr_alloc();

	printf("-- address %s\n", local);
	rtnl_addr_set_ifindex(addr, ifindex);
	say("local", rtnl_addr_set_local(addr, at(local)));
	return addr;
}

static void addresses(void)
{
	static const char show4[] = "ip -d -j -4 addr show dev d0", show6[] = "ip -d -j -6 addr show dev d0";
	struct rtnl_addr *addr = on(d0, "10.1.0.1/24");

	rtnl_addr_set_label(addr, "d0:one");
	rtnl_addr_set_broadcast(addr, at("10.1.0.255"));
	rtnl_addr_set_scope(addr, RT_SCOPE_LINK);
	life(&addr_type, addr, show4);
	addr = on(d0, "10.2.0.1");
	rtnl_addr_set_peer(addr, at("10.2.0.2/32"));
	life(&addr_type, addr, show4);
	addr = on(d0, "10.3.0.1/16");
	rtnl_addr_set_valid_lifetime(addr, 1000000);
	rtnl_addr_set_preferred_lifetime(addr, 500000);
	rtnl_addr_set_flags(addr, IFA_F_NOPREFIXROUTE);
	life(&addr_type, addr, show4);
	addr = on(d0, "2001:db8:1::1/64");
	rtnl_addr_set_flags(addr, IFA_F_NODAD | IFA_F_MANAGETEMPADDR);
	life(&addr6_type, addr, show6);
	addr = on(d0, "2001:db8:2::1");
	rtnl_addr_set_peer(addr, at("2001:db8:2::2/128"));
	rtnl_addr_set_flags(addr, IFA_F_NODAD | IFA_F_HOMEADDRESS);
	rtnl_addr_set_valid_lifetime(addr, 1000000);
	rtnl_addr_set_preferred_lifetime(addr, 0);
	life(&addr6_type, addr, show6);
	addr = on(9999, "10.4.0.1/24");
	life(&addr_type, addr, show4);
	addr = on(d0, "10.4.0.1/24");
	say("label", rtnl_addr_set_label(addr, "much-too-long-for-a-label"));
	rtnl_addr_set_label(addr, "d1:other");
	life(&addr_type, addr, show4);
	addr = on(d0, "10.4.0.1/24");
	say("broadcast", rtnl_addr_set_broadcast(addr, at("2001:db8::1")));
	say("anycast", rtnl_addr_set_anycast(addr, at("10.4.0.9")));
	say("multicast", rtnl_addr_set_multicast(addr, at("224.0.0.9")));
	rtnl_addr_set_prefixlen(addr, 20);
	life(&addr_type, addr, show4);
}

static struct rtnl_route *to(const char *dst)
{
	struct rtnl_route *route = rtnl_route_alloc();

	printf("-- route %s\n", dst);
	say("dst", rtnl_route_set_dst(route, at(dst)));
	return route;
}

static struct rtnl_nexthop *hop(struct rtnl_route *route, int ifindex, const char *gateway)
{
	struct rtnl_nexthop *nh = rtnl_route_nh_alloc();

	if (ifindex)
		rtnl_route_nh_set_ifindex(nh, ifindex);
	if (gateway)
		rtnl_route_nh_set_gateway(nh, at(gateway));
	rtnl_route_add_nexthop(route, nh);
	return nh;
}

static void routes4(void)
{
	static const char shown[] = "ip -d -j route show table all 203.0.113.0/24";
	struct rtnl_route *route = to("203.0.113.0/24");
	struct rtnl_nexthop *nh;

	hop(route, d0, "192.0.2.9");
	rtnl_route_set_priority(route, 77);
	rtnl_route_set_protocol(route, RTPROT_ZEBRA);
	rtnl_route_set_pref_src(route, at("192.0.2.1"));
	rtnl_route_set_tos(route, 0x10);
	rtnl_route_set_table(route, 1000);
	for (int metric = RTAX_LOCK + 1; metric <= RTAX_MAX; metric++)
		if (metric != RTAX_CC_ALGO && metric != RTAX_FEATURES)
			rtnl_route_set_metric(route, metric, (unsigned int)metric * 100);
	rtnl_route_set_metric(route, RTAX_HOPLIMIT, 64);
	life(&route_type, route, shown);
	route = to("203.0.113.0/24");
	rtnl_route_nh_set_weight(hop(route, d0, "192.0.2.9"), 3);
	rtnl_route_nh_set_weight(hop(route, d1, "198.51.100.9"), 7);
	nh = hop(route, d0, "192.0.2.10");
	rtnl_route_nh_set_flags(nh, RTNH_F_ONLINK);
	rtnl_route_nh_set_realms(nh, 0x10002);
	life(&route_type, route, shown);
	route = to("203.0.113.0/24");
	rtnl_route_set_type(route, RTN_UNREACHABLE);
	life(&route_type, route, shown);
	route = to("203.0.113.0/24");
	rtnl_route_set_type(route, RTN_LOCAL);
	rtnl_route_set_scope(route, RT_SCOPE_HOST);
	rtnl_route_set_table(route, RT_TABLE_LOCAL);
	hop(route, 1, NULL);
	life(&route_type, route, shown);
	route = to("203.0.113.0/24");
	say("via", rtnl_route_nh_set_via(hop(route, d0, NULL), at("2001:db8::9")));
	life(&route_type, route, shown);
	route = to("203.0.113.0/24");
	nh = hop(route, d0, "192.0.2.9");
	given = (nl_addr_put(given), address("100/200", AF_MPLS));
	say("encap", rtnl_route_nh_encap_mpls(nh, given, 9));
	life(&route_type, route, shown);
	route = to("203.0.113.0/24");
	hop(route, d0, "8.8.8.8");
	life(&route_type, route, shown);
	route = to("203.0.113.0/24");
	hop(route, 9999, NULL);
	life(&route_type, route, shown);
	route = to("203.0.113.0/24");
	life(&route_type, route, shown);
	route = to("default");
	rtnl_route_set_family(route, AF_INET);
	hop(route, d1, "198.51.100.9");
	life(&route_type, route, "ip -d -j route show default");
	route = to("default");
	hop(route, d1, "198.51.100.9");
	life(&route_type, route, "ip -d -j route show default");
}

static void routes6(void)
{
	static const char shown[] = "ip -6 -d -j route show table all 2001:db8:9::/48";
	struct rtnl_route *route = to("2001:db8:9::/48");

	hop(route, d0, "2001:db8::9");
	rtnl_route_set_priority(route, 77);
	rtnl_route_set_metric(route, RTAX_MTU, 1300);
	life(&route_type, route, shown);
	route = to("2001:db8:9::/48");
	rtnl_route_nh_set_weight(hop(route, d0, "2001:db8::9"), 3);
	rtnl_route_nh_set_weight(hop(route, d0, "2001:db8::a"), 4);
	life(&route_type, route, shown);
	route = to("2001:db8:9::/48");
	hop(route, d0, NULL);
	say("src", rtnl_route_set_src(route, at("2001:db8::/64")));
	life(&route_type, route, shown);
	route = to("2001:db8:9::/48");
	rtnl_route_set_type(route, RTN_BLACKHOLE);
	rtnl_route_set_table(route, 12);
	life(&route_type, route, shown);
	route = to("2001:db8:9::/48");
	hop(route, d0, "192.0.2.9");
	life(&route_type, route, shown);
}

static void routes_mpls(void)
{
	struct rtnl_route *route = rtnl_route_alloc();
	struct rtnl_nexthop *nh;

	printf("-- route of MPLS\n");
	say("family", rtnl_route_set_family(route, AF_MPLS));
	given = (nl_addr_put(given), address("300", AF_MPLS));
	say("dst", rtnl_route_set_dst(route, given));
	nh = hop(route, d0, NULL);
	given = (nl_addr_put(given), address("400/500", AF_MPLS));
	say("newdst", rtnl_route_nh_set_newdst(nh, given));
	say("via", rtnl_route_nh_set_via(nh, at("192.0.2.9")));
	rtnl_route_set_ttl_propagate(route, 1);
	printf("ttl %d\n", rtnl_route_get_ttl_propagate(route));
	life(&route_type, route, "ip -d -j -M route show");
}

static void next_hops(void)
{
	struct nl_cache *cache = NULL;

	printf("-- next hops by number\n");
	ask("ip nexthop add id 5 via 192.0.2.2 dev d0; ip nexthop add id 6 via 198.51.100.9 dev d1; ip nexthop add id 7 group 5/6;"
	    "ip route add 203.0.113.0/24 nhid 5; ip route add 203.0.114.0/24 nhid 7; ip -6 route add 2001:db8:9::/48 nexthop via 2001:db8::9 nexthop via 2001:db8::a");
	hear(mngr);
	MUST(rtnl_route_alloc_cache(sock, AF_UNSPEC, 0, &cache) == 0);
	for (struct nl_object *obj = nl_cache_get_first(cache); obj; obj = nl_cache_get_next(obj))
		if (rtnl_route_get_type((struct rtnl_route *)obj) == RTN_UNICAST)
			forms(obj);
	nl_cache_free(cache);
	ask("ip -6 route append 2001:db8:9::/48 via 2001:db8::b; ip -6 route del 2001:db8:9::/48 via 2001:db8::9");
	hear(mngr);
	ask("ip nexthop flush; ip -6 route flush 2001:db8:9::/48 2> /dev/null");
	hear(mngr);
}

static void looked_up(const char *text)
{
	struct rtnl_route *route = NULL;

	printf("-- look up %s\n", text);
	if (say("answer", rtnl_route_lookup(sock, at(text), &route)) < 0)
		return;
	forms(OBJ_CAST(route));
	rtnl_route_put(route);
}

static struct rtnl_neigh *neigh(int ifindex, const char *dst, const char *lladdr)
{
	struct rtnl_neigh *one = rtnl_neigh_alloc();

	printf("-- neighbour %s %s\n", dst ? dst : "none", lladdr ? lladdr : "none");
	rtnl_neigh_set_ifindex(one, ifindex);
	if (dst)
		say("dst", rtnl_neigh_set_dst(one, at(dst)));
	if (lladdr)
		rtnl_neigh_set_lladdr(one, at(lladdr));
	return one;
}

static void neighbours(void)
{
	static const char shown[] = "ip -d -j -s neigh show dev d0 | sed -E 's/\"(used|confirmed|updated)\":[0-9]+/\"\\1\":T/g'",
			  fdb[] = "bridge -d -j fdb show dev d1 | tr '}' '\\n' | grep -v '33:33' | sort";
	struct rtnl_neigh *one = neigh(d0, "192.0.2.20", "02:00:00:00:00:20");

	rtnl_neigh_set_state(one, NUD_PERMANENT);
	life(&neigh_type, one, shown);
	one = neigh(d0, "2001:db8::20", "02:00:00:00:00:20");
	rtnl_neigh_set_state(one, NUD_NOARP);
	rtnl_neigh_set_flags(one, NTF_ROUTER);
	life(&neigh_type, one, shown);
	one = neigh(d0, "192.0.2.21", NULL);
	rtnl_neigh_set_flags(one, NTF_PROXY);
	life(&neigh_type, one, "ip -j neigh show proxy");
	one = neigh(d0, "192.0.2.22", NULL);
	life(&neigh_type, one, shown);
	one = neigh(d0, NULL, "02:00:00:00:00:20");
	life(&neigh_type, one, shown);
	one = neigh(9999, "192.0.2.20", "02:00:00:00:00:20");
	life(&neigh_type, one, shown);
	one = neigh(d1, NULL, "02:00:00:00:00:30");
	rtnl_neigh_set_family(one, AF_BRIDGE);
	rtnl_neigh_set_state(one, NUD_NOARP);
	rtnl_neigh_set_flags(one, NTF_MASTER);
	rtnl_neigh_set_vlan(one, 1);
	life(&fdb_type, one, fdb);
	one = neigh(d1, NULL, "02:00:00:00:00:31");
	rtnl_neigh_set_family(one, AF_BRIDGE);
	rtnl_neigh_set_state(one, NUD_PERMANENT);
	rtnl_neigh_set_flags(one, NTF_SELF);
	life(&fdb_type, one, fdb);
}

static struct rtnl_rule *rule(int family, uint32_t prio)
{
	struct rtnl_rule *one = rtnl_rule_alloc();

	printf("-- rule %u\n", prio);
	rtnl_rule_set_family(one, family);
	rtnl_rule_set_prio(one, prio);
	return one;
}

static void rules(void)
{
	static const char shown[] = "ip -d -j rule show; ip -6 -d -j rule show";
	struct rtnl_rule *one = rule(AF_INET, 100);

	rtnl_rule_set_src(one, at("10.9.0.0/16"));
	rtnl_rule_set_dst(one, at("10.8.0.0/16"));
	rtnl_rule_set_table(one, 1000);
	rtnl_rule_set_mark(one, 7);
	rtnl_rule_set_mask(one, 15);
	rtnl_rule_set_dsfield(one, 0x10);
	rtnl_rule_set_iif(one, "d0");
	rtnl_rule_set_oif(one, "d1");
	rtnl_rule_set_realms(one, 0x10002);
	rtnl_rule_set_action(one, FR_ACT_TO_TBL);
	rtnl_rule_set_protocol(one, RTPROT_ZEBRA);
	rtnl_rule_set_ipproto(one, IPPROTO_TCP);
	rtnl_rule_set_sport(one, 80);
	rtnl_rule_set_dport_range(one, 1000, 2000);
	life(&rule_type, one, shown);
	one = rule(AF_INET6, 101);
	rtnl_rule_set_src(one, at("2001:db8::/32"));
	rtnl_rule_set_action(one, FR_ACT_UNREACHABLE);
	life(&rule_type, one, shown);
	one = rule(AF_INET, 102);
	rtnl_rule_set_action(one, FR_ACT_GOTO);
	rtnl_rule_set_goto(one, 32766);
	life(&rule_type, one, shown);
	one = rule(AF_INET, 103);
	rtnl_rule_set_action(one, FR_ACT_TO_TBL);
	rtnl_rule_set_l3mdev(one, 1);
	life(&rule_type, one, shown);
	one = rule(AF_INET, 104);
	rtnl_rule_set_action(one, FR_ACT_GOTO);
	rtnl_rule_set_goto(one, 50);
	life(&rule_type, one, shown);
	one = rule(AF_INET, 105);
	life(&rule_type, one, shown);
	one = rule(AF_UNSPEC, 106);
	life(&rule_type, one, shown);
	one = rule(AF_INET, 107);
	say("other family", rtnl_rule_set_src(one, at("2001:db8::/32")));
	rtnl_rule_set_table(one, 33);
	life(&rule_type, one, shown);
}

static void tables(void)
{
	struct rtnl_neightbl *changes = rtnl_neightbl_alloc(), *found;
	struct nl_cache *cache = NULL;

	printf("-- tables of neighbours\n");
	MUST(rtnl_neightbl_alloc_cache(sock, &cache) == 0);
	found = rtnl_neightbl_get(cache, "arp_cache", d0);
	printf("found %d\n", found != NULL);
	rtnl_neightbl_set_dev(changes, d0);
	rtnl_neightbl_set_ucast_probes(changes, 9);
	rtnl_neightbl_set_mcast_probes(changes, 8);
	rtnl_neightbl_set_app_probes(changes, 7);
	rtnl_neightbl_set_queue_len(changes, 50);
	rtnl_neightbl_set_base_reachable_time(changes, 40000);
	rtnl_neightbl_set_retrans_time(changes, 2000);
	rtnl_neightbl_set_gc_stale_time(changes, 70000);
	rtnl_neightbl_set_locktime(changes, 3000);
	step("change", rtnl_neightbl_change(sock, found, changes));
	ask("ip -j ntable show dev d0 | sed -E 's/\"(reachable|last_flush|last_rand|hash_rnd)\":[0-9]+/\"\\1\":T/g'");
	rtnl_neightbl_put(found);
	rtnl_neightbl_put(changes);
	changes = rtnl_neightbl_alloc();
	found = rtnl_neightbl_get(cache, "ndisc_cache", 0);
	printf("found %d\n", found != NULL);
	rtnl_neightbl_set_gc_tresh1(changes, 200);
	rtnl_neightbl_set_gc_tresh2(changes, 600);
	rtnl_neightbl_set_gc_interval(changes, 40000);
	step("change", rtnl_neightbl_change(sock, found, changes));
	ask("ip -j ntable show name ndisc_cache | grep -o '\"thresh1\":[^}]*'");
	rtnl_neightbl_put(found);
	rtnl_neightbl_put(changes);
	nl_cache_free(cache);
}

static void configurations(void)
{
	struct nl_cache *cache = NULL;
	struct rtnl_netconf *conf;
	int forwarding = -9, filter = -9, proxy = -9, answer;

	printf("-- configurations\n");
	ask("sysctl -w net.ipv4.conf.d0.forwarding=1 net.ipv4.conf.d0.rp_filter=2 net.ipv4.conf.d0.proxy_arp=1 net.ipv6.conf.d0.forwarding=1 "
	    "net.ipv4.conf.default.rp_filter=1");
	hear(mngr);
	MUST(rtnl_netconf_alloc_cache(sock, &cache) == 0);
	conf = rtnl_netconf_get_by_idx(cache, AF_INET, d0);
	MUST(conf);
	forms(OBJ_CAST(conf));
	answer = rtnl_netconf_get_forwarding(conf, &forwarding);
	printf("forwarding %d %d", answer, forwarding);
	answer = rtnl_netconf_get_rp_filter(conf, &filter);
	printf(" filter %d %d", answer, filter);
	answer = rtnl_netconf_get_proxy_neigh(conf, &proxy);
	printf(" proxy %d %d\n", answer, proxy);
	rtnl_netconf_put(conf);
	conf = rtnl_netconf_get_default(cache, AF_INET);
	forms(OBJ_CAST(conf));
	rtnl_netconf_put(conf);
	nl_cache_free(cache);
	ask("sysctl -w net.ipv4.conf.d0.forwarding=0 net.ipv6.conf.d0.forwarding=0");
	hear(mngr);
}

static void entry(struct rtnl_mdb_entry *one, void *arg)
{
	char text[64];

	(void)arg;
	printf("entry ifindex %d vid %d state %d %s proto %x\n", rtnl_mdb_entry_get_ifindex(one), rtnl_mdb_entry_get_vid(one),
	       rtnl_mdb_entry_get_state(one), nl_addr2str(rtnl_mdb_entry_get_addr(one), text, sizeof text), rtnl_mdb_entry_get_proto(one));
}

static void groups(void)
{
	struct nl_cache *cache = NULL;
	struct nl_object *obj;

	printf("-- multicast groups\n");
	ask("bridge mdb add dev br port d1 grp 239.1.1.1 permanent vid 1; bridge mdb add dev br port d1 grp ff05::1 permanent;"
	    "bridge mdb add dev br port d1 grp 239.1.1.2 temp");
	hear(mngr);
	MUST(rtnl_mdb_alloc_cache(sock, &cache) == 0);
	for (obj = nl_cache_get_first(cache); obj; obj = nl_cache_get_next(obj)) {
		printf("of %d\n", (int)rtnl_mdb_get_ifindex((struct rtnl_mdb *)obj) == br);
		rtnl_mdb_foreach_entry((struct rtnl_mdb *)obj, entry, NULL);
		forms(obj);
	}
	nl_cache_free(cache);
	ask("bridge mdb del dev br port d1 grp 239.1.1.1 vid 1; bridge mdb del dev br port d1 grp ff05::1");
	hear(mngr);
}

/* What has been missed comes with the next look. */
static void changed(struct nl_cache *cache, struct nl_object *obj, int action, void *arg)
{
	struct nl_dump_params params = { .dp_type = NL_DUMP_LINE, .dp_fd = stdout };

	(void)cache, (void)arg;
	printf("  action %d: ", action);
	nl_object_dump(obj, &params);
}

static void resync(const char *type)
{
	struct nl_cache *cache = NULL;

	printf("-- %s brought up to date\n", type);
	MUST(nl_cache_alloc_name(type, &cache) == 0);
	MUST(nl_cache_refill(sock, cache) == 0);
	printf("nothing: %d\n", nl_cache_resync(sock, cache, changed, NULL));
	ask("ip addr add 10.7.0.1/24 dev d0; ip neigh add 10.7.0.2 lladdr 02:00:00:00:00:70 dev d0 nud permanent; ip rule add pref 70 table 7;"
	    "ip route add 203.0.115.0/24 via 10.7.0.2; ip link add d7 address 02:00:00:00:00:07 type dummy; ip link set d1 alias seven");
	printf("added: %d\n", nl_cache_resync(sock, cache, changed, NULL));
	ask("ip neigh replace 10.7.0.2 lladdr 02:00:00:00:00:71 dev d0 nud permanent; ip route replace 203.0.115.0/24 via 10.7.0.3 mtu 1300;"
	    "ip link set d7 mtu 1234 name d8; ip addr change 10.7.0.1/24 dev d0 valid_lft 1000 preferred_lft 500");
	printf("changed: %d\n", nl_cache_resync(sock, cache, changed, NULL));
	ask("ip addr del 10.7.0.1/24 dev d0; ip neigh del 10.7.0.2 dev d0; ip rule del pref 70; ip link del d8; ip route del 203.0.115.0/24; ip link set d1 alias ''");
	printf("deleted: %d\n", nl_cache_resync(sock, cache, changed, NULL));
	nl_cache_free(cache);
	hear(mngr);
}

static void listen_to_all(void)
{
	static const char *const types[] = { "route/addr", "route/route", "route/neigh", "route/rule", "route/netconf", "route/mdb", "route/neightbl" };

	MUST(nl_cache_mngr_alloc(NULL, NETLINK_ROUTE, 0, &mngr) == 0);
	for (size_t i = 0; i < COUNT(types); i++) {
		struct nl_cache *cache = NULL;

		MUST(nl_cache_alloc_name(types[i], &cache) == 0);
		if (say(types[i], nl_cache_mngr_add_cache_v2(mngr, cache, told, NULL)) < 0)
			nl_cache_free(cache);
	}
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	sock = connected(NETLINK_ROUTE);
	d0 = (int)if_nametoindex("d0");
	d1 = (int)if_nametoindex("d1");
	br = (int)if_nametoindex("br");
	listen_to_all();
	addresses();
	routes4();
	routes6();
	routes_mpls();
	next_hops();
	looked_up("192.0.2.77");
	looked_up("198.51.100.77");
	looked_up("2001:db8::77");
	looked_up("8.8.8.8");
	looked_up("127.0.0.1");
	neighbours();
	rules();
	tables();
	configurations();
	groups();
	resync("route/addr");
	resync("route/route");
	resync("route/neigh");
	resync("route/rule");
	resync("route/link");
	nl_addr_put(given);
	nl_cache_mngr_free(mngr);
	nl_socket_free(sock);
	return 0;
}
