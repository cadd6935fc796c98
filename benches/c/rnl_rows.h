/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* How objects are read through rnl. */
#ifndef RNL_ROWS_H
#define RNL_ROWS_H

#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <rnl/rnl.h>

#include "bench.h"

static inline void read_route(const struct rnl_view *v, struct result *r)
{
	struct rnl_attrs attrs;
	struct rnl_attr a;
	struct rtmsg rt = { 0 };
	struct route row = { 0 };

	rnl_view_fixed(v, &rt, sizeof rt);
	rnl_view_attrs(v, sizeof rt, &attrs);
	row.dst_len = rt.rtm_dst_len;
	row.table = rt.rtm_table;
	while (rnl_attrs_next(&attrs, &a) > 0)
		switch (a.type) {
		case RTA_DST: rnl_attr_u32(&a, &row.dst); break;
		case RTA_TABLE: rnl_attr_u32(&a, &row.table); break;
		case RTA_OIF: rnl_attr_u32(&a, &row.oif); break;
		case RTA_GATEWAY: rnl_attr_u32(&a, &row.gateway); break;
		}
	add_route(r, &row);
}

static inline void read_text(const struct rnl_attr *a, const char **text, size_t *len)
{
	struct rnl_bytes b;

	if (rnl_attr_str(a, &b) == 0) {
		*text = (const char *)b.ptr;
		*len = b.len;
	}
}

static inline void read_link_attr(const struct rnl_attr *a, struct link_row *row)
{
	struct rnl_attrs info;
	struct rnl_attr kind;

	switch (a->type) {
	case IFLA_IFNAME: read_text(a, &row->name, &row->name_len); break;
	case IFLA_MTU: rnl_attr_u32(a, &row->mtu); break;
	case IFLA_OPERSTATE: rnl_attr_u8(a, &row->operstate); break;
	case IFLA_ADDRESS: rnl_attr_mac(a, row->mac); break;
	case IFLA_LINKINFO:
		if (rnl_attr_nested(a, &info) == 0 && rnl_attrs_find(&info, IFLA_INFO_KIND, &kind) > 0)
			read_text(&kind, &row->kind, &row->kind_len);
		break;
	}
}

static inline void fill_link(const struct rnl_view *v, struct link_row *row)
{
	struct rnl_attrs attrs;
	struct rnl_attr a;
	struct ifinfomsg i = { 0 };

	rnl_view_fixed(v, &i, sizeof i);
	rnl_view_attrs(v, sizeof i, &attrs);
	row->index = (uint32_t)i.ifi_index;
	row->flags = i.ifi_flags;
	while (rnl_attrs_next(&attrs, &a) > 0)
		read_link_attr(&a, row);
}

static inline void read_link(const struct rnl_view *v, struct result *r)
{
	struct link_row row = { 0 };

	fill_link(v, &row);
	add_link(r, &row);
}

static inline void read_kind_only(const struct rnl_view *v, struct result *r)
{
	struct link_row row = { 0 };

	fill_link(v, &row);
	add_link_of_kind(r, &row);
}

static inline void read_name(const struct rnl_view *v, struct result *r)
{
	struct rnl_attrs attrs;
	struct rnl_attr a;
	struct ifinfomsg i = { 0 };
	struct rnl_bytes name = { 0 };

	rnl_view_fixed(v, &i, sizeof i);
	rnl_view_attrs(v, sizeof i, &attrs);
	if (rnl_attrs_find(&attrs, IFLA_IFNAME, &a) > 0)
		rnl_attr_str(&a, &name);
	add_name(r, (uint32_t)i.ifi_index, (const char *)name.ptr, name.len);
}

typedef void (*reader)(const struct rnl_view *v, struct result *r);

#endif
