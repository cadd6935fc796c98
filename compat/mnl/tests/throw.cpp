/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A callback leaves by an exception or by longjmp, through the library, and the library goes on working. */
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <libmnl/libmnl.h>

static std::jmp_buf out;

static int throws(const struct nlmsghdr *, void *) { throw 1; }
static int throws(const struct nlattr *, void *) { throw 2; }
static int jumps(const struct nlmsghdr *, void *) { std::longjmp(out, 3); }
static int parses(const struct nlmsghdr *head, void *) { return mnl_attr_parse(head, 0, throws, nullptr); }

template <class F> static int caught(F f)
{
    try {
        f();
    } catch (int n) {
        return n;
    }
    return 0;
}

int main()
{
    static char buf[256];
    struct nlmsghdr *head = mnl_nlmsg_put_header(buf);
    struct nlattr *nest = mnl_attr_nest_start(head, 1);
    mnl_cb_t control[NLMSG_MIN_TYPE] = {};
    int wrong = 0;

    head->nlmsg_type = 20;
    mnl_attr_put_u32(head, 1, 1);
    mnl_attr_nest_end(head, nest);
    wrong += caught([&] { mnl_cb_run(buf, head->nlmsg_len, 0, 0, throws, nullptr); }) != 1;
    wrong += caught([&] { mnl_cb_run(buf, head->nlmsg_len, 0, 0, parses, nullptr); }) != 2;
    wrong += caught([&] { mnl_attr_parse_nested(nest, throws, nullptr); }) != 2;
    wrong += caught([&] { mnl_attr_parse_payload(buf + 16, 12, throws, nullptr); }) != 2;
    head->nlmsg_type = NLMSG_DONE;
    control[NLMSG_DONE] = throws;
    wrong += caught([&] { mnl_cb_run2(buf, 16 + 12, 0, 0, nullptr, nullptr, control, NLMSG_MIN_TYPE); }) != 1;
    head->nlmsg_type = 20;
    if (setjmp(out) == 0)
        wrong += mnl_cb_run(buf, head->nlmsg_len, 0, 0, jumps, nullptr) != 100;
    wrong += mnl_cb_run(buf, head->nlmsg_len, 0, 0, nullptr, nullptr) != MNL_CB_OK;
    std::printf("%d wrong\n", wrong);
    return wrong != 0;
}
