/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Expressions of extended matches, made up by lot and disturbed: what is read of them. And the texts that stand for
 * sizes, probabilities, handles and flags. */
#define _GNU_SOURCE
#include "tc.h"
#include <ctype.h>
#include <netlink/route/cls/ematch.h>
#include <netlink/route/link.h>
#include <netlink/utils.h>
#include <unistd.h>

static char text[1000];

static void append(const char *more)
{
	strncat(text, more, sizeof text - strlen(text) - 1);
}

static const char *const numbers[] = { "0", "1", "7", "0x10", "017", "4294967295", "256", "09", "0x", "-1", "1a", "99999999999" };
static const char *const compares[] = { "=", "==", "eq", ">", "gt", "<", "lt", "EQ", "Gt", "!=", ">=", "is" };
static const char *const places[] = { "u8 at net+9", "u16 at tcp+2", "u32 at link+0", "u8 at net + 1", "ip.length", "ip.df", "5 at net+1", "u8 at 4",
				      "u8 net+1", "U8 AT NET+1", "ip.nope", "u64 at net+1", "u16 at network+0x10", "u8 at eth+1 & 0xf", "u8 at net+1 mask 3" };
static const char *const metas[] = { "pkttype", "prio", "mark", "vlan", "dev", "random", "loadavg0", "sk_family", "rtclassid", "tcindex", "hash",
				     "dev.ifindex", "nope", "vlan & 0xff", "vlan >> 2", "mark mask 3", "\"eth0\"", "eth0", "5", "0x7" };
static const char *const patterns[] = { "ip.src = 10.0.0.1", "ip6.src = 3ffe::/16", "ip.proto = \"abc\"", "ip.src = 1.2.3.4/24", "u8 at net+1 = 0x01020304",
					"ip.src = abc", "ip.src > 1.2.3.4", "ip.dst = 12345", "ip.src = \"\"" };
static const char *const blanks[] = { " ", "", "  ", "\t", "\n" };

static const char *pick(const char *const *list, size_t count, unsigned int usual)
{
	return list[dice(5) ? dice(usual) : dice((unsigned int)count)];
}

#define PICK(list, usual) pick(list, COUNT(list), usual)

static void term(void)
{
	switch (dice(9)) {
	case 0: case 1: case 2:
		append(dice(2) ? "cmp(" : "cmp (");
		append(PICK(places, 5));
		append(PICK(blanks, 1));
		append(PICK(compares, 7));
		append(PICK(blanks, 1));
		append(PICK(numbers, 6));
		append(")");
		break;
	case 3: case 4:
		append(PICK(places, 5));
		append(PICK(blanks, 1));
		append(PICK(compares, 7));
		append(PICK(blanks, 1));
		append(PICK(numbers, 6));
		break;
	case 5: case 6: case 7:
		append("meta(");
		append(PICK(metas, 9));
		append(PICK(blanks, 1));
		append(PICK(compares, 7));
		append(PICK(blanks, 1));
		append(dice(2) ? PICK(numbers, 6) : PICK(metas, 10));
		append(")");
		break;
	default:
		append("pattern(");
		append(PICK(patterns, 5));
		append(")");
	}
}

static void expression(int depth)
{
	static const char *const ands[] = { " AND ", " and ", " && ", " OR ", " or ", " || ", " xor ", " & ", " ", "AND" };
	static const char *const nots[] = { "NOT ", "! ", "not ", "!", "NOT" };

	for (unsigned int n = 1 + dice(3); n; n--) {
		if (!dice(5))
			append(PICK(nots, 3));
		if (depth < 3 && !dice(4)) {
			append("(");
			expression(depth + 1);
			append(")");
		} else {
			term();
		}
		if (n > 1)
			append(PICK(ands, 6));
	}
}

/* A character changed, taken out or put in; no bars, of which stock prints those that are alone. */
static void disturb(void)
{
	static const char chars[] = "0123456789abcdefuxANDor()+=<>&!\"./ \t";
	size_t len = strlen(text), at = dice((unsigned int)len + 1);

	switch (dice(3)) {
	case 0:
		if (at < len)
			text[at] = chars[dice(sizeof chars - 1)];
		break;
	case 1:
		memmove(text + at, text + at + 1, at < len ? len - at : 0);
		break;
	default:
		memmove(text + at + 1, text + at, len - at + 1);
		text[at] = chars[dice(sizeof chars - 1)];
	}
}

/* A quote that is not closed makes stock write where it must not, and sizes above 5 read there. */
static int is_sound(void)
{
	int quotes = 0, bars = 0;

	for (const char *at = text; *at; at++) {
		quotes += *at == '"';
		bars += at[0] == '|' && at[1] != '|';
		at += at[0] == '|' && at[1] == '|';
	}
	for (const char *at = text; (at = strcasestr(at, "at")); at++) {
		const char *size = at;

		while (size > text && (isspace((unsigned char)size[-1]) || isalnum((unsigned char)size[-1])))
			size--;
		if (isdigit((unsigned char)size[strspn(size, " \t\n")]) && strtoul(size, NULL, 0) > 5)
			return 0;
	}
	return quotes % 2 == 0 && bars == 0;
}

static void parse(void)
{
	struct nl_dump_params params = { .dp_type = NL_DUMP_LINE, .dp_fd = stdout };
	struct rtnl_ematch_tree *tree = NULL;
	char *error = NULL;
	int answer = rtnl_ematch_parse_expr(text, &error, &tree);

	printf("[%s] %d %s\n", text, answer, error ? error : "no error");
	if (answer == 0) {
		rtnl_ematch_tree_dump(tree, &params);
		printf("\n");
		rtnl_ematch_tree_free(tree);
	}
	free(error);
}

static void expressions(const char *path)
{
	FILE *file = fopen(path, "w");

	fputs("ip.length u16 net+2\nip.df u8 net+6 0x40 6\nip.src u32 net+12\nip.dst u32 net+16\nip.proto u8 net+9\nip6.src 16 net+8\n", file);
	fclose(file);
	for (int i = 0; i < 4000; i++) {
		text[0] = 0;
		expression(0);
		if (i % 3 == 0)
			disturb();
		if (is_sound())
			parse();
	}
}

static void sizes(void)
{
	static const char *const units[] = { "", "b", "k", "kb", "kB", "K", "KB", "kbit", "Kbit", "m", "mb", "mbit", "g", "gb", "gbit", "Gbit", "bit", "tb",
					     " ", " k", "kk", "kib", "%", "." };

	for (int i = 0; i < 3000; i++) {
		snprintf(text, sizeof text, "%s%s", PICK(numbers, 8), PICK(units, 18));
		if (!dice(3))
			snprintf(text, sizeof text, "%u%s%u%s", dice(5000), dice(2) ? "." : ",", dice(200), PICK(units, 18));
		if (!dice(4))
			disturb();
		printf("'%s' %ld", text, nl_size2int(text));
		printf(" %ld\n", nl_prob2int(text));
	}
}

static void handles(void)
{
	static const char *const words[] = { "root", "none", "ingress", "clsact", "egress", "1", "ffff", "10000", "0", "abcd", "", "x", "1:", ":1", "a:b", "100000001", "ffffffff", "100000000", "-1" };

	for (int i = 0; i < 3000; i++) {
		uint32_t handle = 0xdeadbeef;
		int answer;

		snprintf(text, sizeof text, "%s%s%s", PICK(words, 12), dice(3) ? ":" : "", dice(3) ? PICK(words, 12) : "");
		if (!dice(8))
			append(dice(2) ? "x" : "\n");
		if (!dice(4))
			disturb();
		answer = rtnl_tc_str2handle(text, &handle);
		printf("'%s' %d %x\n", text, answer, handle);
	}
}

static void words(void)
{
	static const char *const flags[] = { "up", "loopback", "running", "UP", "multicast", "nope", "", " up", "noarp", "lower_up", "0x1", "65536", "dormant" };

	for (int i = 0; i < 2000; i++) {
		text[0] = 0;
		for (unsigned int n = dice(5); n; n--) {
			append(PICK(flags, 10));
			append(dice(6) ? "," : PICK(blanks, 3));
		}
		printf("'%s' %d\n", text, rtnl_link_str2flags(text));
	}
}

int main(void)
{
	char dir[] = "/tmp/rnl-ematch-XXXXXX", path[64];

	setvbuf(stdout, NULL, _IOLBF, 0);
	MUST(mkdtemp(dir) != NULL);
	snprintf(path, sizeof path, "%s/pktloc", dir);
	setenv("NLSYSCONFDIR", dir, 1);
	expressions(path);
	unlink(path);
	rmdir(dir);
	sizes();
	handles();
	words();
	return 0;
}
