/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Work for which instructions are counted: cost dump | parse | batch. It is done in the function work(); what
 * it needs is made before.
 */
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>

#define ROUTES 2000
#define LINKS 500

static char bytes[1 << 20];
static size_t length;
static unsigned long seen;

static void make_route(unsigned n)
{
    struct nlmsghdr *head = mnl_nlmsg_put_header(bytes + length);
    struct rtmsg *route = mnl_nlmsg_put_extra_header(head, sizeof *route);

    head->nlmsg_type = RTM_NEWROUTE;
    head->nlmsg_flags = NLM_F_MULTI;
    head->nlmsg_seq = head->nlmsg_pid = 7;
    route->rtm_family = 2;
    mnl_attr_put_u32(head, RTA_TABLE, 254);
    mnl_attr_put_u32(head, RTA_DST, n);
    mnl_attr_put_u32(head, RTA_PRIORITY, n);
    mnl_attr_put_u32(head, RTA_GATEWAY, n);
    mnl_attr_put_u32(head, RTA_OIF, 3);
    length += head->nlmsg_len;
}

static void make_link(unsigned n)
{
    struct nlmsghdr *head = mnl_nlmsg_put_header(bytes + length);
    struct nlattr *info, *data;
    unsigned i;

    head->nlmsg_type = RTM_NEWLINK;
    mnl_nlmsg_put_extra_header(head, sizeof(struct ifinfomsg));
    mnl_attr_put_strz(head, IFLA_IFNAME, "veth0123456");
    mnl_attr_put(head, IFLA_ADDRESS, 6, "\2\0\0\0\0\1");
    for (i = 0; i < 12; i++)
        mnl_attr_put_u32(head, (uint16_t)(IFLA_GROUP + i), n);
    info = mnl_attr_nest_start(head, IFLA_LINKINFO);
    mnl_attr_put_strz(head, IFLA_INFO_KIND, "vxlan");
    data = mnl_attr_nest_start(head, IFLA_INFO_DATA);
    for (i = 1; i < 20; i++)
        mnl_attr_put_u8(head, (uint16_t)i, 1);
    mnl_attr_nest_end(head, data);
    mnl_attr_nest_end(head, info);
    length += head->nlmsg_len;
}

static int keep(const struct nlattr *attr, void *data)
{
    const struct nlattr **table = data;

    if (mnl_attr_type_valid(attr, 63) < 0)
        return MNL_CB_OK;
    table[mnl_attr_get_type(attr)] = attr;
    return MNL_CB_OK;
}

static int keep_u32(const struct nlattr *attr, void *data)
{
    return mnl_attr_validate(attr, MNL_TYPE_U32) < 0 ? MNL_CB_ERROR : keep(attr, data);
}

static int read_route(const struct nlmsghdr *head, void *data)
{
    const struct nlattr *table[64] = { 0 };

    (void)data;
    if (mnl_attr_parse(head, sizeof(struct rtmsg), keep_u32, table) > 0 && table[RTA_DST])
        seen += mnl_attr_get_u32(table[RTA_DST]) + mnl_attr_get_u32(table[RTA_OIF]);
    return MNL_CB_OK;
}

static int read_link(const struct nlmsghdr *head, void *data)
{
    const struct nlattr *table[64] = { 0 }, *info[64] = { 0 }, *attr;

    (void)data;
    mnl_attr_parse(head, sizeof(struct ifinfomsg), keep, table);
    mnl_attr_parse_nested(table[IFLA_LINKINFO], keep, info);
    seen += mnl_attr_validate(table[IFLA_IFNAME], MNL_TYPE_NUL_STRING) == 0;
    seen += (unsigned char)mnl_attr_get_str(table[IFLA_IFNAME])[0];
    mnl_attr_for_each_nested(attr, info[IFLA_INFO_DATA])
        seen += mnl_attr_get_u8(attr) + mnl_attr_get_payload_len(attr);
    return MNL_CB_OK;
}

static void build(void)
{
    struct mnl_nlmsg_batch *batch = mnl_nlmsg_batch_start(bytes, 16384);
    unsigned n;

    for (n = 0; n < ROUTES; n++) {
        struct nlmsghdr *head = mnl_nlmsg_put_header(mnl_nlmsg_batch_current(batch));
        struct nlattr *metrics;

        head->nlmsg_type = RTM_NEWROUTE;
        mnl_nlmsg_put_extra_header(head, sizeof(struct rtmsg));
        mnl_attr_put_u32(head, RTA_DST, n);
        mnl_attr_put_u32(head, RTA_OIF, 3);
        mnl_attr_put(head, RTA_GATEWAY, 16, "0123456789abcdef");
        metrics = mnl_attr_nest_start(head, RTA_METRICS);
        mnl_attr_put_u8(head, RTAX_QUICKACK, 1);
        mnl_attr_put_strz(head, RTAX_CC_ALGO, "cubic");
        mnl_attr_nest_end(head, metrics);
        if (!mnl_nlmsg_batch_next(batch)) {
            seen += mnl_nlmsg_batch_size(batch);
            mnl_nlmsg_batch_reset(batch);
        }
    }
    mnl_nlmsg_batch_stop(batch);
}

__attribute__((noinline)) static void work(char what)
{
    if (what == 'b')
        build();
    else
        mnl_cb_run(bytes, length, 7, 7, what == 'd' ? read_route : read_link, NULL);
}

int main(int argc, char **argv)
{
    char what = argc > 1 ? argv[1][0] : 0;
    unsigned n;

    for (n = 0; n < (what == 'd' ? ROUTES : what == 'p' ? LINKS : 0); n++)
        what == 'd' ? make_route(n) : make_link(n);
    work(what);
    return seen == 0;
}
