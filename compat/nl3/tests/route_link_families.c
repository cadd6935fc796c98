/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Links as messages have them, of families and kinds, with what families keep of them: each compared with each. */
#include "objects.h"
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/route/link.h>

static const int families[] = { AF_UNSPEC, AF_BRIDGE, AF_INET, AF_INET6 };
static const char *const kinds[] = { NULL, "bridge", "vlan", "nosuch" };

enum { VALUES = 3, MOST = 4 * 4 * VALUES * VALUES };

static struct link {
	int family;
	char name[40];
	struct nl_object *obj;
} links[MOST + 1];

static void put_kind(struct nl_msg *msg, const char *kind)
{
	struct nlattr *info = nla_nest_start(msg, IFLA_LINKINFO), *data;

	nla_put_string(msg, IFLA_INFO_KIND, kind);
	if (strcmp(kind, "vlan") == 0) {
		data = nla_nest_start(msg, IFLA_INFO_DATA);
		nla_put_u16(msg, IFLA_VLAN_ID, 5);
		nla_nest_end(msg, data);
	}
	nla_nest_end(msg, info);
}

static void put_protinfo(struct nl_msg *msg, int family, int value)
{
	struct nlattr *nest = nla_nest_start(msg, IFLA_PROTINFO);

	if (family == AF_INET6)
		nla_put_u32(msg, IFLA_INET6_FLAGS, (uint32_t)value);
	else
		nla_put_u8(msg, IFLA_BRPORT_STATE, (uint8_t)value);
	nla_nest_end(msg, nest);
}

static void put_spec(struct nl_msg *msg, int family, int value)
{
	struct nlattr *nest = nla_nest_start(msg, IFLA_AF_SPEC), *one;
	struct bridge_vlan_info vlan = { .vid = (uint16_t)value };
	uint32_t conf[5] = { (uint32_t)value };

	if (family == AF_BRIDGE)
		nla_put(msg, IFLA_BRIDGE_VLAN_INFO, sizeof vlan, &vlan);
	else {
		one = nla_nest_start(msg, AF_INET);
		nla_put(msg, IFLA_INET_CONF, sizeof conf, conf);
		nla_nest_end(msg, one);
		one = nla_nest_start(msg, AF_INET6);
		nla_put_u32(msg, IFLA_INET6_FLAGS, (uint32_t)value);
		nla_nest_end(msg, one);
	}
	nla_nest_end(msg, nest);
}

static struct nl_object *parsed(int family, const char *kind, int protinfo, int spec)
{
	struct ifinfomsg head = { .ifi_index = 3, .ifi_family = (unsigned char)family };
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWLINK, 0);
	struct seen seen = { 0 };

	MUST(nlmsg_append(msg, &head, sizeof head, NLMSG_ALIGNTO) == 0);
	nla_put_string(msg, IFLA_IFNAME, "x");
	if (kind)
		put_kind(msg, kind);
	if (protinfo)
		put_protinfo(msg, family, protinfo);
	if (spec)
		put_spec(msg, family, spec);
	nlmsg_set_proto(msg, NETLINK_ROUTE);
	MUST(nl_msg_parse(msg, keep, &seen) == 0 && seen.last);
	nlmsg_free(msg);
	return seen.last;
}

/* Stock does not survive the comparison of two links of IPv4. */
static void compare(const struct link *a, const struct link *b)
{
	if (a->family == AF_INET && b->family == AF_INET)
		return;
	printf("%s | %s: %llx", a->name, b->name, (unsigned long long)nl_object_diff64(a->obj, b->obj));
	printf(" match %d same %d\n", nl_object_match_filter(a->obj, b->obj), nl_object_identical(a->obj, b->obj));
}

int main(void)
{
	int count = 0;

	for (size_t f = 0; f < COUNT(families); f++)
		for (size_t k = 0; k < COUNT(kinds); k++)
			for (int protinfo = 0; protinfo < VALUES; protinfo++)
				for (int spec = 0; spec < VALUES; spec++) {
					struct link *link = &links[count++];

					link->family = families[f];
					snprintf(link->name, sizeof link->name, "%d %s %d %d", families[f], kinds[k] ? kinds[k] : "-", protinfo, spec);
					link->obj = parsed(families[f], kinds[k], protinfo, spec);
				}
	links[count].obj = OBJ_CAST(rtnl_link_alloc());
	snprintf(links[count++].name, sizeof links->name, "empty");
	for (int i = 0; i < count; i++)
		for (int j = 0; j < count; j++)
			compare(&links[i], &links[j]);
	for (int i = 0; i < count; i++)
		nl_object_put(links[i].obj);
	return 0;
}
