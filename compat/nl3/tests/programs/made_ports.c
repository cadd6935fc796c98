/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Links that belong to others: ports of bridges and bonds, virtual functions, pairs across network namespaces; and the
 * functions that make a link in one call. */
#define _GNU_SOURCE
#include "made.h"
#include <fcntl.h>
#include <linux/if_bridge.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>
#include <netlink/route/link.h>
#include "../link_settings.h"

static struct nl_sock *sock;
static struct nl_cache_mngr *mngr;
static struct nl_cache *heard;

static struct rtnl_link *read_back(const char *name)
{
	struct rtnl_link *link = NULL;
	int answer = rtnl_link_get_kernel(sock, 0, name, &link);

	if (answer < 0)
		printf("get %s: %s\n", name, nl_geterror(answer));
	return link;
}

static void line(const char *name)
{
	struct nl_dump_params params = { .dp_type = NL_DUMP_LINE, .dp_fd = stdout };
	struct rtnl_link *link = read_back(name);

	if (!link)
		return;
	nl_object_dump(OBJ_CAST(link), &params);
	printf("  master %d slave %s\n", rtnl_link_get_master(link), rtnl_link_get_slave_type(link));
	rtnl_link_put(link);
}

static struct rtnl_link *named(const char *name)
{
	struct rtnl_link *link = rtnl_link_alloc();

	rtnl_link_set_name(link, name);
	return link;
}

static void step(const char *what, int answer)
{
	say(what, answer);
	hear(mngr);
}

static void dummy(const char *name, int number)
{
	struct rtnl_link *link = named(name);
	char text[32];
	struct nl_addr *addr;

	snprintf(text, sizeof text, "02:00:00:00:01:%02x", number);
	addr = address(text, AF_LLC);
	rtnl_link_set_addr(link, addr);
	nl_addr_put(addr);
	MUST(rtnl_link_set_type(link, "dummy") == 0);
	step(name, rtnl_link_add(sock, link, NLM_F_CREATE | NLM_F_EXCL));
	rtnl_link_put(link);
}

/* Joined to a master by number and by object, and released. */
static void joins(const char *master, const char *port)
{
	struct rtnl_link *above = read_back(master), *below = read_back(port);
	int m = (int)if_nametoindex(master), p = (int)if_nametoindex(port);

	printf("-- %s joins %s\n", port, master);
	step("enslave", rtnl_link_enslave(sock, above, below));
	line(port);
	step("again", rtnl_link_enslave_ifindex(sock, m, p));
	step("release", rtnl_link_release(sock, below));
	line(port);
	step("release again", rtnl_link_release_ifindex(sock, p));
	step("bond enslave", rtnl_link_bond_enslave_ifindex(sock, m, p));
	line(port);
	step("bond release", rtnl_link_bond_release_ifindex(sock, p));
	step("bond enslave", rtnl_link_bond_enslave(sock, above, below));
	step("bond release", rtnl_link_bond_release(sock, below));
	line(port);
	step("to nothing", rtnl_link_enslave_ifindex(sock, 9999, p));
	step("of nothing", rtnl_link_enslave_ifindex(sock, m, 9999));
	step("to itself", rtnl_link_enslave_ifindex(sock, m, m));
	rtnl_link_put(above);
	rtnl_link_put(below);
}

static void bridge_port(void)
{
	struct rtnl_link *port, *changes = rtnl_link_alloc();
	struct nl_cache *cache = NULL;
	uint32_t cost = 0;
	uint16_t hwmode = 0;
	int answer;

	printf("-- port of a bridge\n");
	step("enslave", rtnl_link_enslave_ifindex(sock, (int)if_nametoindex("br"), (int)if_nametoindex("p0")));
	ask("bridge vlan add dev p0 vid 10-12 untagged; bridge vlan add dev p0 vid 20");
	hear(mngr);
	rtnl_link_set_family(changes, AF_BRIDGE);
	rtnl_link_set_ifindex(changes, (int)if_nametoindex("p0"));
	printf("%d", rtnl_link_bridge_set_flags(changes, RTNL_BRIDGE_HAIRPIN_MODE | RTNL_BRIDGE_BPDU_GUARD));
	printf(" %d", rtnl_link_bridge_unset_flags(changes, RTNL_BRIDGE_UNICAST_FLOOD));
	printf(" %d", rtnl_link_bridge_set_cost(changes, 77));
	printf(" %d\n", rtnl_link_bridge_set_priority(changes, 9));
	say("cache", rtnl_link_alloc_cache(sock, AF_BRIDGE, &cache));
	port = rtnl_link_get(cache, (int)if_nametoindex("p0"));
	MUST(port);
	step("change", rtnl_link_change(sock, port, changes, 0));
	rtnl_link_bridge_set_self(changes);
	step("change itself", rtnl_link_change(sock, port, changes, 0));
	rtnl_link_put(port);
	nl_cache_refill(sock, cache);
	forms_of_all(cache);
	port = rtnl_link_get(cache, (int)if_nametoindex("p0"));
	printf("state %d priority %d", rtnl_link_bridge_get_port_state(port), rtnl_link_bridge_get_priority(port));
	answer = rtnl_link_bridge_get_cost(port, &cost);
	printf(" cost %d %u", answer, cost);
	printf(" flags %x ext %d pvid %d vlan %d", rtnl_link_bridge_get_flags(port), rtnl_link_bridge_has_ext_info(port), rtnl_link_bridge_pvid(port),
	       rtnl_link_bridge_has_vlan(port));
	printf(" hwmode %d\n", rtnl_link_bridge_get_hwmode(port, &hwmode));
	if (rtnl_link_bridge_has_vlan(port) == 1)
		hex(rtnl_link_bridge_get_port_vlan(port)->vlan_bitmap, 16);
	ask("bridge -d -j link show dev p0; bridge -j vlan show dev p0");
	rtnl_link_put(port);
	rtnl_link_put(changes);
	nl_cache_free(cache);
	say("both cache", rtnl_link_alloc_cache_flags(sock, AF_UNSPEC, &cache, NL_CACHE_AF_ITER));
	printf("items %d\n", nl_cache_nitems(cache));
	nl_cache_free(cache);
}

#define ADDER(kind, name)                                                                                 \
	do {                                                                                              \
		step(#kind, rtnl_link_##kind##_add(sock, name));                                          \
		step(#kind " again", rtnl_link_##kind##_add(sock, name));                                 \
		line(name);                                                                               \
	} while (0)

/* The functions that make a link in one call. Its address is drawn by lot, so nobody listens. */
static void adders(void)
{
	struct rtnl_link *options = rtnl_link_bond_alloc();

	printf("-- by one call\n");
	ADDER(ipip, "a.ipip");
	ADDER(sit, "a.sit");
	ADDER(ipgre, "a.gre");
	ADDER(ip6_tnl, "a.ip6tnl");
	ADDER(ip6gre, "a.ip6gre");
	ADDER(ip6vti, "a.vti6");
	ADDER(ipvti, "a.vti");
	say("bond", rtnl_link_bond_add(sock, "a.bond", NULL));
	say("bond again", rtnl_link_bond_add(sock, "a.bond", NULL));
	say("bond with options", rtnl_link_bond_add(sock, "a.bond2", options));
	say("bridge", rtnl_link_bridge_add(sock, "a.br"));
	say("bridge again", rtnl_link_bridge_add(sock, "a.br"));
	say("team", rtnl_link_team_add(sock, "a.team", NULL));
	say("gretap", rtnl_link_ipgretap_add(sock, "a.gretap"));
	say("veth", rtnl_link_veth_add(sock, "a.veth", "a.peer", getpid()));
	say("veth again", rtnl_link_veth_add(sock, "a.veth", "a.peer2", getpid()));
	rtnl_link_put(options);
	ask("ip -br link | sed -nE 's/^(a\\.[^ ]*).*/\\1/p' | sort");
}

/* A child in a network namespace of its own, that ends when the pipe does. */
static pid_t elsewhere(int *until)
{
	int to[2], from[2];
	char byte;
	pid_t pid;

	MUST(pipe(to) == 0 && pipe(from) == 0);
	pid = fork();
	if (pid == 0) {
		close(to[1]);
		MUST(unshare(CLONE_NEWNET) == 0 && write(from[1], "x", 1) == 1);
		_exit((int)read(to[0], &byte, 1));
	}
	close(to[0]);
	close(from[1]);
	MUST(read(from[0], &byte, 1) == 1);
	close(from[0]);
	*until = to[1];
	return pid;
}

static struct rtnl_link *pair(const char *name, const char *peer_name)
{
	struct rtnl_link *link = rtnl_link_veth_alloc(), *peer = rtnl_link_veth_get_peer(link);
	struct nl_addr *addr = address("02:00:00:00:02:01", AF_LLC), *of_peer = address("02:00:00:00:02:02", AF_LLC);

	rtnl_link_set_name(link, name);
	rtnl_link_set_name(peer, peer_name);
	rtnl_link_set_addr(link, addr);
	rtnl_link_set_addr(peer, of_peer);
	rtnl_link_set_mtu(peer, 1234);
	nl_addr_put(addr);
	nl_addr_put(of_peer);
	rtnl_link_put(peer);
	return link;
}

static void veth_read(const char *name)
{
	struct rtnl_link *link = read_back(name);
	int32_t nsid = -5;
	int answer;

	if (!link)
		return;
	answer = rtnl_link_get_link_netnsid(link, &nsid);
	printf("%s is veth %d type %s link %d netnsid %d %d mtu %u\n", name, rtnl_link_is_veth(link), rtnl_link_get_type(link),
	       rtnl_link_get_link(link) > 0, answer, nsid, rtnl_link_get_mtu(link));
	rtnl_link_put(link);
}

static void pairs(void)
{
	struct rtnl_link *link = pair("v0", "v1"), *peer, *changes;
	int until, fd;
	pid_t pid = elsewhere(&until);
	char path[64];

	printf("-- pairs\n");
	step("add", rtnl_link_add(sock, link, NLM_F_CREATE | NLM_F_EXCL));
	step("again", rtnl_link_add(sock, link, NLM_F_CREATE | NLM_F_EXCL));
	line("v0");
	line("v1");
	rtnl_link_put(link);
	veth_read("v0");
	link = read_back("v0");
	changes = rtnl_link_alloc();
	rtnl_link_set_ns_pid(changes, pid);
	printf("ns pid %d\n", rtnl_link_get_ns_pid(changes) == pid);
	step("moved by pid", rtnl_link_change(sock, link, changes, 0));
	line("v0");
	veth_read("v1");
	rtnl_link_put(changes);
	rtnl_link_put(link);

	snprintf(path, sizeof path, "/proc/%d/ns/net", pid);
	fd = open(path, O_RDONLY);
	link = read_back("v1");
	changes = rtnl_link_alloc();
	rtnl_link_set_name(changes, "moved");
	rtnl_link_set_ns_fd(changes, fd);
	printf("ns fd %d\n", rtnl_link_get_ns_fd(changes) == fd);
	step("moved by fd", rtnl_link_change(sock, link, changes, 0));
	line("v1");
	rtnl_link_put(changes);
	rtnl_link_put(link);

	link = pair("w0", "w1");
	peer = rtnl_link_veth_get_peer(link);
	rtnl_link_set_ns_fd(peer, fd);
	step("peer elsewhere by fd", rtnl_link_add(sock, link, NLM_F_CREATE | NLM_F_EXCL));
	veth_read("w0");
	rtnl_link_put(peer);
	rtnl_link_veth_release(link);
	link = pair("x0", "x1");
	rtnl_link_set_ns_pid(link, pid);
	step("itself elsewhere by pid", rtnl_link_add(sock, link, NLM_F_CREATE | NLM_F_EXCL));
	veth_read("x1");
	rtnl_link_put(link);
	step("by one call", rtnl_link_veth_add(sock, "y0", "y1", pid));
	veth_read("y0");
	MUST(setenv("there", path, 1) == 0);
	ask("nsenter --net=$there ip -br link | cut -d@ -f1 | sort");
	close(fd);
	close(until);
	waitpid(pid, NULL, 0);
}

static void functions(struct rtnl_link *link)
{
	for (uint32_t i = 0; i < 4; i++) {
		struct rtnl_link_vf *vf = rtnl_link_vf_get(link, i);
		struct nl_vf_rate rate = { 0 };
		struct nl_addr *addr = NULL;
		nl_vf_vlans_t *vlans = NULL;
		uint32_t state = 9, spoof = 9, trust = 9, rss = 9;
		uint64_t stat = 9;
		int answer;

		printf("vf %u %d", i, vf != NULL);
		if (!vf) {
			printf("\n");
			continue;
		}
		answer = rtnl_link_vf_get_addr(vf, &addr);
		printf(" %d %s", answer, nl_addr2str(addr, buf, sizeof buf));
		answer = rtnl_link_vf_get_rate(vf, &rate);
		printf(" rate %d %d %u %u", answer, rate.api, rate.max_tx_rate, rate.min_tx_rate);
		answer = rtnl_link_vf_get_linkstate(vf, &state);
		printf(" state %d %u", answer, state);
		answer = rtnl_link_vf_get_spoofchk(vf, &spoof);
		printf(" spoof %d %u", answer, spoof);
		answer = rtnl_link_vf_get_trust(vf, &trust);
		printf(" trust %d %u", answer, trust);
		answer = rtnl_link_vf_get_rss_query_en(vf, &rss);
		printf(" rss %d %u", answer, rss);
		answer = rtnl_link_vf_get_stat(vf, RTNL_LINK_VF_STATS_RX_PACKETS, &stat);
		printf(" stat %d %llu", answer, (unsigned long long)stat);
		answer = rtnl_link_vf_get_vlans(vf, &vlans);
		printf(" vlans %d", answer);
		for (int v = 0; answer == 0 && v < vlans->size; v++)
			printf(" %u qos %u proto %x", vlans->vlans[v].vf_vlan, vlans->vlans[v].vf_vlan_qos, vlans->vlans[v].vf_vlan_proto);
		printf("\n");
		if (answer == 0)
			rtnl_link_vf_vlan_put(vlans);
		rtnl_link_vf_put(vf);
	}
}

static void set_functions(struct rtnl_link *changes)
{
	struct rtnl_link_vf *vf = rtnl_link_vf_alloc();
	struct nl_addr *addr = address("02:00:00:00:03:01", AF_LLC);
	struct nl_vf_rate rate = { .api = RTNL_LINK_VF_RATE_API_NEW, .max_tx_rate = 200, .min_tx_rate = 100 };
	nl_vf_vlans_t *vlans = NULL;

	rtnl_link_vf_set_index(vf, 1);
	rtnl_link_vf_set_addr(vf, addr);
	rtnl_link_vf_set_rate(vf, &rate);
	rtnl_link_vf_set_linkstate(vf, IFLA_VF_LINK_STATE_DISABLE);
	rtnl_link_vf_set_spoofchk(vf, 1);
	rtnl_link_vf_set_trust(vf, 1);
	rtnl_link_vf_set_rss_query_en(vf, 1);
	MUST(rtnl_link_vf_vlan_alloc(&vlans, 1) == 0);
	vlans->vlans[0].vf_vlan = 7;
	vlans->vlans[0].vf_vlan_qos = 3;
	vlans->vlans[0].vf_vlan_proto = 0;
	rtnl_link_vf_set_vlans(vf, vlans);
	rtnl_link_vf_vlan_put(vlans);
	printf("vf add %d\n", rtnl_link_vf_add(changes, vf));
	rtnl_link_set_vf_list(changes);
	nl_addr_put(addr);
	rtnl_link_vf_put(vf);
}

static void virtual_functions(void)
{
	struct rtnl_link *link = read_back("sim"), *changes = rtnl_link_alloc();

	printf("-- virtual functions\n");
	MUST(link);
	functions(link);
	set_functions(changes);
	step("change", rtnl_link_change(sock, link, changes, 0));
	rtnl_link_put(link);
	link = read_back("sim");
	functions(link);
	forms(OBJ_CAST(link));
	ask("ip link show sim");
	rtnl_link_put(link);
	rtnl_link_put(changes);
}

static void flag(const char *what, int answer)
{
	step(what, answer);
	ask("ip -o link show p1 | cut -d' ' -f2-");
}

/* What a link may be changed to, one thing at a time. */
static void changed(void)
{
	struct rtnl_link *link, *changes;
	struct nl_addr *addr = address("02:00:00:00:04:01", AF_LLC), *brd = address("02:00:00:00:04:ff", AF_LLC);

	printf("-- changes\n");
#define CHANGE(what, ...)                                                                                 \
	do {                                                                                              \
		link = read_back("p1");                                                                   \
		changes = rtnl_link_alloc();                                                              \
		__VA_ARGS__;                                                                              \
		flag(what, rtnl_link_change(sock, link, changes, 0));                                     \
		rtnl_link_put(link);                                                                      \
		rtnl_link_put(changes);                                                                   \
	} while (0)
	CHANGE("nothing", (void)0);
	CHANGE("address", rtnl_link_set_addr(changes, addr));
	CHANGE("broadcast", rtnl_link_set_broadcast(changes, brd));
	CHANGE("mtu", rtnl_link_set_mtu(changes, 1280));
	CHANGE("mtu too small", rtnl_link_set_mtu(changes, 1));
	CHANGE("txqlen", rtnl_link_set_txqlen(changes, 3));
	CHANGE("group", rtnl_link_set_group(changes, 9));
	CHANGE("alias", rtnl_link_set_ifalias(changes, "an alias"));
	CHANGE("alias away", rtnl_link_set_ifalias(changes, ""));
	CHANGE("noarp", rtnl_link_unset_flags(changes, IFF_NOARP));
	CHANGE("allmulti", rtnl_link_set_flags(changes, IFF_ALLMULTI));
	CHANGE("linkmode", rtnl_link_set_linkmode(changes, 1));
	CHANGE("operstate", rtnl_link_set_operstate(changes, IF_OPER_DORMANT));
	CHANGE("carrier", rtnl_link_set_carrier(changes, 0));
	CHANGE("master", rtnl_link_set_master(changes, (int)if_nametoindex("br")));
	CHANGE("no master", rtnl_link_set_master(changes, 0));
	CHANGE("type", rtnl_link_set_type(changes, "vlan"));
	CHANGE("index", rtnl_link_set_ifindex(changes, 99));
	CHANGE("name of another", rtnl_link_set_name(changes, "p0"));
	CHANGE("name", rtnl_link_set_name(changes, "p9"));
	ask("ip -d link show p9");
	nl_addr_put(addr);
	nl_addr_put(brd);
}

static void refused(void)
{
	struct rtnl_link *link = NULL;
	struct nl_msg *msg = NULL;
	struct nl_sock *other = connected(NETLINK_ROUTE);

	printf("-- refused\n");
	say("get no name", rtnl_link_get_kernel(sock, 0, "nosuch", &link));
	say("get no number", rtnl_link_get_kernel(sock, 9999, NULL, &link));
	say("get too long", rtnl_link_get_kernel(sock, 0, "much-too-long-a-name", &link));
	say("build", rtnl_link_build_get_request(-1, "p0", &msg));
	/* The answer is read in place of the acknowledgement, which remains. */
	say("sent", sent(other, 0, msg));
	nl_socket_free(other);
	link = named("lo");
	say("delete lo", rtnl_link_delete(sock, link));
	rtnl_link_put(link);
	link = named("p0");
	say("delete p0", rtnl_link_delete(sock, link));
	say("delete p0", rtnl_link_delete(sock, link));
	rtnl_link_put(link);
}

int main(int argc, char **argv)
{
	(void)argv;
	setvbuf(stdout, NULL, _IOLBF, 0);
	sock = connected(NETLINK_ROUTE);
	if (argc > 1) {
		adders();
		nl_socket_free(sock);
		return 0;
	}
	MUST(nl_cache_mngr_alloc(NULL, NETLINK_ROUTE, 0, &mngr) == 0);
	MUST(nl_cache_alloc_name("route/link", &heard) == 0);
	MUST(nl_cache_mngr_add_cache_v2(mngr, heard, told, NULL) == 0);
	dummy("p0", 0);
	dummy("p1", 1);
	joins("br", "p0");
	joins("bond", "p1");
	joins("vrf", "p0");
	joins("p0", "br");
	bridge_port();
	changed();
	virtual_functions();
	refused();
	nl_cache_mngr_free(mngr);
	mngr = NULL;
	MUST(nl_cache_mngr_alloc(NULL, NETLINK_ROUTE, 0, &mngr) == 0);
	pairs();
	nl_cache_mngr_free(mngr);
	nl_socket_free(sock);
	return 0;
}
