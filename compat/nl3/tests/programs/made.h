/* SPDX-License-Identifier: MIT OR Apache-2.0
 * For programs that make things through the library on the lab's kernel, and say what the library and the kernel's own
 * programs see of them then. */
#ifndef MADE_H
#define MADE_H

#include "../objects.h"

/* What a step answered, in the library's words. */
static inline int say(const char *what, int answer)
{
	printf("%s: %s\n", what, answer < 0 ? nl_geterror(answer) : "yes");
	return answer;
}

/* What others see: a command of the shell. */
static inline void ask(const char *command)
{
	printf("$ %s\n", command);
	fflush(stdout);
	MUST(system(command) >= 0);
}

#define ASK(...)                                                                                          \
	do {                                                                                              \
		char command[512];                                                                        \
                                                                                                          \
		snprintf(command, sizeof command, __VA_ARGS__);                                           \
		ask(command);                                                                             \
	} while (0)

static inline struct nl_sock *connected(int protocol)
{
	struct nl_sock *sock = nl_socket_alloc();

	MUST(nl_connect(sock, protocol) == 0);
	return sock;
}

/* A request that was built, sent by hand. */
static inline int sent(struct nl_sock *sock, int built, struct nl_msg *msg)
{
	return built < 0 ? built : nl_send_sync(sock, msg);
}

static inline void forms(struct nl_object *obj)
{
	for (int type = 0; type < NL_DUMP_MAX; type++) {
		struct nl_dump_params params = { .dp_type = (enum nl_dump_type)type, .dp_fd = stdout };

		nl_object_dump(obj, &params);
	}
}

static inline void forms_of_all(struct nl_cache *cache)
{
	for (int type = 0; type < NL_DUMP_MAX; type++) {
		struct nl_dump_params params = { .dp_type = (enum nl_dump_type)type, .dp_fd = stdout };

		nl_cache_dump(cache, &params);
	}
}

/* How many changes a manager has told of. */
static int changes_told;

/* A manager tells of each change: what happened, to what, and which attributes, but for those that arg points to, which
 * depend on the clock. */
static inline void told(struct nl_cache *cache, struct nl_object *old, struct nl_object *now, uint64_t diff, int action, void *arg)
{
	static const char *const actions[] = { "nothing", "new", "deleted", "got", "set", "changed" };
	struct nl_dump_params params = { .dp_type = NL_DUMP_LINE, .dp_fd = stdout };
	struct nl_object *obj = now ? now : old;

	if (arg && action == NL_ACT_CHANGE && !(diff &= ~*(const uint64_t *)arg))
		return;
	changes_told++;
	printf("  told of %s: %s, %llx, old %d, new %d: ", nl_object_get_type(obj), actions[action], (unsigned long long)diff, old != NULL,
	       now != NULL);
	nl_object_dump(obj, &params);
}

/* All that the kernel has said so far. */
static inline void hear(struct nl_cache_mngr *mngr)
{
	int answer = 0;

	while (mngr && (answer = nl_cache_mngr_poll(mngr, 0)) > 0)
		;
	if (answer < 0)
		say("  manager", answer);
}

/* The same, where the kernel says so many things in its own time. */
static inline void hear_late(struct nl_cache_mngr *mngr, int changes)
{
	int before = changes_told;

	while (changes_told - before < changes)
		MUST(nl_cache_mngr_poll(mngr, 5000) > 0);
	hear(mngr);
}

#endif
