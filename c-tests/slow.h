/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Kernels that run as a program do in minutes what others do in seconds: they get less to do, and it is said. */
#ifndef RNL_TEST_SLOW_H
#define RNL_TEST_SLOW_H

#include "test.h"

static inline bool kernel_is_a_program(void)
{
    char line[256];
    FILE *file = fopen("/proc/cpuinfo", "re");
    bool found = false;

    while (file && fgets(line, sizeof line, file))
        found |= strstr(line, "User Mode Linux") != NULL;
    if (file)
        fclose(file);
    return found;
}

/* How much of something there is to do. */
static inline long load_of(const char *what, long all, long watched, long slow)
{
    if (memory_is_watched())
        return watched;
    if (!kernel_is_a_program())
        return all;
    printf("not run: %ld of %ld %s: kernel lacks the speed for them\n", all - slow, all, what);
    return slow;
}

#endif
