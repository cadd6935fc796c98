/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* How objects are read with the kernel's headers alone. */
#ifndef HAND_ROWS_H
#define HAND_ROWS_H

#include <linux/if.h>
#include <linux/if_link.h>

#include "bench.h"
#include "message.h"

static inline void read_route(const struct nlmsghdr *h, struct result *r)
{
	const struct rtmsg *rt = NLMSG_DATA(h);
	struct route row = { .dst_len = rt->rtm_dst_len, .table = rt->rtm_table };
	int len = (int)NLMSG_PAYLOAD(h, sizeof *rt);

	for (const struct rtattr *a = RTM_RTA(rt); RTA_OK(a, len); a = RTA_NEXT(a, len))
		switch (a->rta_type) {
		case RTA_DST: row.dst = rta_u32(a); break;
		case RTA_TABLE: row.table = rta_u32(a); break;
		case RTA_OIF: row.oif = rta_u32(a); break;
		case RTA_GATEWAY: row.gateway = rta_u32(a); break;
		}
	add_route(r, &row);
}

static inline void read_kind(const struct rtattr *info, struct link_row *row)
{
	int len = (int)RTA_PAYLOAD(info);

	for (const struct rtattr *a = RTA_DATA(info); RTA_OK(a, len); a = RTA_NEXT(a, len))
		if (a->rta_type == IFLA_INFO_KIND) {
			row->kind = RTA_DATA(a);
			row->kind_len = strnlen(row->kind, RTA_PAYLOAD(a));
		}
}

static inline void read_link_attr(const struct rtattr *a, struct link_row *row)
{
	switch (a->rta_type & NLA_TYPE_MASK) {
	case IFLA_IFNAME:
		row->name = RTA_DATA(a);
		row->name_len = strnlen(row->name, RTA_PAYLOAD(a));
		break;
	case IFLA_MTU: row->mtu = rta_u32(a); break;
	case IFLA_OPERSTATE: row->operstate = *(const uint8_t *)RTA_DATA(a); break;
	case IFLA_ADDRESS:
		if (RTA_PAYLOAD(a) == sizeof row->mac)
			memcpy(row->mac, RTA_DATA(a), sizeof row->mac);
		break;
	case IFLA_LINKINFO: read_kind(a, row); break;
	}
}

static inline void fill_link(const struct nlmsghdr *h, struct link_row *row)
{
	const struct ifinfomsg *i = NLMSG_DATA(h);
	int len = (int)NLMSG_PAYLOAD(h, sizeof *i);

	row->index = (uint32_t)i->ifi_index;
	row->flags = i->ifi_flags;
	for (const struct rtattr *a = IFLA_RTA(i); RTA_OK(a, len); a = RTA_NEXT(a, len))
		read_link_attr(a, row);
}

static inline void read_link(const struct nlmsghdr *h, struct result *r)
{
	struct link_row row = { 0 };

	fill_link(h, &row);
	add_link(r, &row);
}

static inline void read_kind_only(const struct nlmsghdr *h, struct result *r)
{
	struct link_row row = { 0 };

	fill_link(h, &row);
	add_link_of_kind(r, &row);
}

#endif
