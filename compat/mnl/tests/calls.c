/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Every function of libmnl, as a program uses it. It compiles against either header and runs with either library:
 * what only ours does is asked for where mnl_attr_get_uint() is. Prints what is wrong; exits 1 if anything is.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

static int faults;
static char buf[8192];
/* NULL in libraries older than 1.3. */
static uint64_t (*get_uint)(const struct nlattr *);

#define CHECK(condition) ((condition) ? (void)0 : (void)(faults++, printf("%s:%d: %s\n", __FILE__, __LINE__, #condition)))
/* -1, and errno says why. */
#define FAILS(number, call) (errno = 0, CHECK((call) == -1), CHECK(errno == (number)))

static struct nlmsghdr *message(uint16_t type)
{
    struct nlmsghdr *head;

    memset(buf, 0xaa, sizeof buf);
    head = mnl_nlmsg_put_header(buf);
    head->nlmsg_type = type;
    return head;
}

static struct nlattr *first(const struct nlmsghdr *head)
{
    return mnl_nlmsg_get_payload(head);
}

static void messages(void)
{
    struct nlmsghdr *head = message(20);
    char *extra = mnl_nlmsg_put_extra_header(head, 5);
    int rest = 100;

    CHECK(extra == buf + 16 && extra[7] == 0 && head->nlmsg_len == 24);
    CHECK(mnl_nlmsg_size(7) == 23 && mnl_nlmsg_get_payload_len(head) == 8);
    CHECK(mnl_nlmsg_ok(head, 24) && !mnl_nlmsg_ok(head, 23) && !mnl_nlmsg_ok(head, -1));
    CHECK((char *)mnl_nlmsg_next(head, &rest) == buf + 24 && rest == 76);
    CHECK((char *)mnl_nlmsg_get_payload(head) == buf + 16);
    CHECK((char *)mnl_nlmsg_get_payload_offset(head, 5) == buf + 24);
    CHECK((char *)mnl_nlmsg_get_payload_tail(head) == buf + 24);
    CHECK(mnl_nlmsg_seq_ok(head, 7) && mnl_nlmsg_portid_ok(head, 7));
    head->nlmsg_seq = head->nlmsg_pid = 9;
    CHECK(!mnl_nlmsg_seq_ok(head, 7) && !mnl_nlmsg_portid_ok(head, 7));
    CHECK(mnl_nlmsg_seq_ok(head, 9) && mnl_nlmsg_portid_ok(head, 0));
    head->nlmsg_len = 0x80000000;
    CHECK(!get_uint || !mnl_nlmsg_ok(head, 24));
}

static void printing(void)
{
    struct nlmsghdr *head = message(20);
    char *text = NULL;
    size_t len = 0;
    FILE *file = open_memstream(&text, &len);

    mnl_nlmsg_put_extra_header(head, 4);
    mnl_attr_put_u32(head, 3, 0x41424344);
    mnl_nlmsg_fprintf(file, buf, head->nlmsg_len, 4);
    fclose(file);
    CHECK(strstr(text, "|  0000000028  |\t| message length |\n"));
    CHECK(strstr(text, "| 00 00 00 00  |\t|  extra header  |\n"));
    CHECK(strstr(text, "|\33[1;31m00008\33[0m|\33[1;32m--\33[0m|\33[1;34m00003\33[0m|\t|len |flags| type|\n"));
    free(text);
}

static void batches(void)
{
    struct mnl_nlmsg_batch *batch = mnl_nlmsg_batch_start(buf, 40);

    CHECK(mnl_nlmsg_batch_is_empty(batch) && mnl_nlmsg_batch_head(batch) == buf);
    mnl_nlmsg_put_extra_header(mnl_nlmsg_put_header(mnl_nlmsg_batch_current(batch)), 8);
    CHECK(mnl_nlmsg_batch_next(batch) && mnl_nlmsg_batch_size(batch) == 24);
    mnl_nlmsg_put_extra_header(mnl_nlmsg_put_header(mnl_nlmsg_batch_current(batch)), 4);
    CHECK(!mnl_nlmsg_batch_next(batch) && mnl_nlmsg_batch_size(batch) == 24);
    mnl_nlmsg_batch_reset(batch);
    CHECK(mnl_nlmsg_batch_size(batch) == 20 && mnl_nlmsg_batch_current(batch) == buf + 20);
    CHECK(!mnl_nlmsg_batch_is_empty(batch));
    mnl_nlmsg_batch_stop(batch);
}

static void reading(void)
{
    struct nlmsghdr *head = message(20);
    struct nlattr *attr = first(head);

    mnl_attr_put(head, 5 | NLA_F_NET_BYTEORDER, 8, "\1\2\3\4\5\6\7");
    CHECK(mnl_attr_get_type(attr) == 5 && mnl_attr_get_len(attr) == 12 && mnl_attr_get_payload_len(attr) == 8);
    CHECK((char *)mnl_attr_get_payload(attr) == buf + 20 && mnl_attr_get_str(attr) == buf + 20);
    CHECK(mnl_attr_get_u8(attr) == 1 && memcmp(buf + 20, &(uint16_t){ mnl_attr_get_u16(attr) }, 2) == 0);
    CHECK(memcmp(buf + 20, &(uint32_t){ mnl_attr_get_u32(attr) }, 4) == 0);
    CHECK(memcmp(buf + 20, &(uint64_t){ mnl_attr_get_u64(attr) }, 8) == 0);
    CHECK(mnl_attr_ok(attr, 12) && !mnl_attr_ok(attr, 11) && !mnl_attr_ok(attr, -1));
    CHECK((char *)mnl_attr_next(attr) == buf + 28);
    CHECK(mnl_attr_type_valid(attr, 5) == 1);
    FAILS(EOPNOTSUPP, mnl_attr_type_valid(attr, 4));
    CHECK(mnl_attr_validate(attr, MNL_TYPE_U64) == 0 && mnl_attr_validate2(attr, MNL_TYPE_BINARY, 8) == 0);
    FAILS(ERANGE, mnl_attr_validate(attr, MNL_TYPE_U32));
    FAILS(ERANGE, mnl_attr_validate2(attr, MNL_TYPE_BINARY, 9));
    FAILS(EINVAL, mnl_attr_validate(attr, MNL_TYPE_MAX));
    buf[27] = 'x';
    FAILS(EINVAL, mnl_attr_validate(attr, MNL_TYPE_NUL_STRING));
}

static void numbers_of_any_width(void)
{
    struct nlattr *attr = first(message(20));
    uint16_t len;

    if (!get_uint)
        return;
    for (len = 1; len <= 8; len *= 2) {
        memset(attr, 0, 12);
        attr->nla_len = (uint16_t)(4 + len);
        memset(attr + 1, 1, len);
        CHECK(get_uint(attr) == 0x0101010101010101u >> (64 - 8 * len));
    }
    attr->nla_len = 4 + 3;
    CHECK(get_uint(attr) == UINT64_MAX);
    attr->nla_len = 0;
    CHECK(get_uint(attr) == UINT64_MAX);
}

static void putting(void)
{
    static const unsigned char wanted[] = { 1, 0, 0, 0, 2, 2, 0, 0, 'a', 'b', 0, 0, 'a', 'b', 'c', 0 };
    struct nlmsghdr *head = message(20);
    unsigned i;

    mnl_attr_put_u8(head, 1, 1);
    mnl_attr_put_u16(head, 1, 0x0202);
    mnl_attr_put_str(head, 1, "ab");
    mnl_attr_put_strz(head, 1, "abc");
    for (i = 0; i < 4; i++)
        CHECK(!get_uint || memcmp(buf + 20 + 8 * i, wanted + 4 * i, 4) == 0);
    mnl_attr_put_u32(head, 1, 3);
    mnl_attr_put_u64(head, 1, 4);
    mnl_attr_put(head, 0xffff, 0, NULL);
    CHECK(head->nlmsg_len == 16 + 5 * 8 + 12 + 4);
}

static void putting_with_limits(void)
{
    struct nlmsghdr *head = message(20);

    CHECK(mnl_attr_put_u8_check(head, 24, 1, 1) && !mnl_attr_put_u8_check(head, 31, 1, 1));
    CHECK(mnl_attr_put_u16_check(head, 32, 1, 1) && !mnl_attr_put_u16_check(head, 39, 1, 1));
    CHECK(mnl_attr_put_u32_check(head, 40, 1, 1) && !mnl_attr_put_u32_check(head, 47, 1, 1));
    CHECK(mnl_attr_put_u64_check(head, 52, 1, 1) && !mnl_attr_put_u64_check(head, 63, 1, 1));
    CHECK(mnl_attr_put_str_check(head, 60, 1, "abcd") && !mnl_attr_put_str_check(head, 67, 1, "a"));
    CHECK(mnl_attr_put_strz_check(head, 68, 1, "abc") && !mnl_attr_put_strz_check(head, 79, 1, "abcd"));
    CHECK(mnl_attr_put_check(head, 76, 1, 4, "abcd") && !mnl_attr_put_check(head, 83, 1, 4, "abcd"));
    CHECK(mnl_attr_nest_start_check(head, 79, 1) == NULL && head->nlmsg_len == 76);
    CHECK(mnl_attr_nest_start_check(head, 80, 1) != NULL && head->nlmsg_len == 80);
}

static void nests(void)
{
    struct nlmsghdr *head = message(20);
    struct nlattr *outer = mnl_attr_nest_start(head, 1), *inner;

    mnl_attr_put_u32(head, 2, 5);
    inner = mnl_attr_nest_start(head, 3);
    mnl_attr_put_u32(head, 4, 6);
    mnl_attr_nest_cancel(head, inner);
    mnl_attr_nest_end(head, outer);
    CHECK(outer->nla_len == 12 && outer->nla_type == (1 | NLA_F_NESTED) && head->nlmsg_len == 28);
}

static int until_two(const struct nlattr *attr, void *data)
{
    (*(int *)data)++;
    return mnl_attr_get_type(attr) == 2 ? MNL_CB_STOP : 7;
}

static void walking(void)
{
    struct nlmsghdr *head = message(20);
    struct nlattr *nest = mnl_attr_nest_start(head, 9), *attr;
    int seen = 0;

    mnl_attr_put_u32(head, 1, 0);
    mnl_attr_nest_end(head, nest);
    CHECK(mnl_attr_parse(head, 0, until_two, &seen) == 7 && seen == 1);
    CHECK(mnl_attr_parse_nested(nest, until_two, &seen) == 7 && seen == 2);
    mnl_attr_put_u32(head, 2, 0);
    mnl_attr_put_u32(head, 3, 0);
    CHECK(mnl_attr_parse(head, 0, until_two, &seen) == MNL_CB_STOP && seen == 4);
    CHECK(mnl_attr_parse(head, 500, until_two, &seen) == MNL_CB_OK && seen == 4);
    CHECK(mnl_attr_parse_payload(buf + 16, 12, until_two, &seen) == 7 && seen == 5);
    mnl_attr_for_each(attr, head, 0)
        seen++;
    mnl_attr_for_each_nested(attr, nest)
        seen++;
    mnl_attr_for_each_payload(mnl_nlmsg_get_payload(head), 12)
        seen++;
    CHECK(seen == 10);
}

static int answer(const struct nlmsghdr *head, void *data)
{
    (void)head;
    return *(int *)data;
}

static void running(void)
{
    struct nlmsghdr *head = message(20);
    struct nlmsgerr *error;
    mnl_cb_t control[NLMSG_MIN_TYPE] = { 0 };
    int wanted = 5;

    head->nlmsg_seq = head->nlmsg_pid = 3;
    CHECK(mnl_cb_run(buf, 16, 3, 3, answer, &wanted) == 5);
    FAILS(EPROTO, mnl_cb_run(buf, 16, 4, 3, answer, &wanted));
    FAILS(ESRCH, mnl_cb_run(buf, 16, 4, 4, answer, &wanted));
    head->nlmsg_flags = NLM_F_DUMP_INTR;
    FAILS(EINTR, mnl_cb_run(buf, 16, 3, 3, answer, &wanted));
    head = message(NLMSG_DONE);
    CHECK(mnl_cb_run(buf, 16, 0, 0, answer, &wanted) == MNL_CB_STOP);
    CHECK(mnl_cb_run2(buf, 16, 0, 0, answer, &wanted, control, NLMSG_MIN_TYPE) == MNL_CB_OK);
    control[NLMSG_DONE] = answer;
    CHECK(mnl_cb_run2(buf, 16, 0, 0, NULL, &wanted, control, NLMSG_MIN_TYPE) == 5);
    head = message(NLMSG_ERROR);
    FAILS(EBADMSG, mnl_cb_run(buf, 16, 0, 0, NULL, NULL));
    error = mnl_nlmsg_put_extra_header(head, sizeof *error);
    CHECK(mnl_cb_run(buf, head->nlmsg_len, 0, 0, NULL, NULL) == MNL_CB_STOP && errno == 0);
    error->error = -ENODEV;
    FAILS(ENODEV, mnl_cb_run(buf, head->nlmsg_len, 0, 0, NULL, NULL));
}

static void refused_sockets(void)
{
    struct mnl_socket *adopted;
    int pipes[2];

    errno = 0;
    CHECK(mnl_socket_open(4242) == NULL && errno == EPROTONOSUPPORT);
    CHECK(mnl_socket_fdopen(-1) == NULL && errno == EBADF);
    if (pipe(pipes) == 0)
        CHECK(mnl_socket_fdopen(pipes[0]) == NULL && errno == ENOTSOCK);
    adopted = mnl_socket_fdopen(socket(AF_UNIX, SOCK_DGRAM, 0));
    CHECK(adopted && mnl_socket_get_portid(adopted) == 0);
    CHECK(mnl_socket_close(adopted) == 0);
}

static void sockets(void)
{
    struct mnl_socket *socket = mnl_socket_open(NETLINK_ROUTE), *other = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
    struct nlmsghdr *head = message(RTM_GETLINK);
    int one = 1;
    socklen_t len = sizeof one;

    CHECK(fcntl(mnl_socket_get_fd(socket), F_GETFD) == 0 && fcntl(mnl_socket_get_fd(other), F_GETFD) == FD_CLOEXEC);
    CHECK(mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) == 0 && mnl_socket_get_portid(socket) != 0);
    FAILS(EADDRINUSE, mnl_socket_bind(other, 0, (pid_t)mnl_socket_get_portid(socket)));
    CHECK(mnl_socket_get_portid(other) == mnl_socket_get_portid(socket));
    CHECK(mnl_socket_setsockopt(socket, NETLINK_CAP_ACK, &one, sizeof one) == 0);
    one = 0;
    CHECK(mnl_socket_getsockopt(socket, NETLINK_CAP_ACK, &one, &len) == 0 && one == 1 && len == 4);
    FAILS(ENOPROTOOPT, mnl_socket_setsockopt(socket, 999, &one, sizeof one));
    head->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    mnl_nlmsg_put_extra_header(head, sizeof(struct ifinfomsg));
    CHECK(mnl_socket_sendto(socket, head, head->nlmsg_len) == 32);
    FAILS(ENOSPC, mnl_socket_recvfrom(socket, buf, 64));
    CHECK(mnl_socket_recvfrom(socket, buf, sizeof buf) > 0);
    CHECK(mnl_socket_close(socket) == 0 && mnl_socket_close(other) == 0);
}

int main(void)
{
    *(void **)&get_uint = dlsym(RTLD_DEFAULT, "mnl_attr_get_uint");
    messages();
    printing();
    batches();
    reading();
    numbers_of_any_width();
    putting();
    putting_with_limits();
    nests();
    walking();
    running();
    refused_sockets();
    sockets();
    return faults != 0;
}
