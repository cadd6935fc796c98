/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * What makes the stock library read or write where nothing is: hostile STOCK OURS. Each case runs in a child of
 * its own, with memory that borders on pages that can't be touched. Ours gives its error and touches nothing;
 * what the stock library does is printed beside it, and one of its cases at least must go wrong, or the cases
 * prove nothing.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api.h"

#define ROOM 8192
#define LONG (1 << 18)
/* More than a length of 16 bits can skip. */
#define GUARD (1 << 20)

static struct api *api;
/* The end of memory that can be touched, and the start of some more. */
static unsigned char *end, *long_data;
static unsigned attributes;

static int count(const struct nlattr *attr, void *data)
{
    (void)attr, (void)data;
    attributes++;
    return MNL_CB_OK;
}

/* An attribute whose header is the last that can be read. */
static struct nlattr *last_attr(uint16_t len)
{
    struct nlattr *attr = (struct nlattr *)(end - 4);

    attr->nla_len = len;
    attr->nla_type = 1;
    return attr;
}

static struct nlmsghdr *last_message(uint32_t len, size_t room)
{
    struct nlmsghdr *head = (struct nlmsghdr *)(end - room);

    memset(head, 0, room);
    head->nlmsg_len = len;
    head->nlmsg_type = 16;
    return head;
}

/* A message with room behind it, all of it the same byte. */
static struct nlmsghdr *roomy(void)
{
    memset(end - ROOM, 0x55, ROOM);
    return api->nlmsg_put_header(end - ROOM);
}

static int untouched(const struct nlmsghdr *head, uint32_t len)
{
    const unsigned char *at = (const unsigned char *)head + 16;

    while (at < end)
        if (*at++ != 0x55)
            return 0;
    return head->nlmsg_len == len;
}

/* ---- The cases: each says whether the library did what ours does. */

static int nest_of_length(uint16_t len)
{
    return api->attr_parse_nested(last_attr(len), count, NULL) == MNL_CB_OK && attributes == 0;
}

static int nest_of_0(void) { return nest_of_length(0); }
static int nest_of_3(void) { return nest_of_length(3); }

static int string_of_0(void)
{
    return api->attr_validate(last_attr(0), MNL_TYPE_NUL_STRING) == -1;
}

static int string2_of_3(void)
{
    return api->attr_validate2(last_attr(3), MNL_TYPE_NUL_STRING, 0) == -1;
}

static int huge_message(void)
{
    return !api->nlmsg_ok(last_message(0x80000000, 16), 16);
}

static int huge_message_run(void)
{
    return api->cb_run(last_message(0xfffffff0, 16), 16, 0, 0, NULL, NULL) == MNL_CB_OK;
}

static int huge_message_parse(void)
{
    return api->attr_parse(last_message(0x80000000, 16), 0, count, NULL) == MNL_CB_OK && attributes == 0;
}

static int huge_offset(void)
{
    return api->attr_parse(last_message(16, 16), 0xfffffff0, count, NULL) == MNL_CB_OK && attributes == 0;
}

static int attribute_in_padding(void)
{
    return api->attr_parse(last_message(17, 17), 0, count, NULL) == MNL_CB_OK && attributes == 0;
}

static int huge_message_print(void)
{
    FILE *file = fopen("/dev/null", "w");

    api->nlmsg_fprintf(file, last_message(0x80000000, 16), 16, 0);
    return fclose(file) == 0;
}

static int partial_quad_print(void)
{
    FILE *file = fopen("/dev/null", "w");

    api->nlmsg_fprintf(file, last_message(18, 18), 18, 0);
    return fclose(file) == 0;
}

static int put_that_wraps(size_t len)
{
    struct nlmsghdr *head = roomy();

    api->attr_put(head, 1, len, long_data);
    return untouched(head, 16);
}

static int put_of_65532(void) { return put_that_wraps(65532); }
static int put_of_65536(void) { return put_that_wraps(65536); }
static int put_of_everything(void) { return put_that_wraps((size_t)-1); }

static int check_that_wraps(void)
{
    struct nlmsghdr *head = roomy();

    return !api->attr_put_check(head, (size_t)-1, 1, 65532, long_data) && untouched(head, 16);
}

static int check_of_everything(void)
{
    struct nlmsghdr *head = roomy();

    return !api->attr_put_check(head, ROOM, 1, (size_t)-1, long_data) && untouched(head, 16);
}

static int long_string(void)
{
    struct nlmsghdr *head = roomy();

    api->attr_put_str(head, 1, (const char *)long_data);
    api->attr_put_strz(head, 1, (const char *)long_data);
    return !api->attr_put_strz_check(head, (size_t)-1, 1, (const char *)long_data) && untouched(head, 16);
}

/* Written all right, but a length of 16 bits can't say so: 65,536 would be 0. */
static int long_nest(void)
{
    struct nlmsghdr *head = api->nlmsg_put_header(long_data);
    struct nlattr *nest = api->attr_nest_start(head, 1);

    while (head->nlmsg_len < 16 + 65536)
        api->attr_put_u32(head, 1, 0);
    api->attr_nest_end(head, nest);
    return head->nlmsg_len == 16;
}

static int pending_message_overlaps(void)
{
    struct mnl_nlmsg_batch *batch = api->nlmsg_batch_start(long_data, 20);
    struct nlmsghdr *head = api->nlmsg_put_header(long_data);

    api->nlmsg_batch_next(batch);
    head = api->nlmsg_put_header(api->nlmsg_batch_current(batch));
    memset(api->nlmsg_put_extra_header(head, 40), 7, 40);
    api->nlmsg_batch_next(batch);
    api->nlmsg_batch_reset(batch);
    return api->nlmsg_batch_size(batch) == 56 && long_data[16] == 7 && long_data[55] == 7;
}

static const struct {
    const char *name;
    int (*run)(void);
} cases[] = {
#define CASE(name) { #name, name }
    CASE(nest_of_0), CASE(nest_of_3), CASE(string_of_0), CASE(string2_of_3), CASE(huge_message), CASE(huge_message_run),
    CASE(huge_message_parse), CASE(huge_offset), CASE(attribute_in_padding), CASE(huge_message_print),
    CASE(partial_quad_print), CASE(put_of_65532), CASE(put_of_65536), CASE(put_of_everything), CASE(check_that_wraps),
    CASE(check_of_everything), CASE(long_string), CASE(long_nest), CASE(pending_message_overlaps),
};

static unsigned char *guarded(size_t room)
{
    unsigned char *start = mmap(NULL, room + GUARD, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (start == MAP_FAILED || mprotect(start + room, GUARD, PROT_NONE) != 0)
        exit(2);
    return start;
}

static const char *outcome(unsigned n, struct api *of)
{
    int status;
    pid_t child = fork();

    if (child == 0) {
        api = of;
        _exit(!cases[n].run());
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        exit(2);
    if (WIFSIGNALED(status))
        return strsignal(WTERMSIG(status));
    return status == 0 ? "refused" : "something else";
}

int main(int argc, char **argv)
{
    struct api stock, ours;
    unsigned n, faults = 0, differences = 0;

    if (argc < 3)
        return 2;
    load(&stock, argv[1]);
    load(&ours, argv[2]);
    end = guarded(ROOM) + ROOM;
    long_data = guarded(LONG);
    for (n = 0; n < sizeof cases / sizeof cases[0]; n++) {
        const char *there, *here;

        memset(long_data, 'x', LONG - 1);
        there = outcome(n, &stock);
        here = outcome(n, &ours);
        printf("%-28s stock: %-20s ours: %s\n", cases[n].name, there, here);
        faults += strcmp(here, "refused") != 0;
        differences += strcmp(there, "refused") != 0;
    }
    return faults != 0 || differences == 0;
}
