/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What may never change once a program was built with it: the layout of structs and the values of constants. */
#include <stddef.h>

#include <rnl/rnl.h>

#define P sizeof(void *)
#define HOLDS(condition) __extension__ _Static_assert(condition, #condition)
#define AT(type, member, offset) HOLDS(offsetof(struct type, member) == (offset))
#define SIZE(type, size) HOLDS(sizeof(struct type) == (size))

AT(rnl_bytes, ptr, 0);
AT(rnl_bytes, len, P);
SIZE(rnl_bytes, 2 * P);

AT(rnl_view, msg, 0);
AT(rnl_view, body, 2 * P);
AT(rnl_view, type, 4 * P);
AT(rnl_view, flags, 4 * P + 2);
AT(rnl_view, seq, 4 * P + 4);
AT(rnl_view, port, 4 * P + 8);
AT(rnl_view, group, 4 * P + 12);
AT(rnl_view, nsid, 4 * P + 16);
AT(rnl_view, reserved, 4 * P + 20);
SIZE(rnl_view, 4 * P + 24);

AT(rnl_attrs, rest, 0);
AT(rnl_attrs, end, 2 * P);
AT(rnl_attrs, reserved, 2 * P + 4);
SIZE(rnl_attrs, 2 * P + 8);

AT(rnl_attr, data, 0);
AT(rnl_attr, type, 2 * P);
AT(rnl_attr, flags, 2 * P + 2);
AT(rnl_attr, offset, 2 * P + 4);
SIZE(rnl_attr, 2 * P + 8);

/* This one may grow, at its end. */
AT(rnl_opts, size, 0);
AT(rnl_opts, flags, P);
AT(rnl_opts, netns_fd, P + 4);
AT(rnl_opts, port, P + 8);
AT(rnl_opts, rcvbuf, P + 12);
AT(rnl_opts, sndbuf, P + 16);
AT(rnl_opts, reserved, P + 20);
AT(rnl_opts, max_datagram, P + 24);
AT(rnl_opts, max_queue, 2 * P + 24);
AT(rnl_opts, max_result, 3 * P + 24);
HOLDS(sizeof(struct rnl_opts) >= 4 * P + 24);

AT(rnl_datagram, data, 0);
AT(rnl_datagram, port, 2 * P);
AT(rnl_datagram, group, 2 * P + 4);
AT(rnl_datagram, nsid, 2 * P + 8);
AT(rnl_datagram, reserved, 2 * P + 12);
SIZE(rnl_datagram, 2 * P + 16);

AT(rnl_genl_group, name, 0);
AT(rnl_genl_group, id, P);
AT(rnl_genl_group, reserved, P + 4);
SIZE(rnl_genl_group, P + 8);

AT(rnl_genl_op, cmd, 0);
AT(rnl_genl_op, flags, 4);
SIZE(rnl_genl_op, 8);

AT(rnl_policy_rule, policy, 0);
AT(rnl_policy_rule, attr, 2);
AT(rnl_policy_rule, kind, 4);
AT(rnl_policy_rule, stated, 8);
AT(rnl_policy_rule, min_len, 12);
AT(rnl_policy_rule, max_len, 16);
AT(rnl_policy_rule, nested, 20);
AT(rnl_policy_rule, nested_max, 24);
AT(rnl_policy_rule, reserved, 28);
AT(rnl_policy_rule, min_s, 32);
AT(rnl_policy_rule, max_s, 40);
AT(rnl_policy_rule, min_u, 48);
AT(rnl_policy_rule, max_u, 56);
AT(rnl_policy_rule, mask, 64);
SIZE(rnl_policy_rule, 72);

AT(rnl_policy_use, cmd, 0);
AT(rnl_policy_use, request, 4);
AT(rnl_policy_use, dump, 8);
SIZE(rnl_policy_use, 12);

HOLDS(RNL_FROM_KERNEL == 1 && RNL_FROM_LOCAL == 2 && RNL_FROM_SOCKET == 3 && RNL_FROM_TIMEOUT == 4);
HOLDS(RNL_DUMP_CONSISTENT == 0 && RNL_DUMP_STREAM == 1 && RNL_DUMP_BEST_EFFORT == 2);
HOLDS(RNL_OPEN_DGRAM == 0x01 && RNL_OPEN_NO_CLOEXEC == 0x02 && RNL_OPEN_NONBLOCK == 0x04);
HOLDS(RNL_OPEN_NO_EXT_ACK == 0x08 && RNL_OPEN_NO_CAP_ACK == 0x10 && RNL_OPEN_NO_STRICT == 0x20);
HOLDS(RNL_OPEN_ANY_SENDER == 0x40 && RNL_OPEN_NETNS == 0x80);
HOLDS(RNL_RULE_SIGNED == 1 && RNL_RULE_UNSIGNED == 2 && RNL_RULE_MIN_LEN == 4);
HOLDS(RNL_RULE_MAX_LEN == 8 && RNL_RULE_NESTED == 16 && RNL_RULE_MASK == 32);

/* The compiler has checked it all. */
int main(void)
{
    return 0;
}
