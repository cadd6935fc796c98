/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What the tests of single netlink protocols share. */
#ifndef RNL_TEST_PROTOCOL_H
#define RNL_TEST_PROTOCOL_H

#include "kernel.h"
#include "wire.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

/* Opens a socket of a protocol that not every kernel has; without it, the whole test is left out. */
static inline struct rnl_sock *open_protocol(int protocol, const char *name, const struct rnl_opts *opts)
{
    struct rnl_sock *sock = NULL;
    char reason[64];
    int result = rnl_sock_open(&sock, protocol, opts, NULL);

    if (result == -EPROTONOSUPPORT) {
        snprintf(reason, sizeof reason, "kernel lacks %s", name);
        skip(reason);
    }
    NEED(result == 0);
    EXPECT(protocol, rnl_sock_protocol(sock));
    return sock;
}

/* A socket in the network namespace of a process, NULL if this user may not have one or nobody answers there. */
static inline struct rnl_sock *open_beside(pid_t process, int protocol)
{
    struct rnl_opts opts = { .size = sizeof opts, .flags = RNL_OPEN_NETNS };
    struct rnl_sock *sock = NULL;
    char which[16];

    snprintf(which, sizeof which, "%d", (int)process);
    opts.netns_fd = rnl_netns_open(which, NULL);
    if (opts.netns_fd < 0)
        return NULL;
    /* One byte is less than any message: whoever receives it ignores it. */
    if (rnl_sock_open(&sock, protocol, &opts, NULL) == 0 && rnl_sock_send(sock, "", 1, 0, 0, NULL) != 0) {
        EXPECT(0, rnl_sock_close(sock));
        sock = NULL;
    }
    close(opts.netns_fd);
    return sock;
}

/*
 * Some protocols answer in the machine's first network namespace only. A socket in there, to ask for what changes
 * nothing: by way of the first process, or of the one that has started the test and its namespace. An ordinary user
 * may not enter it.
 */
static inline struct rnl_sock *open_outside(int protocol, const char *name)
{
    struct rnl_sock *sock = open_beside(1, protocol);
    char reason[128];

    if (!sock)
        sock = open_beside(getppid(), protocol);
    snprintf(reason, sizeof reason, "kernel lacks %s in the network namespaces that this user may enter", name);
    if (!sock)
        skip(reason);
    return sock;
}

/* Whether this is user-mode Linux: a guest that is thrown away, which a test may change. */
static inline bool is_disposable(void)
{
    char text[256] = "";
    int fd = open("/proc/cpuinfo", O_RDONLY | O_CLOEXEC);

    NEED(fd >= 0 && read(fd, text, sizeof text - 1) > 0);
    close(fd);
    return strstr(text, "User Mode Linux") != NULL;
}

static inline uint32_t port_of(struct rnl_sock *sock)
{
    uint32_t port = 0;

    NEED(rnl_sock_port(sock, &port) == 0);
    return port;
}

/* A request that begins with this fixed header. */
static inline struct rnl_msg *request(uint16_t type, uint16_t flags, const void *header, size_t size)
{
    struct rnl_msg *msg = rnl_msg_new(type, flags);

    NEED(msg && rnl_msg_put_header(msg, header, size) == 0);
    return msg;
}

/* The reply to a request that must succeed; frees the request. */
static inline struct rnl_reply *ask(struct rnl_sock *sock, struct rnl_msg *msg)
{
    struct rnl_reply *reply = NULL;

    WORKS(0, rnl_sock_call(sock, msg, SOON, &reply, &test_err));
    NEED(reply);
    rnl_msg_free(msg);
    return reply;
}

/* A request that the kernel must refuse; frees it. */
static inline void is_refused(struct rnl_sock *sock, int number, struct rnl_msg *msg)
{
    FAILS(number, RNL_FROM_KERNEL, rnl_sock_call(sock, msg, SOON, NULL, &test_err));
    rnl_msg_free(msg);
}

/* Starts a consistent dump; frees the request. */
static inline struct rnl_dump *dump_of(struct rnl_sock *sock, struct rnl_msg *msg)
{
    struct rnl_dump *dump = NULL;

    WORKS(0, rnl_dump_start(&dump, sock, msg, RNL_DUMP_CONSISTENT, SOON, &test_err));
    NEED(dump);
    rnl_msg_free(msg);
    return dump;
}

/* The next object of a dump; at the end the dump is freed. A dump that fails is a fault. */
static inline bool dump_goes_on(struct rnl_dump *dump, struct rnl_view *out)
{
    int result = rnl_dump_next(dump, out, &test_err);

    if (result == 1)
        return true;
    EQUAL(0, result);
    EXPECT(0, rnl_dump_free(dump));
    return false;
}

/* The next notification, which must come and be of this type. */
static inline struct rnl_view await(struct rnl_sock *sock, uint16_t type)
{
    struct rnl_view view;

    memset(&view, 0, sizeof view);
    WORKS(1, rnl_sock_next(sock, &view, SOON, &test_err));
    NEED(view.msg.ptr);
    EQUAL(type, view.type);
    return view;
}

/* The attribute of this type behind a fixed header of `fixed` bytes; ptr NULL if there is none. */
static inline struct rnl_attr attr_of(const struct rnl_view *view, size_t fixed, uint16_t type)
{
    struct rnl_attr attr = NO_ATTR;
    struct rnl_attrs walk;

    NEED(rnl_view_attrs(view, fixed, &walk) == 0);
    rnl_attrs_find(&walk, type, &attr);
    return attr;
}

/* The attribute of this type inside a nest; ptr NULL if there is none. */
static inline struct rnl_attr attr_in(struct rnl_attr nest, uint16_t type)
{
    struct rnl_attr attr = NO_ATTR;
    struct rnl_attrs walk;

    if (nest.data.ptr && rnl_attr_nested(&nest, &walk) == 0)
        rnl_attrs_find(&walk, type, &attr);
    return attr;
}

/* Values of attributes; what is not there or has another width is a fault. */
static inline uint64_t number_in(struct rnl_attr attr)
{
    uint64_t value = 0;

    EXPECT(0, rnl_attr_uint(&attr, &value));
    return value;
}

static inline uint16_t be16_in(struct rnl_attr attr)
{
    uint16_t value = 0;

    EXPECT(0, rnl_attr_be16(&attr, &value));
    return value;
}

static inline uint32_t be32_in(struct rnl_attr attr)
{
    uint32_t value = 0;

    EXPECT(0, rnl_attr_be32(&attr, &value));
    return value;
}

#define TEXT_IS(wanted, attr) SAME_TEXT(wanted, text_in(attr, (char[256]){ 0 }))

static inline const char *text_in(struct rnl_attr attr, char text[256])
{
    CHECK(rnl_attr_strcpy(&attr, text, 256) >= 0);
    return text;
}

/* The number by which the kernel knows a socket or a file. */
static inline uint32_t inode_of(int fd)
{
    struct stat state;

    NEED(fstat(fd, &state) == 0);
    return (uint32_t)state.st_ino;
}

/* An address of loopback in network order. */
static inline struct sockaddr_in loopback(uint16_t port)
{
    struct sockaddr_in address;

    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

/* An internet socket bound to 127.0.0.1 and a port that is free. */
static inline int bound_socket(int type)
{
    struct sockaddr_in address = loopback(0);
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

    NEED(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
    return fd;
}

static inline uint16_t port_number(int fd)
{
    struct sockaddr_in address;
    socklen_t len = sizeof address;

    NEED(getsockname(fd, (struct sockaddr *)&address, &len) == 0);
    return ntohs(address.sin_port);
}

static inline void send_text(int fd, uint16_t port, const char *text)
{
    struct sockaddr_in address = loopback(port);

    NEED(sendto(fd, text, strlen(text), 0, (struct sockaddr *)&address, sizeof address) == (ssize_t)strlen(text));
}

/* Whether something is there to read within so many milliseconds. */
static inline bool is_readable(int fd, int timeout)
{
    struct pollfd wait = { fd, POLLIN, 0 };

    return poll(&wait, 1, timeout) == 1;
}

#endif
