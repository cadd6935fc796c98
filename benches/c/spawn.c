/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* spawn N PROGRAM: starts PROGRAM N times, one after the other, and prints
 * what that cost, in the form of the contestants. */
#include <errno.h>
#include <inttypes.h>
#include <linux/perf_event.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

/* The task clock, children included. It counts what the times of wait4()
 * round to ticks on some kernels; those serve where it is forbidden. */
static int open_task_clock(void)
{
	struct perf_event_attr a = { .type = PERF_TYPE_SOFTWARE, .size = sizeof a,
				     .config = PERF_COUNT_SW_TASK_CLOCK, .inherit = 1 };

	return (int)syscall(SYS_perf_event_open, &a, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

static uint64_t nanoseconds(const struct timeval *t)
{
	return (uint64_t)t->tv_sec * 1000000000u + (uint64_t)t->tv_usec * 1000u;
}

static uint64_t children_cpu(void)
{
	struct rusage u;

	getrusage(RUSAGE_CHILDREN, &u);
	return nanoseconds(&u.ru_utime) + nanoseconds(&u.ru_stime);
}

static uint64_t cpu_now(int clock)
{
	uint64_t value = 0;

	if (clock < 0 || read(clock, &value, sizeof value) != sizeof value)
		return children_cpu();
	return value;
}

static uint64_t wall_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void start_once(char **argv)
{
	int status, error;
	pid_t pid;

	error = posix_spawn(&pid, argv[0], NULL, NULL, argv, environ);
	if (error || waitpid(pid, &status, 0) < 0 || status) {
		fprintf(stderr, "spawn: %s: %s\n", argv[0], error ? strerror(error) : "failed");
		exit(1);
	}
}

int main(int argc, char **argv)
{
	uint64_t n = argc > 2 ? strtoull(argv[1], NULL, 10) : 0, cpu, wall;
	int clock = open_task_clock();

	if (!n) {
		fprintf(stderr, "usage: spawn N PROGRAM [ARGUMENT...]\n");
		return 2;
	}
	wall = wall_now();
	cpu = cpu_now(clock);
	for (uint64_t i = 0; i < n; i++)
		start_once(argv + 2);
	cpu = cpu_now(clock) - cpu;
	wall = wall_now() - wall;
	return printf("{\"count\": %" PRIu64 ", \"sum\": 0, \"bytes\": 0, \"cpu_ns\": %" PRIu64
		      ", \"wall_ns\": %" PRIu64 "}\n", n, cpu, wall) < 0;
}
