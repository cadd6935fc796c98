/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* main() of every contestant: PROGRAM TASK N runs one task once and prints
 * what it saw and what it cost as one line of JSON. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

static uint64_t now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static uint64_t nanoseconds(const struct timeval *t)
{
	return (uint64_t)t->tv_sec * 1000000000u + (uint64_t)t->tv_usec * 1000u;
}

/* Time in user space, of this process and of children it has waited for. */
static uint64_t user_now(void)
{
	struct rusage own, children;

	getrusage(RUSAGE_SELF, &own);
	getrusage(RUSAGE_CHILDREN, &children);
	return nanoseconds(&own.ru_utime) + nanoseconds(&children.ru_utime);
}

/* Of this process, and of children it has waited for. */
static uint64_t cpu_now(void)
{
	struct rusage u;

	getrusage(RUSAGE_CHILDREN, &u);
	return now(CLOCK_PROCESS_CPUTIME_ID) + nanoseconds(&u.ru_utime) + nanoseconds(&u.ru_stime);
}

/* The high-water mark, read without stdio so as not to raise it. */
static long own_peak_kib(void)
{
	static char text[4096];
	int fd = open("/proc/self/status", O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	const char *line;

	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return -1;
	line = strstr(text, "VmHWM:");
	return line ? strtol(line + 6, NULL, 10) : -1;
}

/* Or that of the largest child, if it was larger. */
static long peak_kib(void)
{
	long own = own_peak_kib();
	struct rusage u;

	getrusage(RUSAGE_CHILDREN, &u);
	return u.ru_maxrss > own ? u.ru_maxrss : own;
}

/* An own function, so that callgrind can be told to count only inside it. */
__attribute__((noinline)) int timed(const struct task *t, struct result *r, uint64_t n)
{
	int rc = t->run(r, n);

	touch(r);
	return rc;
}

static const struct task *find_task(const char *name)
{
	const struct task *t = tasks;

	while (t->name && strcmp(t->name, name))
		t++;
	return t->name ? t : NULL;
}

struct cost {
	uint64_t cpu, wall, user;
	long start, peak; /* of the resident memory, in KiB */
};

static int measure(const struct task *t, struct result *r, uint64_t n, struct cost *c)
{
	int rc;

	c->start = own_peak_kib();
	c->wall = now(CLOCK_MONOTONIC);
	c->user = user_now();
	c->cpu = cpu_now();
	rc = timed(t, r, n);
	c->cpu = cpu_now() - c->cpu;
	c->user = user_now() - c->user;
	c->wall = now(CLOCK_MONOTONIC) - c->wall;
	c->peak = peak_kib();
	return rc;
}

static int report(const struct result *r, const struct cost *c)
{
	return printf("{\"count\": %" PRIu64 ", \"sum\": %" PRIu64 ", \"bytes\": %" PRIu64
		      ", \"cpu_ns\": %" PRIu64 ", \"wall_ns\": %" PRIu64
		      ", \"user_ns\": %" PRIu64 ", \"start_kib\": %ld, \"peak_kib\": %ld}\n",
		      r->count, r->sum, r->bytes, c->cpu, c->wall, c->user, c->start, c->peak) < 0;
}

static int run(const struct task *t, uint64_t n)
{
	struct result r = { 0 };
	struct cost c;
	int rc = t->prepare ? t->prepare(n) : 0;

	if (rc >= 0)
		rc = measure(t, &r, n, &c);
	if (rc >= 0 && t->finish)
		rc = t->finish(&r, n);
	if (rc < 0) {
		fprintf(stderr, "%s: failed: %s\n", t->name, strerror(-rc));
		return 1;
	}
	return report(&r, &c);
}

int main(int argc, char **argv)
{
	const struct task *t = argc == 3 ? find_task(argv[1]) : NULL;

	if (!t) {
		fprintf(stderr, "usage: %s TASK N\ntasks:", argv[0]);
		for (t = tasks; t->name; t++)
			fprintf(stderr, " %s", t->name);
		fprintf(stderr, "\n");
		return 2;
	}
	return run(t, strtoull(argv[2], NULL, 10));
}
