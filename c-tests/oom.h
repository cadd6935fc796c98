/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Memory that runs out at every place where it can: each scenario runs with its first, its second, ... allocation
 * failing, until none is left to fail. Each time it must say -ENOMEM or NULL, or do its work, perhaps with less to
 * say; nothing may leak, and what there is must still work.
 *
 * The program's own malloc() takes the place of libc's, also for the library. valgrind does not let it: tests that
 * include this say "modes: plain asan".
 */
#ifndef RNL_TEST_OOM_H
#define RNL_TEST_OOM_H

#include "kernel.h"

/* ---- Allocations, counted and failed. */

/* Allocations until the one that fails, if positive; blocks that are live. */
static long until_failure, live;
/* Only what the library allocates is counted. */
static bool counting;

static inline bool fails_now(void)
{
    if (!counting || until_failure <= 0 || --until_failure > 0)
        return false;
    errno = ENOMEM;
    return true;
}

#ifdef __SANITIZE_ADDRESS__
/* AddressSanitizer's own. */
void *__interceptor_malloc(size_t);
void *__interceptor_calloc(size_t, size_t);
void *__interceptor_realloc(void *, size_t);
void *__interceptor_memalign(size_t, size_t);
void __interceptor_free(void *);
#define NEXT(function) __interceptor_##function
#else
/* libc's own, which it has for those who replace them. */
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void __libc_free(void *);
#define NEXT(function) __libc_##function
#endif

void *malloc(size_t size)
{
    void *block = fails_now() ? NULL : NEXT(malloc)(size);

    live += counting && block;
    return block;
}

void *calloc(size_t n, size_t size)
{
    void *block = fails_now() ? NULL : NEXT(calloc)(n, size);

    live += counting && block;
    return block;
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    void *block = fails_now() ? NULL : NEXT(memalign)(alignment, size);

    live += counting && block;
    if (block)
        *out = block;
    return block ? 0 : ENOMEM;
}

void *realloc(void *old, size_t size)
{
    void *block = fails_now() ? NULL : NEXT(realloc)(old, size);

    live += counting && block && !old;
    return block;
}

void free(void *block)
{
    live -= counting && block;
    NEXT(free)(block);
}

/* A scenario's results: how often memory ran out, and whether something else went wrong. */
static int no_memory, other_failure;

/* A result that must be good or -ENOMEM; true if it is good. */
static bool good(int result)
{
    no_memory += result == -ENOMEM;
    other_failure += result < 0 && result != -ENOMEM;
    return result >= 0;
}

/* A result that must be this failure or -ENOMEM; the error object, if there was memory for it, agrees and is freed. */
static void failure(int wanted, int result, struct rnl_err *err)
{
    no_memory += result == -ENOMEM;
    other_failure += result != wanted && result != -ENOMEM;
    if (err) {
        other_failure += rnl_err_errno(err) != -result;
        other_failure += rnl_err_text(err) == NULL;
    }
    rnl_err_free(err);
}

/* A message that nobody could make is missing memory; so is one that says so. */
static bool made(const struct rnl_msg *msg)
{
    no_memory += msg == NULL;
    return msg != NULL;
}

/* ---- The runs. */

struct scenario {
    const char *name;
    void (*run)(void);
};

/* What every scenario needs is made fresh for each run, so that what it keeps for the next time is no leak. */
static void open_sockets(void);
static void close_sockets(void);

/* Runs a scenario with its n-th allocation failing (0: none); true if there was such an allocation. */
static bool run(const struct scenario *scenario, long n)
{
    bool reached;

    no_memory = other_failure = 0;
    live = 0;
    counting = true;
    open_sockets();
    until_failure = n;
    scenario->run();
    reached = n > 0 && until_failure == 0;
    until_failure = 0;
    close_sockets();
    counting = false;
    if (other_failure)
        FAULT("%s, allocation %ld: %d results neither right nor -ENOMEM", scenario->name, n, other_failure);
    if (live != 0)
        FAULT("%s, allocation %ld: %ld blocks leaked", scenario->name, n, live);
    return reached;
}

static void exhaust(const struct scenario *scenario)
{
    long n = 1;
    int told = 0;

    run(scenario, 0);
    CHECK(no_memory == 0);
    for (; run(scenario, n); n++)
        told += no_memory > 0;
    printf("%s: %ld allocations, %d failures told\n", scenario->name, n - 1, told);
    CHECK(n > 1 && told > 0);
}

#endif
