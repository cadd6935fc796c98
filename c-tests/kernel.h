/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Requests to the kernel, in a network namespace of the test's own: nothing but loopback is there at first. */
#ifndef RNL_TEST_KERNEL_H
#define RNL_TEST_KERNEL_H

#include "test.h"

#include <linux/rtnetlink.h>
#include <net/if.h>

/* The index of loopback in every namespace. */
#define LO 1

static inline struct rnl_sock *open_sock(int protocol)
{
    struct rnl_sock *sock = NULL;

    test_forget();
    if (rnl_sock_open(&sock, protocol, NULL, &test_err) != 0) {
        printf("%s\n", rnl_err_text(test_err));
        exit(1);
    }
    return sock;
}

/* RTM_*LINK for one link, or for all (0). */
static inline struct rnl_msg *link_msg(uint16_t type, uint16_t flags, int index)
{
    struct ifinfomsg header = { AF_UNSPEC, 0, 0, index, 0, 0 };
    struct rnl_msg *msg = rnl_msg_new(type, flags);

    NEED(msg && rnl_msg_put_header(msg, &header, sizeof header) == 0);
    return msg;
}

/* A request that must succeed; frees it. */
static inline void deliver(struct rnl_sock *sock, struct rnl_msg *msg)
{
    WORKS(0, rnl_sock_call(sock, msg, SOON, NULL, &test_err));
    rnl_msg_free(msg);
}

/* Makes a link of a kind that has no data; gives the result. */
static inline int add_link(struct rnl_sock *sock, const char *name, const char *kind)
{
    struct rnl_msg *msg = link_msg(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
    int result;

    rnl_msg_put_str(msg, IFLA_IFNAME, name);
    rnl_msg_nest_begin(msg, IFLA_LINKINFO);
    rnl_msg_put_str(msg, IFLA_INFO_KIND, kind);
    rnl_msg_nest_end(msg);
    result = rnl_sock_call(sock, msg, SOON, NULL, NULL);
    rnl_msg_free(msg);
    return result;
}

/* Makes a link of whatever kind this kernel has; false if it has none. */
static inline bool add_any_link(struct rnl_sock *sock, const char *name)
{
    static const char *const kinds[] = { "dummy", "bridge", "ifb", "veth" };
    size_t i;

    for (i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (add_link(sock, name, kinds[i]) == 0)
            return true;
    return false;
}

/* Gives a link another alias: each time, the kernel tells group RTNLGRP_LINK. */
static inline void set_alias(struct rnl_sock *sock, int index, const char *alias)
{
    struct rnl_msg *msg = link_msg(RTM_NEWLINK, 0, index);

    rnl_msg_put_str(msg, IFLA_IFALIAS, alias);
    deliver(sock, msg);
}

static inline void set_alias_number(struct rnl_sock *sock, int number)
{
    char text[16];

    snprintf(text, sizeof text, "%d", number);
    set_alias(sock, LO, text);
}

/* RTM_NEWADDR or RTM_DELADDR of an address of loopback: 127.1.0.0 + number. */
static inline struct rnl_msg *address_msg(uint16_t type, uint32_t number)
{
    struct ifaddrmsg header = { AF_INET, 32, 0, 0, LO };
    struct rnl_msg *msg = rnl_msg_new(type, type == RTM_NEWADDR ? NLM_F_CREATE | NLM_F_EXCL : 0);

    NEED(msg && rnl_msg_put_header(msg, &header, sizeof header) == 0);
    rnl_msg_put_be32(msg, IFA_LOCAL, 0x7f010000 + number);
    return msg;
}

static inline struct rnl_msg *dump_msg(uint16_t type, size_t header)
{
    static const char zeros[64] = { 0 };
    struct rnl_msg *msg = rnl_msg_new(type, 0);

    NEED(msg && rnl_msg_put_header(msg, zeros, header) == 0);
    return msg;
}

/* The attribute of this type behind the struct ifinfomsg of a message; ptr NULL if there is none. */
static inline struct rnl_attr link_attr(const struct rnl_view *view, uint16_t type)
{
    struct rnl_attr attr = { { NULL, 0 }, 0, 0, 0 };
    struct rnl_attrs walk;

    NEED(rnl_view_attrs(view, sizeof(struct ifinfomsg), &walk) == 0);
    rnl_attrs_find(&walk, type, &attr);
    return attr;
}

/* The number that is a link's alias, -1 if it has none. */
static inline int alias_number(const struct rnl_view *view)
{
    struct rnl_attr attr = link_attr(view, IFLA_IFALIAS);
    char text[16];

    if (!attr.data.ptr || rnl_attr_strcpy(&attr, text, sizeof text) <= 0)
        return -1;
    return atoi(text);
}

/* A namespace of the test's own, with loopback up. */
static inline void in_namespace(void)
{
    struct ifinfomsg up = { AF_UNSPEC, 0, 0, LO, IFF_UP, IFF_UP };
    struct rnl_msg *msg = rnl_msg_new(RTM_NEWLINK, 0);
    struct rnl_sock *sock;

    new_namespace();
    sock = open_sock(NETLINK_ROUTE);
    NEED(msg && rnl_msg_put_header(msg, &up, sizeof up) == 0);
    deliver(sock, msg);
    NEED(rnl_sock_close(sock) == 0);
}

#endif
