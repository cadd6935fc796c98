/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * What all tests share. A test is a program: it exits 0 if all that it checks holds, 1 if something does not (each
 * fault is printed with its place), 77 if this machine can't run it (the last line says why). What a program can't
 * check though the rest of it runs, it says on a line that begins with "not run: ".
 */
#ifndef RNL_TEST_H
#define RNL_TEST_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/netlink.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <rnl/rnl.h>

/* Milliseconds for what comes soon or never. */
#define SOON 20000

static int test_faults;
/* Where calls that take an error object put it; the next FAILS or WORKS frees it. */
static struct rnl_err *test_err;

#define FAULT(...) (test_faults++, printf("%s:%d: ", __FILE__, __LINE__), printf(__VA_ARGS__), (void)putchar('\n'))

#define CHECK(condition) ((condition) ? (void)0 : FAULT("%s", #condition))

/* Something the rest of the test stands on. */
#define NEED(condition) ((condition) ? (void)0 : (FAULT("%s (errno %d)", #condition, errno), exit(1)))

#define EQUAL(wanted, got) test_equal(__FILE__, __LINE__, #got, (long long)(wanted), (long long)(got))
#define SAME_TEXT(wanted, got) test_text(__FILE__, __LINE__, #got, (wanted), (got))
#define SAME_BYTES(wanted, size, got) test_bytes(__FILE__, __LINE__, #got, (wanted), (size), (got))

/* A call of rnl gives this number and leaves errno alone. */
#define EXPECT(wanted, call) \
    test_call(__FILE__, __LINE__, #call, (long long)(wanted), (errno = TEST_ERRNO, (long long)(call)))

/* A call that was given &test_err succeeds with this number. */
#define WORKS(wanted, call) \
    test_works(__FILE__, __LINE__, #call, (long long)(wanted), (test_forget(), errno = TEST_ERRNO, (long long)(call)))

/* A call that was given &test_err fails with this (positive) errno, and RNL_FROM_* says no. */
#define FAILS(number, origin, call) \
    test_fails(__FILE__, __LINE__, #call, (number), (origin), (test_forget(), errno = TEST_ERRNO, (long long)(call)))

#define TEST_ERRNO 4711

static inline void test_equal(const char *file, int line, const char *what, long long wanted, long long got)
{
    if (wanted == got)
        return;
    test_faults++;
    printf("%s:%d: %s is %lld, not %lld\n", file, line, what, got, wanted);
}

static inline void test_call(const char *file, int line, const char *what, long long wanted, long long got)
{
    test_equal(file, line, "errno after the call", TEST_ERRNO, errno);
    test_equal(file, line, what, wanted, got);
}

static inline void test_text(const char *file, int line, const char *what, const char *wanted, const char *got)
{
    if (wanted && got ? strcmp(wanted, got) == 0 : wanted == got)
        return;
    test_faults++;
    printf("%s:%d: %s is \"%s\", not \"%s\"\n", file, line, what, got ? got : "NULL", wanted ? wanted : "NULL");
}

static inline void test_bytes(const char *file, int line, const char *what, const void *wanted, size_t size,
                              struct rnl_bytes got)
{
    size_t i;

    if (got.len == size && (size == 0 || memcmp(wanted, got.ptr, size) == 0))
        return;
    test_faults++;
    printf("%s:%d: %s is %zu bytes:", file, line, what, got.len);
    for (i = 0; i < got.len && i < 64; i++)
        printf(" %02x", got.ptr[i]);
    printf(", not the %zu wanted\n", size);
}

static inline void test_forget(void)
{
    rnl_err_free(test_err);
    test_err = NULL;
}

static inline void test_works(const char *file, int line, const char *what, long long wanted, long long got)
{
    test_call(file, line, what, wanted, got);
    if (test_err)
        printf("%s:%d: %s says: %s\n", file, line, what, rnl_err_text(test_err));
    test_faults += test_err != NULL;
}

static inline void test_fails(const char *file, int line, const char *what, int number, int origin, long long got)
{
    test_call(file, line, what, -number, got);
    test_equal(file, line, "rnl_err_errno()", number, rnl_err_errno(test_err));
    test_equal(file, line, "rnl_err_origin()", origin, rnl_err_origin(test_err));
    if (test_err && *rnl_err_text(test_err) == '\0')
        test_equal(file, line, "length of the error's text", 1, 0);
}

/* What was found is told even if the program crashes next. */
__attribute__((constructor)) static void test_begin(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
}

/* The end of main(). */
static inline int test_end(void)
{
    test_forget();
    if (test_faults)
        printf("%d faults\n", test_faults);
    return test_faults != 0;
}

/* Leaves the whole test out. */
static inline void skip(const char *reason)
{
    printf("%s\n", reason);
    fflush(stdout);
    exit(77);
}

/* Under valgrind or AddressSanitizer memory that has been freed may not be read, not even to find that out. */
static inline bool memory_is_watched(void)
{
    const char *preload = getenv("LD_PRELOAD");
#ifdef __SANITIZE_ADDRESS__
    return true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
    return true;
#endif
#endif
    return getenv("RNL_MEMCHECK") || (preload && strstr(preload, "vgpreload"));
}

/* A handle that has been freed is refused. */
#define FREED(call) (memory_is_watched() ? (void)0 : EXPECT(-EINVAL, call))

static inline long long milliseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static inline void write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    if (fd < 0)
        return;
    if (write(fd, text, strlen(text)) < 0)
        printf("%s: %s\n", path, strerror(errno));
    close(fd);
}

/* Moves into a network namespace of its own; an ordinary user becomes root of a user namespace for it. */
static inline void new_namespace(void)
{
    char map[64];
    unsigned uid = geteuid(), gid = getegid();

    if (unshare(CLONE_NEWNET) == 0)
        return;
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
        skip("kernel lacks network namespaces for this user");
    write_file("/proc/self/setgroups", "deny");
    snprintf(map, sizeof map, "0 %u 1", uid);
    write_file("/proc/self/uid_map", map);
    snprintf(map, sizeof map, "0 %u 1", gid);
    write_file("/proc/self/gid_map", map);
}

/* Runs `body` in a child process without capabilities; its faults are the caller's. */
static inline void without_rights(void (*body)(void))
{
    struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
    struct __user_cap_data_struct none[2] = { { 0, 0, 0 }, { 0, 0, 0 } };
    int status = 0;
    pid_t child;

    fflush(stdout);
    child = fork();
    NEED(child >= 0);
    if (child == 0) {
        test_faults = 0;
        NEED(syscall(SYS_capset, &header, none) == 0);
        body();
        fflush(stdout);
        exit(test_end());
    }
    NEED(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

#endif
