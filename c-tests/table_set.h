/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Sets of kernel objects: each is a number, which leaves out what changes without being told. */
#ifndef RNL_TEST_TABLE_SET_H
#define RNL_TEST_TABLE_SET_H

#include "kernel.h"

#include <linux/fib_rules.h>
#include <linux/genetlink.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/nexthop.h>
#include <sys/socket.h>

/* ---- What objects look like. */

/* Objects of a kind, and what of them changes without being told. */
struct shape {
    const char *name;
    uint16_t dump;
    uint16_t header;
    /* Of a dump, only objects of IPv4 and IPv6 are in the table. */
    bool only_ip;
    /* Bits of a word of the header that say nothing. */
    uint16_t word;
    uint32_t mask;
    /* Attributes that say nothing, or not the same at all times; 0 ends them. */
    uint16_t quiet[12];
};

#define ROUTE(name) { name, RTM_GETROUTE, sizeof(struct rtmsg), true, 8, RTNH_F_LINKDOWN, { RTA_CACHEINFO } }

/* Not `static const`: not every test uses each. */
#define SHAPE(variable, ...) static const struct shape variable __attribute__((unused)) = __VA_ARGS__

SHAPE(links, { "link", RTM_GETLINK, sizeof(struct ifinfomsg), false, 12, UINT32_MAX,
               { IFLA_STATS, IFLA_STATS64, IFLA_AF_SPEC, IFLA_LINKINFO, IFLA_EVENT, IFLA_QDISC, IFLA_PROMISCUITY, IFLA_ALLMULTI,
                 IFLA_TSO_MAX_SIZE, IFLA_TSO_MAX_SEGS } });
SHAPE(addresses, { "addr", RTM_GETADDR, sizeof(struct ifaddrmsg), true, 0, 0, { IFA_CACHEINFO } });
SHAPE(routes, ROUTE("route"));
SHAPE(routes4, ROUTE("route4"));
SHAPE(routes6, ROUTE("route6"));
SHAPE(neighbours, { "neigh", RTM_GETNEIGH, sizeof(struct ndmsg), true, 0, 0, { NDA_CACHEINFO, NDA_PROBES } });
SHAPE(rules, { "rule", RTM_GETRULE, sizeof(struct fib_rule_hdr), true, 8, 4 | 8 | 16, { 0 } });
SHAPE(nexthops, { "nexthop", RTM_GETNEXTHOP, sizeof(struct nhmsg), false, 4, RTNH_F_LINKDOWN, { 0 } });
SHAPE(qdiscs, { "qdisc", RTM_GETQDISC, sizeof(struct tcmsg), false, 16, UINT32_MAX,
                { TCA_STATS, TCA_XSTATS, TCA_STATS2 } });
SHAPE(families, { "family", 0, sizeof(struct genlmsghdr), false, 0, 0, { 0 } });

static inline uint64_t mixed(uint64_t hash, const void *bytes, size_t len)
{
    const unsigned char *at = bytes;
    size_t i;

    for (i = 0; i < len; i++)
        hash = (hash ^ at[i]) * 0x100000001b3;
    return hash ^ hash >> 29;
}

static inline bool is_quiet(const struct shape *shape, uint16_t type)
{
    size_t i;

    for (i = 0; i < sizeof shape->quiet / sizeof *shape->quiet && shape->quiet[i]; i++)
        if (shape->quiet[i] == type)
            return true;
    return false;
}

static inline uint64_t header_digest(const struct shape *shape, const struct rnl_view *view)
{
    unsigned char header[32] = { 0 };
    uint32_t word;

    NEED(view->body.len >= shape->header && shape->header <= sizeof header);
    memcpy(header, view->body.ptr, shape->header);
    memcpy(&word, header + shape->word, sizeof word);
    word &= ~shape->mask;
    memcpy(header + shape->word, &word, sizeof word);
    return mixed(0xcbf29ce484222325 ^ (uint32_t)view->nsid, header, shape->header);
}

/* Whether an object of a dump should be in the table. Neighbours that have not been resolved yet, or need not be,
   come without a word. */
static inline bool is_shown(const struct shape *shape, const struct rnl_view *view)
{
    const unsigned char *header = view->body.ptr;
    struct ndmsg neighbour;

    memcpy(&neighbour, header, shape->header < sizeof neighbour ? shape->header : sizeof neighbour);
    if (shape->dump == RTM_GETNEIGH && (neighbour.ndm_state == NUD_NONE || neighbour.ndm_state == NUD_INCOMPLETE ||
                                        neighbour.ndm_state == NUD_NOARP))
        return false;
    return !shape->only_ip || header[0] == AF_INET || header[0] == AF_INET6;
}

/* The same for the hops of a route: that a link has no carrier comes and goes without a word. */
static inline uint64_t hops_digest(struct rnl_bytes hops)
{
    unsigned char copy[1024] = { 0 };
    size_t at = 0;

    NEED(hops.len <= sizeof copy);
    memcpy(copy, hops.ptr, hops.len);
    while (at + sizeof(struct rtnexthop) <= hops.len) {
        struct rtnexthop hop;

        memcpy(&hop, copy + at, sizeof hop);
        hop.rtnh_flags &= (unsigned char)~RTNH_F_LINKDOWN;
        memcpy(copy + at, &hop, sizeof hop);
        at += RTNH_ALIGN(hop.rtnh_len);
    }
    return mixed(1, copy, hops.len);
}

static inline uint64_t attr_digest(const struct shape *shape, const struct rnl_attr *attr)
{
    if (is_quiet(shape, attr->type))
        return 0;
    if (shape->dump == RTM_GETROUTE && attr->type == RTA_MULTIPATH)
        return hops_digest(attr->data);
    return mixed(0x9e3779b97f4a7c15 * (attr->type + 1), attr->data.ptr, attr->data.len) | 1;
}

/* A number that stands for an object: the order of its attributes does not matter. */
static inline uint64_t digest(const struct shape *shape, const struct rnl_view *view)
{
    uint64_t sum = header_digest(shape, view);
    struct rnl_attrs walk;
    struct rnl_attr attr;

    NEED(rnl_view_attrs(view, shape->header, &walk) == 0);
    while (rnl_attrs_next(&walk, &attr) == 1)
        sum += attr_digest(shape, &attr);
    return sum | 1;
}

/* ---- Sets of objects. */

/* How many different objects a set can have seen. */
#define SET_SLOTS (1u << 18)

struct set {
    struct slot {
        uint64_t digest;
        long count;
    } *slots;
    size_t used;
    long total;
};

static inline struct slot *slot_of(const struct set *set, uint64_t digest)
{
    size_t at = (digest ^ digest >> 32) % SET_SLOTS;

    while (set->slots[at].digest && set->slots[at].digest != digest)
        at = (at + 1) % SET_SLOTS;
    return &set->slots[at];
}

static inline struct set new_set(void)
{
    struct set set = { calloc(SET_SLOTS, sizeof(struct slot)), 0, 0 };

    NEED(set.slots);
    return set;
}

static inline void set_add(struct set *set, uint64_t digest, int by)
{
    struct slot *slot = slot_of(set, digest);

    set->used += slot->digest == 0;
    NEED(set->used < SET_SLOTS / 4 * 3);
    slot->digest = digest;
    slot->count += by;
    set->total += by;
}

/* The same for what the set must have, or must not have yet. */
static inline void set_move(struct set *set, uint64_t digest, int by)
{
    set_add(set, digest, by);
    EQUAL(by > 0, slot_of(set, digest)->count);
}

/* How many objects are in one set and not in the other. */
static inline long set_difference(const struct set *a, const struct set *b)
{
    long differences = 0;
    size_t i;

    for (i = 0; i < SET_SLOTS; i++) {
        if (a->slots[i].digest)
            differences += labs(a->slots[i].count - slot_of(b, a->slots[i].digest)->count);
        if (b->slots[i].digest && !slot_of(a, b->slots[i].digest)->digest)
            differences += labs(b->slots[i].count);
    }
    return differences;
}

/* Adds what a plain socket's consistent dump shows. */
static inline void set_dump(struct set *set, const struct shape *shape, struct rnl_msg *msg)
{
    struct rnl_sock *sock = open_sock(shape->dump ? NETLINK_ROUTE : NETLINK_GENERIC);
    struct rnl_dump *dump = NULL;
    struct rnl_view view;
    int result;

    WORKS(0, rnl_dump_start(&dump, sock, msg, RNL_DUMP_CONSISTENT, SOON, &test_err));
    while ((result = rnl_dump_next(dump, &view, &test_err)) == 1)
        if (is_shown(shape, &view))
            set_add(set, digest(shape, &view), 1);
    EQUAL(0, result);
    rnl_dump_free(dump);
    rnl_sock_close(sock);
    rnl_msg_free(msg);
}

/* The request for a dump of everything that is in the table. */
static inline struct rnl_msg *whole(const struct shape *shape)
{
    unsigned char header[32] = { 0 };
    struct rnl_msg *msg;

    if (shape->dump == 0)
        return rnl_genl_msg(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, 0);
    header[0] = strcmp(shape->name, "route4") == 0 ? AF_INET : strcmp(shape->name, "route6") == 0 ? AF_INET6 : 0;
    msg = rnl_msg_new(shape->dump, 0);
    NEED(msg && rnl_msg_put_header(msg, header, shape->header) == 0);
    return msg;
}

#endif
