/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* rnl: dumps of two tables of routes, one after the other and side by side. */
#include <errno.h>

#include "rnl_rows.h"

enum { PATIENCE = 60000, HALVES = 2 };

static struct rnl_msg *ask_for(uint32_t table)
{
	const struct rtmsg rt = { .rtm_family = AF_INET };
	struct rnl_msg *m = rnl_msg_new(RTM_GETROUTE, 0);

	rnl_msg_put_header(m, &rt, sizeof rt);
	rnl_msg_put_u32(m, RTA_TABLE, table);
	return m;
}

static void free_jobs(struct rnl_dump_job *jobs)
{
	for (int i = 0; i < HALVES; i++) {
		rnl_reply_free(jobs[i].reply);
		rnl_err_free(jobs[i].err);
		rnl_msg_free((struct rnl_msg *)jobs[i].msg);
		rnl_sock_close(jobs[i].sock);
	}
}

static int open_jobs(struct rnl_dump_job *jobs)
{
	int rc = 0;

	jobs[0].msg = ask_for(RT_TABLE_MAIN);
	jobs[1].msg = ask_for(SECOND_TABLE);
	for (int i = 0; i < HALVES && rc == 0; i++)
		rc = rnl_sock_open(&jobs[i].sock, NETLINK_ROUTE, NULL, NULL);
	return rc;
}

static void read_reply(struct rnl_reply *reply, struct result *r)
{
	struct rnl_view v;

	while (rnl_reply_next(reply, &v) > 0)
		read_route(&v, r);
}

/* `step` jobs at a time: both, or the one and then the other. */
static int dump_halves(struct result *r, int step)
{
	struct rnl_dump_job jobs[HALVES] = { 0 };
	int rc = open_jobs(jobs);

	for (int i = 0; i < HALVES && rc == 0; i += step)
		rc = rnl_dump_together(jobs + i, (size_t)step, PATIENCE);
	for (int i = 0; i < HALVES && rc == 0; i++)
		read_reply(jobs[i].reply, r);
	free_jobs(jobs);
	return rc > 0 ? -EIO : rc;
}

static int in_turn(struct result *r, uint64_t n)
{
	(void)n;
	return dump_halves(r, 1);
}

static int together(struct result *r, uint64_t n)
{
	(void)n;
	return dump_halves(r, HALVES);
}

const struct task tasks[] = {
	{ "in-turn", in_turn },
	{ "together", together },
	{ NULL, NULL },
};
