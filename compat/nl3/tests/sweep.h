/* SPDX-License-Identifier: MIT OR Apache-2.0
 * One attribute of each number and length, in a message that is good but for it: what parsers answer, and what comes out.
 * Behind the message are bytes that nobody should see. */
#ifndef SWEEP_H
#define SWEEP_H

#include "objects.h"
#include <stdint.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* A place in a message. In a tree, `3=0102` is an attribute of those bytes, `00x20` is twenty of one, `3'text'` is a closed
 * string, `3{...}` is a nest, `3(01){...}` is a nest behind those bytes, `<...>` a next hop; `*` is the attribute that is
 * tried, and `3#` one of that number whose payload is tried. Attributes are tried up to ten above `most`. */
struct place {
	const char *name;
	int protocol, type;
	const char *header, *tree;
	int most;
};

/* What is not tried: attributes of a type, or of each type (-1), with fewer bytes than `below` or with at least `from`, in each
 * place whose name begins like that. Where stock reads past their end, crashes, or says something else on purpose. */
struct known {
	const char *place;
	int type, below, from;
};

static const int LENGTHS[] = { 0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,  16,  17,  20,  24,  28,  31,
			       32, 33, 36, 40, 44, 48, 56, 60, 63, 64, 65, 72, 92, 96, 132, 168, 184, 192, 224, 255, 256, 257, 288, 1024 };
enum { ZEROS, ONES, CLOSED, OPEN, NEST, FILLS };
enum { BEHIND = 0xa5, ROOM = 2048 };

static unsigned char *message_bytes;
static size_t message_len, message_room;
static uint32_t sum;
static int objects;

static void add_bytes(const void *data, size_t len)
{
	MUST(message_len + len <= message_room);
	memcpy(message_bytes + message_len, data, len);
	message_len += len;
}

static void pad(void)
{
	while (message_len % 4)
		add_bytes(&(unsigned char){ BEHIND }, 1);
}

static const char *add_hex(const char *text)
{
	unsigned int byte, times;
	int used;

	for (;; text += used) {
		text += strspn(text, " ");
		if (sscanf(text, "%2x%n", &byte, &used) != 1 || used != 2)
			return text;
		times = 1;
		if (text[2] == 'x') {
			times = (unsigned int)strtoul(text + 3, (char **)&text, 10);
			used = 0;
		}
		while (times--)
			add_bytes(&(unsigned char){ (unsigned char)byte }, 1);
	}
}

struct attempt {
	int type, fill, len;
};

static void add_payload(const struct attempt *what)
{
	static const struct nlattr inner = { .nla_len = 8, .nla_type = 1 };
	unsigned char byte;

	for (int i = 0; i < what->len; i++) {
		byte = what->fill == ZEROS ? 0 : what->fill == ONES ? 255 : (unsigned char)('a' + i % 26);
		if (what->fill == CLOSED && i == what->len - 1)
			byte = 0;
		if (what->fill == NEST)
			byte = i % 8 < 4 ? ((const unsigned char *)&inner)[i % 8] : i % 8 == 4 ? 3 : 0;
		add_bytes(&byte, 1);
	}
}

static void add_attempt(const struct attempt *what)
{
	struct nlattr head = { .nla_len = (uint16_t)(what->len + 4), .nla_type = (uint16_t)what->type };

	add_bytes(&head, sizeof head);
	add_payload(what);
	pad();
}

static const char *add_tree(const char *tree, const struct attempt *what);

/* The header of a next hop, then its attributes. */
static const char *add_hop(const char *tree, const struct attempt *what)
{
	size_t start = message_len;

	add_hex("00x4 03 00x3");
	tree = add_tree(tree, what);
	*(uint16_t *)(message_bytes + start) = (uint16_t)(message_len - start);
	return tree + 1;
}

static const char *add_attr(const char *tree, const struct attempt *what)
{
	struct nlattr head = { .nla_type = (uint16_t)strtoul(tree, (char **)&tree, 10) };
	size_t start = message_len;

	add_bytes(&head, sizeof head);
	if (*tree == '=' || *tree == '(')
		tree = add_hex(tree + 1);
	else if (*tree == '\'') {
		const char *end = strchr(tree + 1, '\'');

		add_bytes(tree + 1, (size_t)(end - tree - 1));
		add_bytes("", 1);
		tree = end + 1;
	}
	if (*tree == ')') {
		pad();
		tree++;
	}
	if (*tree == '{')
		tree = add_tree(tree + 1, what) + 1;
	if (*tree == '#') {
		add_payload(what);
		tree++;
	}
	head.nla_len = (uint16_t)(message_len - start);
	memcpy(message_bytes + start, &head, sizeof head);
	pad();
	return tree;
}

static const char *add_tree(const char *tree, const struct attempt *what)
{
	for (; *tree && *tree != '}' && *tree != '>';) {
		if (*tree == '*') {
			add_attempt(what);
			tree++;
		} else if (*tree == ' ')
			tree++;
		else if (*tree == '<')
			tree = add_hop(tree + 1, what);
		else
			tree = add_attr(tree, what);
	}
	return tree;
}

static void mix(const void *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		sum = (sum ^ ((const unsigned char *)data)[i]) * 16777619u;
}

static void mix_line(struct nl_dump_params *params, char *line)
{
	mix(line, strlen(line));
}

static void mix_object(struct nl_object *obj, void *arg)
{
	objects++;
	nl_object_attr_list(obj, buf, sizeof buf);
	mix_line(NULL, buf);
	for (int form = 0; form <= NL_DUMP_MAX; form++) {
		struct nl_dump_params params = { .dp_type = (enum nl_dump_type)form, .dp_cb = mix_line };

		nl_object_dump(obj, &params);
	}
}

/* Another way into a parser than nl_msg_parse. */
typedef int (*parser)(struct nl_msg *msg, void (*)(struct nl_object *, void *), void *arg);

static int try(const struct place *place, const struct attempt *what, parser parse)
{
	struct nl_msg *msg = nlmsg_alloc_size(ROOM);
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	struct sockaddr_nl from = { .nl_family = AF_NETLINK };
	int answer;

	nlmsg_set_proto(msg, place->protocol);
	nlmsg_set_src(msg, &from);
	message_bytes = (void *)nlh;
	message_room = ROOM;
	message_len = sizeof *nlh;
	memset(message_bytes + message_len, BEHIND, message_room - message_len);
	add_hex(place->header);
	pad();
	add_tree(place->tree, what);
	nlh->nlmsg_len = (uint32_t)message_len;
	nlh->nlmsg_type = (uint16_t)place->type;
	objects = 0;
	answer = parse(msg, mix_object, NULL);
	nlmsg_free(msg);
	return answer < 0 ? answer : 100 + objects;
}

static int skipped(const struct place *place, const struct known *all, const struct attempt *what)
{
	/* Stock counts the padding behind a nest as part of it. */
	if (what->fill == NEST && what->len % 4)
		return 1;
	for (; all && all->place; all++)
		if (!strncmp(place->name, all->place, strlen(all->place)) && (all->type < 0 || all->type == what->type) &&
		    (what->len < all->below || what->len >= all->from))
			return 1;
	return 0;
}

enum { TYPES = 130, CASES = FILLS * COUNT(LENGTHS) };

/* What was answered; shared with the process that tries, so that a crash ends one attempt only. */
static struct {
	int next;
	struct {
		int answer;
		uint32_t sum;
	} of[TYPES * CASES];
} *answers;

static struct attempt attempt(int number)
{
	return (struct attempt){ number / (int)CASES, number % (int)CASES / (int)COUNT(LENGTHS), LENGTHS[number % (int)COUNT(LENGTHS)] };
}

static void try_all(const struct place *place, int count, const struct known *known, parser parse)
{
	struct attempt what;
	int status;
	pid_t child;

	for (answers->next = 0; answers->next < count; answers->next++) {
		fflush(stdout);
		child = fork();
		if (child == 0) {
			/* Stock says some errors aloud; the answers go another way. */
			MUST(freopen("/dev/null", "w", stderr) && freopen("/dev/null", "w", stdout));
			for (; answers->next < count; answers->next++) {
				what = attempt(answers->next);
				sum = 2166136261u;
				answers->of[answers->next].answer = skipped(place, known, &what) ? 0 : try(place, &what, parse);
				answers->of[answers->next].sum = sum;
			}
			exit(0);
		}
		MUST(child > 0 && waitpid(child, &status, 0) == child);
		if (!status)
			return;
		MUST(WIFSIGNALED(status));
		answers->of[answers->next].answer = -1000 - WTERMSIG(status);
		answers->of[answers->next].sum = 0;
	}
}

/* From which length on the answer is which. */
static void tell(const struct place *place, int type)
{
	static char text[8192], before[8192];
	int last = 0, now;
	char *end = text;

	sum = 2166136261u;
	for (int i = 0; i < (int)CASES; i++) {
		struct attempt what = attempt(type * (int)CASES + i);

		now = answers->of[type * (int)CASES + i].answer;
		mix(&answers->of[type * (int)CASES + i].sum, 4);
		if (what.len == 0)
			end += sprintf(end, " | %d", now);
		else if (now != last)
			end += sprintf(end, " %d:%d", what.len, now);
		last = now;
	}
	sprintf(end, " sum %x", sum);
	if (type == 0 || strcmp(text, before))
		printf("%s %d%s\n", place->name, type, text);
	strcpy(before, text);
}

static void sweep(const struct place *places, size_t count, const struct known *known, parser parse)
{
	answers = mmap(NULL, sizeof *answers, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	MUST(answers != MAP_FAILED);
	for (size_t i = 0; i < count; i++) {
		MUST(places[i].most + 10 < TYPES);
		try_all(&places[i], (places[i].most + 11) * (int)CASES, known, parse);
		for (int type = 0; type <= places[i].most + 10; type++)
			tell(&places[i], type);
	}
}

#endif
