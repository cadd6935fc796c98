/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Files of places in packets, made up by lot: what is read of them, in which order it is told, and what is found. */
#define _GNU_SOURCE
#include <netlink/netlink.h>
#include <netlink/route/pktloc.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "say.h"

static const char *const names[] = { "a", "b", "ip.src", "tcp.dport", "x1", "long_name-with.all", "A", "u8x", "netx", "zz", "ip6", "q.", "eth0" };
static const char *const sizes[] = { "u8", "u16", "u32", "U8", "4", "0x10", "010", "8", "300", "u64", "x", "16" };
static const char *const layers[] = { "link", "eth", "net", "ip", "transport", "tcp", "ETH", "Net", "foo", "" };
static const char *const numbers[] = { "0", "1", "12", "0xff", "0xF0", "017", "65535", "65536", "4294967295", "0x", "1x", "-1", "ff", "09", "0xfg", "1#" };
static const char *const blanks[] = { " ", "\t", "  ", " \t ", "\n", " # x\n " };
static const char *const plus[] = { "+", " + ", "++", "" };

static const char *one_of(const char *const *list, size_t count, unsigned int usual)
{
	return list[dice(6) ? dice(usual) : dice((unsigned int)count)];
}

#define ONE_OF(list, usual) one_of(list, COUNT(list), usual)

static void line(FILE *file)
{
	char name[24];

	if (!dice(15)) {
		fputs((const char *[]){ "\n", "# words\n", "  \n", "\t# more\n", "name\n", "u8\n" }[dice(6)], file);
		return;
	}
	snprintf(name, sizeof name, "%s%u", ONE_OF(names, 6), dice(30));
	fprintf(file, "%s%s%s%s%s", dice(20) ? "" : " ", dice(3) ? name : ONE_OF(names, 9), ONE_OF(blanks, 4), ONE_OF(sizes, 6), ONE_OF(blanks, 4));
	if (dice(8))
		fprintf(file, "%s%s", ONE_OF(layers, 8), ONE_OF(plus, 2));
	fputs(ONE_OF(numbers, 8), file);
	if (dice(2)) {
		fprintf(file, "%s%s", ONE_OF(blanks, 4), ONE_OF(numbers, 9));
		if (dice(2))
			fprintf(file, "%s%s", ONE_OF(blanks, 4), ONE_OF(numbers, 6));
	}
	fprintf(file, "%s%s", dice(10) ? "" : " # comment", dice(15) ? "\n" : dice(2) ? "\r\n" : " ");
}

static void say_place(struct rtnl_pktloc *place, void *arg)
{
	++*(int *)arg;
	printf(" %s:%u+%u,%u&%x>>%u", place->name, place->layer, place->offset, place->align, place->mask, place->shift);
}

static void look_up(const char *name)
{
	struct rtnl_pktloc *place = NULL;
	int answer = rtnl_pktloc_lookup(name, &place);

	printf("%s: %d", name, answer);
	if (answer == 0) {
		printf(" %u+%u", place->layer, place->offset);
		rtnl_pktloc_put(place);
	}
	printf("\n");
}

static void file(const char *path, int number)
{
	struct timespec times[2] = { { .tv_sec = 1000000000 + number * 10 }, { .tv_sec = 1000000000 + number * 10 } };
	FILE *to = fopen(path, "w");
	int count = 0;

	MUST(to != NULL);
	for (unsigned int n = dice(4) ? 1 : 30; n; n--)
		line(to);
	fclose(to);
	/* It is read again once its time has changed. */
	MUST(utimensat(AT_FDCWD, path, times, 0) == 0);
	printf("file %d: ", number);
	look_up(names[dice(4)]);
	rtnl_pktloc_foreach(say_place, &count);
	printf(" %d\n", count);
}

int main(void)
{
	char dir[] = "/tmp/rnl-pktloc-XXXXXX", path[64];

	MUST(mkdtemp(dir) != NULL);
	snprintf(path, sizeof path, "%s/pktloc", dir);
	setenv("NLSYSCONFDIR", dir, 1);
	for (int number = 0; number < 600; number++)
		file(path, number);
	unlink(path);
	rmdir(dir);
	return 0;
}
