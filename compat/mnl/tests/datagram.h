/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Datagrams from a generator of numbers: well formed, damaged in a place or two, or nothing but noise. */
#ifndef MNL_DATAGRAM_H
#define MNL_DATAGRAM_H

#include <linux/netlink.h>
#include <stdint.h>
#include <string.h>

enum shape { WHOLE, DAMAGED, HOSTILE };

struct datagram {
    enum shape shape;
    size_t len;
    /* Where headers are, for what damages them. */
    size_t heads[64], messages[16];
    unsigned head_count, message_count;
    unsigned char at[1024];
};

static uint64_t random_state;

static inline uint32_t any(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)(random_state >> 16);
}

static inline uint32_t below(uint32_t limit)
{
    return (uint32_t)((uint64_t)any() * limit >> 32);
}

/* Numbers at which something changes. */
static inline uint32_t edge(void)
{
    static const uint32_t edges[] = { 0, 1, 2, 3, 4, 5, 8, 12, 15, 16, 17, 19, 20, 36, 100, 0x7ff, 0x7fff, 0x8000, 0xfffc,
        0xffff, 0x7ffffffc, 0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff };

    return edges[below(sizeof edges / sizeof edges[0])];
}

static inline void *grow(struct datagram *d, size_t len)
{
    void *at = d->at + d->len;

    memset(at, 0, (len + 3) & ~3ul);
    d->len += (len + 3) & ~3ul;
    return at;
}

static inline void make_attr(struct datagram *d, int depth)
{
    static const uint16_t flags[] = { 0, 0, 0, NLA_F_NESTED, NLA_F_NET_BYTEORDER, NLA_F_NESTED | NLA_F_NET_BYTEORDER };
    struct nlattr *attr = (struct nlattr *)(d->at + d->len);
    size_t start = d->len, len = below(12);
    unsigned i;

    if (d->head_count < 64)
        d->heads[d->head_count++] = start;
    if (depth > 0 && below(4) == 0) {
        grow(d, 4);
        for (i = below(4); i > 0; i--)
            make_attr(d, depth - 1);
        attr->nla_len = (uint16_t)(d->len - start);
        attr->nla_type = (uint16_t)(below(8) | NLA_F_NESTED);
        return;
    }
    grow(d, 4 + len);
    attr->nla_len = (uint16_t)(4 + len);
    attr->nla_type = (uint16_t)(below(32) | flags[below(6)]);
    for (i = 0; i < len; i++)
        d->at[start + 4 + i] = (unsigned char)(below(3) ? below(128) : 0);
}

static inline void make_message(struct datagram *d)
{
    static const int errors[] = { 0, -1, -22, 22, -2147483647 - 1, 17 };
    struct nlmsghdr *head = (struct nlmsghdr *)(d->at + d->len);
    size_t start = d->len;
    unsigned i;

    d->messages[d->message_count++] = start;
    grow(d, sizeof *head);
    head->nlmsg_type = (uint16_t)(below(3) ? 16 + below(4) : below(20));
    head->nlmsg_flags = (uint16_t)(below(8) ? any() & ~NLM_F_DUMP_INTR : any());
    head->nlmsg_seq = below(8) ? 1 : below(3);
    head->nlmsg_pid = below(8) ? 1 : below(3);
    if (head->nlmsg_type < 5)
        memcpy(grow(d, 4), &errors[below(6)], 4);
    for (i = below(4); i > 0; i--)
        memset(grow(d, 4), (int)below(256), 4);
    for (i = below(5); i > 0; i--)
        make_attr(d, 3);
    head->nlmsg_len = (uint32_t)(d->len - start);
}

/* Writes over a length, a type or a byte, or cuts the end off. */
static inline void damage(struct datagram *d)
{
    uint32_t number = below(3) ? edge() : any();
    uint16_t half = (uint16_t)number;

    switch (below(6)) {
    case 0:
        memcpy(d->at + d->messages[below(d->message_count)], &number, 4);
        break;
    case 1:
    case 2:
        if (d->head_count)
            memcpy(d->at + d->heads[below(d->head_count)] + 2 * below(2), &half, 2);
        break;
    case 3:
        d->at[below((uint32_t)d->len)] = (unsigned char)number;
        break;
    case 4:
        d->len -= below((uint32_t)d->len + 1);
        if (d->len == 0)
            d->len = 1;
        break;
    case 5:
        memcpy(d->at + d->messages[below(d->message_count)] + 4, &half, 2);
    }
}

static inline void make_datagram(struct datagram *d)
{
    unsigned i;

    d->shape = (enum shape)below(3);
    d->len = d->head_count = d->message_count = 0;
    if (d->shape == HOSTILE) {
        d->len = 1 + below(96);
        for (i = 0; i < d->len; i++)
            d->at[i] = (unsigned char)(below(3) ? below(24) : any());
        if (below(2)) {
            uint32_t len = edge();

            memcpy(d->at, &len, 4);
        }
        return;
    }
    do
        make_message(d);
    while (d->len < 500 && d->message_count < 6 && below(3));
    for (i = d->shape == DAMAGED ? 1 + below(3) : 0; i > 0; i--)
        damage(d);
}

#endif
