/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Memory that runs out at every place where it can: each scenario runs with its first, its second, ... allocation
 * failing, until none is left to fail. Each time it must say -ENOMEM or NULL, or do its work, perhaps with less to
 * say; nothing may leak, and what there is must still work.
 *
 * The program's own malloc() takes the place of libc's, also for the library. valgrind does not let it.
 * modes: plain asan
 */
#include "kernel.h"
#include "wire.h"

#include <linux/genetlink.h>
#include <sys/socket.h>

/* Beside 127.0.0.1: more than fit into one datagram. */
#define ADDRESSES 500

/* ---- Allocations, counted and failed. */

/* Allocations until the one that fails, if positive; blocks that are live. */
static long until_failure, live;
/* Only what the library allocates is counted. */
static bool counting;

static bool fails_now(void)
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

/* ---- What every scenario needs. */

/* Fresh for each run, so that what they keep for the next time is no leak. */
static struct rnl_sock *route, *generic, *monitor;
static struct rnl_sock *other;
static int elsewhere;

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

/* ---- Scenarios. */

static void build(void)
{
    struct rnl_msg *msg = rnl_msg_new(RTM_NEWLINK, 0);
    struct rnl_bytes bytes;
    char big[2000] = "";
    int i;

    if (!made(msg))
        return;
    for (i = 0; i < 5; i++) {
        rnl_msg_nest_begin(msg, 18);
        rnl_msg_put_bytes(msg, 1, big, sizeof big);
        rnl_msg_put_str(msg, 2, "text");
        rnl_msg_put_ip(msg, 3, "192.0.2.1");
        rnl_msg_put_u64_aligned(msg, 4, 5, 6);
        rnl_msg_nest_end(msg);
    }
    good(rnl_msg_bytes(msg, &bytes));
    good(rnl_msg_reset(msg, RTM_GETLINK, 0));
    good(rnl_msg_put_raw(msg, big, sizeof big));
    rnl_msg_free(msg);
}

/* A failure that sticks: its error has a path. */
static void build_wrong(void)
{
    struct rnl_msg *msg = rnl_genl_msg(16, 1, 1, 0);
    struct rnl_err *err = NULL;
    int result;

    if (!made(msg))
        return;
    rnl_msg_nest_begin(msg, 18);
    rnl_msg_put_mac(msg, 1, "no mac");
    result = rnl_msg_status(msg, NETLINK_ROUTE, &err);
    failure(-EINVAL, result, err);
    rnl_msg_free(msg);
}

static void open_and_close(void)
{
    struct rnl_opts opts = { .size = sizeof opts, .flags = RNL_OPEN_NETNS, .netns_fd = elsewhere };
    struct rnl_sock *sock = NULL;
    uint32_t groups[4];

    if (good(rnl_sock_open(&sock, NETLINK_ROUTE, NULL, NULL))) {
        good(rnl_sock_join(sock, RTNLGRP_BRVLAN, NULL));
        good(rnl_sock_groups(sock, groups, 4, NULL));
    }
    rnl_sock_close(sock);
    sock = NULL;
    good(rnl_sock_open(&sock, NETLINK_ROUTE, &opts, NULL));
    rnl_sock_close(sock);
}

static void fail_to_open(void)
{
    struct rnl_sock *sock = NULL;
    struct rnl_err *err = NULL;
    int result = rnl_sock_open(&sock, 31, NULL, &err);

    failure(-EPROTONOSUPPORT, result, err);
    err = NULL;
    result = rnl_netns_open("rnl-nobody", &err);
    failure(-ENOENT, result, err);
}

/* A descriptor that is not adopted stays open. */
static void adopt(void)
{
    struct rnl_sock *sock = NULL;
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

    if (!good(rnl_sock_adopt(&sock, fd, NULL, NULL))) {
        other_failure += fcntl(fd, F_GETFD) < 0;
        close(fd);
    }
    rnl_sock_close(sock);
}

static void open_namespace(void)
{
    int fd = rnl_netns_open("/proc/self/ns/net", NULL);

    if (good(fd))
        close(fd);
}

static void call(struct rnl_sock *sock)
{
    struct rnl_msg *msg = rnl_msg_new(RTM_GETLINK, 0);
    struct ifinfomsg header = { AF_UNSPEC, 0, 0, LO, 0, 0 };
    struct rnl_reply *reply = NULL;
    struct rnl_view view;

    if (!made(msg))
        return;
    rnl_msg_put_header(msg, &header, sizeof header);
    if (good(rnl_sock_call(sock, msg, SOON, &reply, NULL)))
        other_failure += rnl_reply_next(reply, &view) != 1;
    else
        other_failure += reply != NULL;
    rnl_reply_free(reply);
    rnl_msg_free(msg);
}

static void call_route(void)
{
    call(route);
}

/* The kernel refuses with a text, a place and a policy. */
static void be_refused(void)
{
    struct rnl_msg *msg = rnl_msg_new(RTM_NEWLINK, NLM_F_CREATE);
    struct ifinfomsg header = { AF_UNSPEC, 0, 0, 0, 0, 0 };
    struct rnl_err *err = NULL;
    int result;

    if (!made(msg))
        return;
    rnl_msg_put_header(msg, &header, sizeof header);
    rnl_msg_put_str(msg, IFLA_IFNAME, "a-name-beyond-fifteen");
    result = rnl_sock_call(route, msg, SOON, NULL, &err);
    failure(-ERANGE, result, err);
    rnl_msg_free(msg);
}

/* Reads a dump to its end. One that ends well is whole. */
static void read_dump(struct rnl_dump *dump)
{
    struct rnl_view view;
    int n = 0, result;

    while ((result = rnl_dump_next(dump, &view, NULL)) == 1)
        n++;
    other_failure += good(result) && n != ADDRESSES + 1;
}

static void dump(int mode)
{
    struct rnl_msg *msg = rnl_msg_new(RTM_GETADDR, 0);
    struct ifaddrmsg header = { AF_INET, 0, 0, 0, 0 };
    struct rnl_dump *one = NULL, *two = NULL;

    if (!made(msg))
        return;
    rnl_msg_put_header(msg, &header, sizeof header);
    if (good(rnl_dump_start(&one, route, msg, mode, SOON, NULL)) &&
        good(rnl_dump_start(&two, route, msg, mode, SOON, NULL))) {
        /* The second makes the first keep what comes for it. */
        read_dump(two);
        read_dump(one);
    }
    rnl_dump_free(one);
    rnl_dump_free(two);
    rnl_msg_free(msg);
}

static void dump_consistent(void)
{
    dump(RNL_DUMP_CONSISTENT);
}

static void dump_stream(void)
{
    dump(RNL_DUMP_STREAM);
}

/* A notification for which there is no memory is missing: that is said. */
static void keep_notifications(void)
{
    struct rnl_view view;
    int i, n = 0, result;

    counting = false;
    for (i = 0; i < 3; i++)
        set_alias_number(other, i);
    counting = true;
    call(monitor);
    while ((result = rnl_sock_next(monitor, &view, 0, NULL)) != 0 && n < 10) {
        no_memory += result == -ENOBUFS || result == -ENOMEM;
        other_failure += result < 0 && result != -ENOBUFS && result != -ENOMEM;
        n++;
    }
    other_failure += result != 0 || (n != 3 && no_memory == 0);
}

static void find_family(void)
{
    struct rnl_genl_group group = { NULL, 0, 0 };
    struct rnl_genl *genl = NULL;
    struct rnl_err *err = NULL;
    int result;

    if (good(rnl_genl_find(&genl, generic, "nlctrl", SOON, NULL))) {
        /* A family that was found has its names. */
        other_failure += rnl_genl_name(genl) == NULL || rnl_genl_group_at(genl, 0, &group) != 1 || group.name == NULL;
    }
    rnl_genl_free(genl);
    genl = NULL;
    result = rnl_genl_find(&genl, generic, "rnl-nobody", SOON, &err);
    failure(-ENOENT, result, err);
}

static struct wire family_message;

static void parse_family(void)
{
    struct rnl_view view = wire_view(&family_message);
    struct rnl_genl *genl = NULL;

    if (good(rnl_genl_parse(&genl, &view)))
        other_failure += rnl_genl_name(genl) == NULL;
    rnl_genl_free(genl);
}

static void ask_policy(void)
{
    struct rnl_policy *policy = NULL;
    struct rnl_policy_rule rule;
    struct rnl_policy_use use;

    if (good(rnl_policy_get(&policy, generic, GENL_ID_CTRL, -1, SOON, NULL)))
        other_failure += rnl_policy_rule_at(policy, 3, &rule) != 1 || rnl_policy_use_at(policy, 0, &use) != 1;
    rnl_policy_free(policy);
}

static struct wire verdict_message;

static void read_verdict(void)
{
    struct rnl_view view = wire_view(&verdict_message);
    struct rnl_bytes request = { verdict_message.at + 20, 16 };
    struct rnl_err *err = NULL;
    int result = rnl_view_status(&view, NETLINK_ROUTE, &request, &err);

    failure(-EPERM, result, err);
}

/* A datagram that did not fit: the next call makes room. */
static void receive(void)
{
    struct rnl_opts opts = { .size = sizeof opts, .max_datagram = 8192 };
    struct rnl_datagram got;
    struct rnl_sock *sock = NULL;
    static char big[20000];
    uint32_t port = 0;
    int result;

    if (good(rnl_sock_open(&sock, NETLINK_USERSOCK, &opts, NULL))) {
        good(rnl_sock_port(sock, &port));
        good(rnl_sock_send(sock, big, sizeof big, port, 0, NULL));
        good(rnl_sock_send(sock, big, sizeof big, port, 0, NULL));
        failure(-EMSGSIZE, rnl_sock_recv(sock, &got, SOON, NULL), NULL);
        result = rnl_sock_recv(sock, &got, SOON, NULL);
        if (result == -ENOMEM)
            result = rnl_sock_recv(sock, &got, SOON, NULL), no_memory++;
        good(result);
    }
    rnl_sock_close(sock);
}

/* ---- The runs. */

static const struct {
    const char *name;
    void (*run)(void);
} scenarios[] = {
    { "build", build },
    { "build wrong", build_wrong },
    { "open and close", open_and_close },
    { "fail to open", fail_to_open },
    { "adopt", adopt },
    { "open a namespace", open_namespace },
    { "call", call_route },
    { "be refused", be_refused },
    { "dump, consistent", dump_consistent },
    { "dump, stream", dump_stream },
    { "find a family", find_family },
    { "parse a family", parse_family },
    { "ask for a policy", ask_policy },
    { "read a verdict", read_verdict },
    { "receive", receive },
    { "keep notifications", keep_notifications },
};

static void open_sockets(void)
{
    NEED(rnl_sock_open(&route, NETLINK_ROUTE, NULL, NULL) == 0);
    NEED(rnl_sock_open(&generic, NETLINK_GENERIC, NULL, NULL) == 0);
    NEED(rnl_sock_open(&monitor, NETLINK_ROUTE, NULL, NULL) == 0);
    NEED(rnl_sock_join(monitor, RTNLGRP_LINK, NULL) == 0);
}

static void close_sockets(void)
{
    NEED(rnl_sock_close(route) == 0);
    NEED(rnl_sock_close(generic) == 0);
    NEED(rnl_sock_close(monitor) == 0);
}

/* Runs one scenario with its n-th allocation failing (0: none); true if there was such an allocation. */
static bool run(size_t scenario, long n)
{
    bool reached;

    no_memory = other_failure = 0;
    live = 0;
    counting = true;
    open_sockets();
    until_failure = n;
    scenarios[scenario].run();
    reached = n > 0 && until_failure == 0;
    until_failure = 0;
    close_sockets();
    counting = false;
    if (other_failure)
        FAULT("%s, allocation %ld: %d results neither right nor -ENOMEM", scenarios[scenario].name, n, other_failure);
    if (live != 0)
        FAULT("%s, allocation %ld: %ld blocks leaked", scenarios[scenario].name, n, live);
    return reached;
}

static void exhaust(size_t scenario)
{
    long n = 1;
    int told = 0;

    run(scenario, 0);
    CHECK(no_memory == 0);
    for (; run(scenario, n); n++)
        told += no_memory > 0;
    printf("%s: %ld allocations, %d failures told\n", scenarios[scenario].name, n - 1, told);
    CHECK(n > 1 && told > 0);
}

static void prepare(void)
{
    struct rnl_msg *msg = rnl_genl_msg(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, 0);
    struct nlmsghdr header = { 0, NLMSG_ERROR, NLM_F_CAPPED | NLM_F_ACK_TLVS, 1, 1 };
    struct nlmsghdr quoted = { 16, RTM_NEWLINK, 0, 1, 0 };
    struct rnl_reply *reply = NULL;
    struct wire body = { 0, { 0 } };
    struct rnl_view view;
    int error = -EPERM;
    uint32_t i;

    rnl_msg_put_str(msg, CTRL_ATTR_FAMILY_NAME, "nlctrl");
    NEED(rnl_sock_call(generic, msg, SOON, &reply, NULL) == 0 && rnl_reply_next(reply, &view) == 1);
    wire_raw(&family_message, view.msg.ptr, view.msg.len);
    rnl_reply_free(reply);
    rnl_msg_free(msg);
    wire_raw(&body, &error, sizeof error);
    wire_raw(&body, &quoted, sizeof quoted);
    wire_str(&body, NLMSGERR_ATTR_MSG, "no");
    wire_attr(&body, NLMSGERR_ATTR_COOKIE, "1234", 4);
    wire_attr(&body, NLMSGERR_ATTR_POLICY, "\4\0\1\0", 4);
    wire_u32(&body, NLMSGERR_ATTR_MISS_TYPE, IFLA_IFNAME);
    wire_message(&verdict_message, header, body.at, body.len);
    for (i = 0; i < ADDRESSES; i++)
        deliver(route, address_msg(RTM_NEWADDR, i));
}

int main(void)
{
    size_t i;

    in_namespace();
    elsewhere = rnl_netns_open("/proc/self/ns/net", NULL);
    other = open_sock(NETLINK_ROUTE);
    open_sockets();
    prepare();
    close_sockets();
    for (i = 0; i < sizeof scenarios / sizeof *scenarios; i++)
        exhaust(i);
    close(elsewhere);
    EXPECT(0, rnl_sock_close(other));
    return test_end();
}
