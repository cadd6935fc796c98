/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What passes through a socket, as lines and in Wireshark's format. */
#include "family.h"

#include <sys/mman.h>

static int scratch(void)
{
    int fd = memfd_create("trace", MFD_CLOEXEC);

    NEED(fd >= 0);
    return fd;
}

static size_t contents(int fd, char *to, size_t size)
{
    ssize_t n = pread(fd, to, size - 1, 0);

    NEED(n >= 0 && n < (ssize_t)size - 1);
    to[n] = '\0';
    return (size_t)n;
}

static void says(const char *text, const char *part)
{
    if (!strstr(text, part))
        FAULT("no \"%s\" in \"%s\"", part, text);
}

static void lines_name_messages_and_attributes(struct rnl_sock *sock)
{
    struct rnl_msg *msg = link_msg(RTM_GETLINK, 0, LO);
    char text[1 << 16];
    size_t len;
    int fd = scratch();

    WORKS(0, rnl_sock_trace(sock, fd, RNL_TRACE_TEXT, &test_err));
    deliver(sock, msg);
    FAILS(ENODEV, RNL_FROM_KERNEL, rnl_sock_call(sock, msg = link_msg(RTM_GETLINK, 0, 9999), SOON, NULL, &test_err));
    rnl_msg_free(msg);
    len = contents(fd, text, sizeof text);
    says(text, " > getlink ");
    says(text, " request ack {");
    says(text, "ifi-index: 1");
    says(text, " < getlink ");
    says(text, "ifname: \"lo\"");
    says(text, " < ack ");
    says(text, " < error ");
    says(text, "ENODEV: No such device");
    WORKS(0, rnl_sock_trace(sock, -1, RNL_TRACE_OFF, &test_err));
    deliver(sock, link_msg(RTM_GETLINK, 0, LO));
    EQUAL(len, contents(fd, text, sizeof text));
    close(fd);
}

static uint32_t word(const char *at)
{
    uint32_t word;

    memcpy(&word, at, sizeof word);
    return word;
}

/* The length of a block of pcapng, which stands at both of its ends. */
static size_t block(const char *at, size_t left, uint32_t type)
{
    size_t len = left >= 12 ? word(at + 4) : 0;

    NEED(len >= 12 && len <= left && len % 4 == 0);
    EQUAL(type, word(at));
    EQUAL(len, word(at + len - 4));
    return len;
}

static void datagrams_are_recorded(struct rnl_sock *sock)
{
    char file[1 << 16];
    size_t len, at = 0, packets = 0;
    int fd = scratch();

    WORKS(0, rnl_sock_trace(sock, fd, RNL_TRACE_PCAPNG, &test_err));
    deliver(sock, link_msg(RTM_GETLINK, 0, LO));
    WORKS(0, rnl_sock_trace(sock, -1, RNL_TRACE_OFF, &test_err));
    len = contents(fd, file, sizeof file);
    EQUAL(0x1a2b3c4d, word(file + 8));
    at += block(file, len, 0x0a0d0d0a);
    /* The link type of netlink. */
    EQUAL(253, (uint16_t)word(file + at + 8));
    at += block(file + at, len - at, 1);
    for (; at < len; packets++)
        at += block(file + at, len - at, 6);
    /* The request, the link and the acknowledgement. */
    EQUAL(3, packets);
    close(fd);
}

static void a_trace_that_fails_ends(struct rnl_sock *sock)
{
    int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

    NEED(fd >= 0);
    FAILS(ENOSPC, RNL_FROM_SOCKET, rnl_sock_trace(sock, fd, RNL_TRACE_PCAPNG, &test_err));
    WORKS(0, rnl_sock_trace(sock, fd, RNL_TRACE_TEXT, &test_err));
    deliver(sock, link_msg(RTM_GETLINK, 0, LO));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_trace(sock, fd, 3, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_sock_trace(NULL, fd, RNL_TRACE_TEXT, &test_err));
    close(fd);
}

static void the_environment_decides(void)
{
    char name[] = "/tmp/rnl-trace-XXXXXX", file[1 << 16];
    int fd = mkstemp(name);
    struct rnl_sock *sock;

    NEED(fd >= 0 && setenv("RNL_TRACE", name, 1) == 0);
    sock = open_sock(NETLINK_ROUTE);
    deliver(sock, link_msg(RTM_GETLINK, 0, LO));
    EXPECT(0, rnl_sock_close(sock));
    CHECK(contents(fd, file, sizeof file) > 100);
    unsetenv("RNL_TRACE");
    unlink(name);
    close(fd);
}

int main(void)
{
    struct rnl_sock *sock;

    in_namespace();
    sock = open_sock(NETLINK_ROUTE);
    lines_name_messages_and_attributes(sock);
    datagrams_are_recorded(sock);
    a_trace_that_fails_ends(sock);
    EXPECT(0, rnl_sock_close(sock));
    the_environment_decides();
    return test_end();
}
