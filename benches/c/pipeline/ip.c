/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* `ip -batch`: the lines are written before the clock starts, and what it
 * prints on failure says which of them it was. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "stage.h"

static FILE *lines;

static void write_line(const char *verb, uint64_t i)
{
	char dst[INET_ADDRSTRLEN], via[INET_ADDRSTRLEN];
	uint32_t to = request_dst(i), gateway = request_gateway(i);

	inet_ntop(AF_INET, &to, dst, sizeof dst);
	inet_ntop(AF_INET, &gateway, via, sizeof via);
	fprintf(lines, "route %s %s/%d via %s dev " DEVICE " table %d proto static metric %d\n",
		verb, dst, PREFIX, via, PIPELINE_TABLE, METRIC);
}

static int write_lines(const char *verb, uint64_t n)
{
	lines = tmpfile();
	if (!lines)
		return -errno;
	for (uint64_t i = 0; i < n; i++)
		write_line(verb, i);
	rewind(lines);
	return 0;
}

static int write_adds(uint64_t n)
{
	int rc = expect_none(n);

	return rc < 0 ? rc : write_lines("add", n);
}

static int write_deletes(uint64_t n)
{
	int rc = expect_all(n);

	return rc < 0 ? rc : write_lines("del", n);
}

static int run_ip(struct result *r, uint64_t n)
{
	char command[64], text[256];
	uint64_t line;
	FILE *errors;

	snprintf(command, sizeof command, "exec ip -force -batch - 2>&1 <&%d", fileno(lines));
	errors = popen(command, "r");
	if (!errors)
		return -errno;
	while (fgets(text, sizeof text, errors))
		if (sscanf(text, "Command failed -:%" SCNu64, &line) == 1)
			add_refusal(r, line - 1);
	r->count = n;
	return pclose(errors) < 0 ? -errno : 0;
}

const struct task tasks[] = {
	{ "add", run_ip, write_adds, check_added },
	{ "delete", run_ip, write_deletes, check_deleted },
	{ NULL, NULL },
};
