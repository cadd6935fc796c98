/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Functions with a variable number of arguments, which stable Rust cannot define. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct nl_dump_params;
struct nl_sock;

extern void nl3_dump_text(struct nl_dump_params *params, char *text);
extern void nl_new_line(struct nl_dump_params *params);
extern int nl_socket_get_fd(struct nl_sock *sock);
extern int nl_socket_add_membership(struct nl_sock *sock, int group);
extern int nl_socket_drop_membership(struct nl_sock *sock, int group);

static void dump(struct nl_dump_params *params, const char *format, va_list args)
{
	char few[512], *text = few;
	va_list again;
	int len;

	va_copy(again, args);
	len = vsnprintf(few, sizeof few, format, args);
	if (len >= (int)sizeof few && (text = malloc((size_t)len + 1)) != NULL)
		vsnprintf(text, (size_t)len + 1, format, again);
	va_end(again);
	if (len >= 0)
		nl3_dump_text(params, text ? text : few);
	if (text != few)
		free(text);
}

void nl_dump(struct nl_dump_params *params, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	dump(params, format, args);
	va_end(args);
}

void nl_dump_line(struct nl_dump_params *params, const char *format, ...)
{
	va_list args;

	nl_new_line(params);
	va_start(args, format);
	dump(params, format, args);
	va_end(args);
}

#define NLE_BAD_SOCK 3

/* Groups up to the first that is 0 or that fails. */
#define GROUPS(name, one)                                             \
	int name(struct nl_sock *sock, int group, ...)                \
	{                                                             \
		int err = nl_socket_get_fd(sock) < 0 ? -NLE_BAD_SOCK : 0; \
		va_list args;                                         \
                                                                      \
		va_start(args, group);                                \
		while (err == 0 && group != 0 && (err = one(sock, group)) == 0) \
			group = va_arg(args, int);                    \
		va_end(args);                                         \
		return err;                                           \
	}

GROUPS(nl_socket_add_memberships, nl_socket_add_membership)
GROUPS(nl_socket_drop_memberships, nl_socket_drop_membership)
