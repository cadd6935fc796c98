/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Where dumps go: stream, callback, buffer, in each combination. */
#include <netlink/netlink.h>
#include <netlink/utils.h>
#include "say.h"

static void text(struct nl_dump_params *params, char *what)
{
	(void)params;
	printf("{%s}", what);
}

static void line(struct nl_dump_params *params, int number)
{
	(void)params;
	printf("<%d>", number);
}

int main(void)
{
	char buf[40], big[2000];

	setvbuf(stdout, NULL, _IONBF, 0);
	memset(big, 'x', sizeof big - 1);
	big[sizeof big - 1] = 0;
	for (int way = 0; way < 64; way++) {
		struct nl_dump_params params = { .dp_prefix = way & 1 ? 3 : 0, .dp_nl_cb = way & 2 ? line : NULL };

		strcpy(buf, "before ");
		if (way & 4)
			params.dp_fd = stdout;
		if (way & 8)
			params.dp_cb = text;
		if (way & 16) {
			params.dp_buf = buf;
			params.dp_buflen = sizeof buf;
		}
		printf("%d: ", way);
		nl_dump(&params, "%s %d", "text", 5);
		nl_dump_line(&params, "%s", way & 32 ? big : "line");
		nl_new_line(&params);
		printf(" [%s] %u\n", params.dp_buf ? buf : "", params.dp_line);
	}
	printf("debug %d %d %d\n", nl_debug, nl_debug_dp.dp_type, nl_debug_dp.dp_fd == stderr);
	return 0;
}
