/* SPDX-License-Identifier: MIT OR Apache-2.0
 * The interface of a qdisc: by number, as a link, and by name from a cache of links. */
#include "tc.h"
#include <netlink/route/link.h>

static void say(struct rtnl_tc *tc)
{
	struct rtnl_link *link = rtnl_tc_get_link(tc);

	printf("ifindex %d mtu %u linktype %u link %s", rtnl_tc_get_ifindex(tc), rtnl_tc_get_mtu(tc), rtnl_tc_get_linktype(tc),
	       link ? rtnl_link_get_name(link) : "none");
	/* A cache with a table of its own holds two references in stock. */
	printf(" references %d\n", link && !nl_object_get_cache(OBJ_CAST(link)) ? nl_object_get_refcnt(OBJ_CAST(link)) : 0);
	rtnl_link_put(link);
	dump_forms(OBJ_CAST(tc));
}

int main(void)
{
	struct rtnl_link *link = rtnl_link_alloc();
	struct rtnl_tc *tc = TC_CAST(rtnl_qdisc_alloc()), *none = TC_CAST(rtnl_qdisc_alloc()), *copy;
	struct nl_object *before = NULL;
	struct nl_cache *links;

	rtnl_link_set_ifindex(link, 3);
	rtnl_link_set_name(link, "foo0");
	rtnl_link_set_mtu(link, 9000);
	rtnl_link_set_arptype(link, 19);
	rtnl_tc_set_link(tc, NULL);
	say(tc);
	rtnl_tc_set_link(tc, link);
	rtnl_tc_set_link(tc, link);
	say(tc);
	printf("diff %x\n", nl_object_diff(OBJ_CAST(tc), OBJ_CAST(none)));
	copy = TC_CAST(nl_object_clone(OBJ_CAST(tc)));
	say(copy);
	rtnl_tc_set_ifindex(copy, 9);
	say(copy);
	rtnl_tc_set_mtu(tc, 5);
	rtnl_tc_set_linktype(tc, 6);
	say(tc);
	MUST(nl_cache_alloc_name("route/link", &links) == 0);
	MUST(nl_cache_add(links, OBJ_CAST(link)) == 0);
	nl_cache_mngt_provide(links);
	say(tc);
	for (int ifindex = 0; ifindex < 5; ifindex++) {
		rtnl_tc_set_ifindex(copy, ifindex);
		say(copy);
	}
	for (int type = RTM_NEWQDISC; type <= RTM_NEWTFILTER; type += 4) {
		struct nl_msg *msg = tc_message(type, "foo");

		MUST(show_parsed(msg, &before));
		say(TC_CAST(before));
		nlmsg_free(msg);
	}
	nl_object_put(before);
	nl_object_put(OBJ_CAST(tc));
	nl_object_put(OBJ_CAST(copy));
	nl_object_put(OBJ_CAST(none));
	rtnl_link_put(link);
	nl_cache_mngt_unprovide(links);
	nl_cache_free(links);
	return 0;
}
