/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Messages for human eyes. */
#include <netlink/netlink.h>
#include <netlink/msg.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include "say.h"

static struct nl_msg *message(int protocol, int type, const void *payload, size_t len)
{
	struct nl_msg *msg = nlmsg_alloc();

	nlmsg_put(msg, 1, 2, type, 0, 0x305);
	nlmsg_set_proto(msg, protocol);
	nlmsg_append(msg, (void *)payload, len, NL_DONTPAD);
	return msg;
}

static void show(struct nl_msg *msg)
{
	nl_msg_dump(msg, stdout);
	nlmsg_free(msg);
}

int main(void)
{
	struct nlmsgerr err = { .error = -22, .msg = { .nlmsg_len = 52, .nlmsg_type = 16, .nlmsg_flags = 5 } };
	struct nlattr *nest[12];
	struct nl_msg *msg;

	show(message(-1, 16, "abcdefghijklmnopqrstuvwxyz", 26));
	show(message(NETLINK_XFRM, 99, "abcdefghijklmnop", 16));
	show(message(NETLINK_GENERIC, 17, NULL, 0));
	show(message(NETLINK_GENERIC, 16, "abc", 3));
	show(message(NETLINK_GENERIC, 16, "\1\2\0\0", 4));
	show(message(NETLINK_GENERIC, 3, "abc", 3));
	show(message(NETLINK_GENERIC, 4, "abcd", 4));
	show(message(NETLINK_GENERIC, 2, &err, sizeof err));
	show(message(NETLINK_GENERIC, 2, &err, sizeof err - 1));
	err.error = 0;
	show(message(NETLINK_GENERIC, 2, &err, sizeof err));

	msg = message(NETLINK_GENERIC, 16, "\1\2\0\0", 4);
	for (int i = 0; i < 10; i++) {
		nest[i] = nla_nest_start(msg, i + 1);
		nla_put(msg, 100, 19, "abcdefghijklmnopqrs");
	}
	for (int i = 9; i >= 0; i--)
		nla_nest_end(msg, nest[i]);
	nla_put_flag(msg, 7);
	nla_put_u16(msg, 8, 9);
	show(msg);

	msg = message(NETLINK_GENERIC, 16, "\1\2\0\0", 4);
	nla_put_u32(msg, 5, 6);
	nlmsg_append(msg, "ab", 2, NL_DONTPAD);
	show(msg);

	msg = message(NETLINK_GENERIC, 16, "\1\2\0\0", 4);
	nlmsg_hdr(msg)->nlmsg_seq = nlmsg_hdr(msg)->nlmsg_pid = 0xfffffff0;
	nla_put(msg, 0, 3, "abc");
	nest[0] = nla_nest_start(msg, 0);
	nla_put(msg, 0, 1, "a");
	nla_nest_end(msg, nest[0]);
	nla_put(msg, NLA_F_NET_BYTEORDER, 1, "a");
	show(msg);
	for (size_t len = 0; len < 14; len++)
		show(message(NETLINK_GENERIC, 17, "\2\0\0\0\10\0\1\0abcd\0", len));
	return 0;
}
