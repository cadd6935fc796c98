/* SPDX-License-Identifier: MIT OR Apache-2.0
 * The structs of the public headers are laid out as src/abi.rs has them (64-bit machines). */
#include <stddef.h>
#include <netlink/netlink.h>
#include <netlink/attr.h>
#include <netlink/hashtable.h>
#include <netlink/list.h>
#include <netlink/genl/mngt.h>
#include <stdio.h>

#define SIZE(type, bytes) _Static_assert(sizeof(struct type) == (bytes), #type)
#define AT(type, member, offset) _Static_assert(offsetof(struct type, member) == (offset), #type "." #member)

SIZE(nl_list_head, 16); AT(nl_list_head, next, 0); AT(nl_list_head, prev, 8);
SIZE(nla_policy, 6); AT(nla_policy, type, 0); AT(nla_policy, minlen, 2); AT(nla_policy, maxlen, 4);
SIZE(nl_dump_params, 80);
AT(nl_dump_params, dp_type, 0); AT(nl_dump_params, dp_prefix, 4); AT(nl_dump_params, dp_print_index, 8);
AT(nl_dump_params, dp_dump_msgtype, 12); AT(nl_dump_params, dp_cb, 16); AT(nl_dump_params, dp_nl_cb, 24);
AT(nl_dump_params, dp_data, 32); AT(nl_dump_params, dp_fd, 40); AT(nl_dump_params, dp_buf, 48);
AT(nl_dump_params, dp_buflen, 56); AT(nl_dump_params, dp_pre_dump, 64); AT(nl_dump_params, dp_ivar, 68);
AT(nl_dump_params, dp_line, 72);
SIZE(nl_hash_node, 24); AT(nl_hash_node, key_size, 4); AT(nl_hash_node, obj, 8); AT(nl_hash_node, next, 16);
SIZE(nl_hash_table, 16); AT(nl_hash_table, nodes, 8);
SIZE(genl_info, 40);
AT(genl_info, who, 0); AT(genl_info, nlh, 8); AT(genl_info, genlhdr, 16); AT(genl_info, userhdr, 24);
AT(genl_info, attrs, 32);
SIZE(genl_cmd, 40);
AT(genl_cmd, c_id, 0); AT(genl_cmd, c_name, 8); AT(genl_cmd, c_maxattr, 16); AT(genl_cmd, c_msg_parser, 24);
AT(genl_cmd, c_attr_policy, 32);
SIZE(genl_ops, 56);
AT(genl_ops, o_hdrsize, 0); AT(genl_ops, o_id, 4); AT(genl_ops, o_name, 8); AT(genl_ops, o_cache_ops, 16);
AT(genl_ops, o_cmds, 24); AT(genl_ops, o_ncmds, 32); AT(genl_ops, o_list, 40);

int main(void)
{
	printf("version %d %d %d %d\n", nl_ver_num, nl_ver_maj, nl_ver_min, nl_ver_mic);
	return 0;
}
