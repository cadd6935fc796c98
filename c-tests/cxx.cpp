// SPDX-License-Identifier: MIT OR Apache-2.0
// The header in C++17: objects that free themselves, errors as exceptions, and the inline readers.
#include "kernel.h"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

template <auto release>
struct freed_by {
    template <typename T>
    void operator()(T *object) const
    {
        EQUAL(0, release(object));
    }
};

using error = std::unique_ptr<rnl_err, freed_by<rnl_err_free>>;
using message = std::unique_ptr<rnl_msg, freed_by<rnl_msg_free>>;
using sock = std::unique_ptr<rnl_sock, freed_by<rnl_sock_close>>;
using reply = std::unique_ptr<rnl_reply, freed_by<rnl_reply_free>>;
using dump = std::unique_ptr<rnl_dump, freed_by<rnl_dump_free>>;

// What a call gave, or its error as an exception.
template <typename Call>
int check(Call call)
{
    rnl_err *raw = nullptr;
    int result = call(&raw);
    error owned{raw};

    if (result < 0)
        throw std::runtime_error(rnl_err_text(raw));
    return result;
}

sock open(int protocol)
{
    rnl_sock *raw = nullptr;

    check([&](rnl_err **err) { return rnl_sock_open(&raw, protocol, nullptr, err); });
    return sock{raw};
}

message request(uint16_t type, int index)
{
    message msg{rnl_msg_new(type, 0)};
    ifinfomsg header{};

    header.ifi_index = index;
    EQUAL(0, rnl_msg_put_header(msg.get(), &header, sizeof header));
    return msg;
}

std::string name_of(const rnl_view &view)
{
    rnl_attrs walk{};
    rnl_attr attr{};
    rnl_bytes text{};

    EQUAL(0, rnl_view_attrs(&view, sizeof(ifinfomsg), &walk));
    while (rnl_attrs_next(&walk, &attr) == 1)
        if (attr.type == IFLA_IFNAME && rnl_attr_str(&attr, &text) == 0)
            return std::string{reinterpret_cast<const char *>(text.ptr), text.len};
    return {};
}

std::vector<std::string> links(const sock &from)
{
    std::vector<std::string> names;
    message msg = request(RTM_GETLINK, 0);
    rnl_dump *raw = nullptr;
    rnl_view view{};

    check([&](rnl_err **err) { return rnl_dump_start(&raw, from.get(), msg.get(), RNL_DUMP_CONSISTENT, SOON, err); });
    dump owned{raw};
    while (check([&](rnl_err **err) { return rnl_dump_next(raw, &view, err); }) == 1)
        names.push_back(name_of(view));
    return names;
}

void an_object_is_listed()
{
    std::vector<std::string> names = links(open(NETLINK_ROUTE));

    EQUAL(1, std::count(names.begin(), names.end(), "lo"));
}

void an_answer_is_read()
{
    sock from = open(NETLINK_ROUTE);
    message msg = request(RTM_GETLINK, LO);
    rnl_reply *raw = nullptr;
    rnl_view view{};

    check([&](rnl_err **err) { return rnl_sock_call(from.get(), msg.get(), SOON, &raw, err); });
    reply owned{raw};
    EQUAL(1, rnl_reply_next(raw, &view));
    CHECK(name_of(view) == "lo");
    EQUAL(0, rnl_reply_next(raw, &view));
}

void a_refusal_is_thrown()
{
    sock from = open(NETLINK_ROUTE), moved = std::move(from);
    message msg = request(RTM_DELLINK, 9999);
    std::string said;

    try {
        check([&](rnl_err **err) { return rnl_sock_call(moved.get(), msg.get(), SOON, nullptr, err); });
    } catch (const std::runtime_error &refusal) {
        said = refusal.what();
    }
    CHECK(std::string_view{said}.substr(0, 15) == "dellink: ENODEV");
}

} // namespace

int main()
{
    in_namespace();
    an_object_is_listed();
    an_answer_is_read();
    a_refusal_is_thrown();
    return test_end();
}
