/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* rnl: its tables, loaded and walked once. */
#include <errno.h>

#include "../rnl_rows.h"

enum { PATIENCE = 60000 };

static int load(struct rnl_table *t)
{
	struct rnl_event e = { 0 };
	int rc = 1;

	while (rc > 0 && e.kind != RNL_EVENT_SYNCED)
		rc = rnl_table_next(t, &e, PATIENCE, NULL);
	return rc == 0 ? -ETIMEDOUT : rc;
}

static int load_and_walk(const char *name, reader read_one, struct result *r)
{
	struct rnl_table *t = NULL;
	struct rnl_view v;
	uint64_t cursor = 0;
	int rc = rnl_table_open(&t, name, RNL_TABLE_QUIET_START, NULL, NULL);

	if (rc == 0)
		rc = load(t);
	while (rc > 0 && (rc = rnl_table_each(t, &cursor, &v)) > 0)
		read_one(&v, r);
	rnl_table_close(t);
	return rc;
}

static int links(struct result *r, uint64_t n)
{
	(void)n;
	return load_and_walk("link", read_name, r);
}

static int routes(struct result *r, uint64_t n)
{
	(void)n;
	return load_and_walk("route4", read_route, r);
}

const struct task tasks[] = {
	{ "links", links },
	{ "routes", routes },
	{ NULL, NULL },
};
