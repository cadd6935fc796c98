/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* rnl by names: routes into structs and into JSON, and `ip -j`, which prints
 * them too. */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <rnl/rnl.h>

#include "bench.h"

enum { PATIENCE = 60000, AT_ONCE = 256 };

#define SLOT(path, member) \
	{ path, offsetof(struct route, member), sizeof ((struct route *)0)->member }

static const struct rnl_slot slots[] = {
	SLOT("dst", dst), SLOT("table", table), SLOT("oif", oif),
	SLOT("gateway", gateway), SLOT("rtm-dst-len", dst_len),
};

static struct rnl_sock *sock;
static struct rnl_family *family;
static struct rnl_bind *binding;
static struct rnl_text *text;
static struct rnl_msg *request;

static int prepare(uint64_t n)
{
	int rc = rnl_sock_open(&sock, NETLINK_ROUTE, NULL, NULL);

	(void)n;
	text = rnl_text_new();
	if (rc == 0)
		rc = rnl_family_open(&family, NULL, "rt-route", NULL);
	if (rc == 0)
		rc = rnl_family_request(&request, family, "getroute", RNL_FORM_DUMP, 0,
					"{\"rtm-family\": 2}", NULL);
	if (rc == 0)
		rc = rnl_bind_new(&binding, family, "getroute", RNL_FORM_ROW, sizeof(struct route),
				  slots, sizeof slots / sizeof *slots, NULL);
	return rc;
}

static int fill(struct rnl_dump *dump, struct result *r)
{
	static struct route all[AT_ONCE];
	int n = rnl_bind_rows(binding, dump, all, AT_ONCE, NULL);

	for (int i = 0; i < n; i++)
		add_route(r, &all[i]);
	return n;
}

static int show(struct rnl_dump *dump, struct result *r)
{
	int n = rnl_family_rows(family, dump, AT_ONCE, 0, text, NULL);
	size_t len = 0;

	if (n > 0)
		r->count += (uint64_t)n;
	rnl_text_get(text, &len);
	r->bytes += len;
	rnl_text_clear(text);
	return n;
}

static int dump_with(int (*more)(struct rnl_dump *, struct result *), struct result *r, uint64_t n)
{
	struct rnl_dump *dump = NULL;
	int rc = 0;

	for (uint64_t i = 0; i < n && rc == 0; i++) {
		rc = rnl_dump_start(&dump, sock, request, RNL_DUMP_STREAM, PATIENCE, NULL);
		while (rc == 0 && (rc = more(dump, r)) > 0)
			rc = 0;
		rnl_dump_free(dump);
	}
	return rc;
}

static int structs(struct result *r, uint64_t n)
{
	return dump_with(fill, r, n);
}

static int json(struct result *r, uint64_t n)
{
	return dump_with(show, r, n);
}

static int ip(struct result *r, uint64_t n)
{
	(void)r;
	for (uint64_t i = 0; i < n; i++)
		if (system("exec ip -j -4 route show table all > /dev/null"))
			return -EIO;
	return 0;
}

const struct task tasks[] = {
	{ "structs", structs, prepare },
	{ "json", json, prepare },
	{ "ip", ip },
	{ NULL, NULL },
};
