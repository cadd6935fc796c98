/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Generic netlink: messages, families as objects, the controller, families that the program describes. */
#include <netlink/netlink.h>
#include <netlink/cache.h>
#include <netlink/msg.h>
#include <netlink/genl/genl.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/family.h>
#include <netlink/genl/mngt.h>
#include "say.h"

static char buf[256];
static struct nl_dump_params params;

static void messages(void)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct nla_policy policy[3] = { [1] = { .type = NLA_U32 } };
	struct nlattr *tb[3];
	struct nlmsghdr *nlh;
	struct genlmsghdr *ghdr;
	char *user = genlmsg_put(msg, 1, 2, 30, 6, 3, 4, 5);

	memcpy(user, "header", 6);
	nla_put_u32(msg, 1, 7);
	nlh = nlmsg_hdr(msg);
	hex(nlh, nlh->nlmsg_len);
	ghdr = genlmsg_hdr(nlh);
	printf("cmd %u data %td user header %td user data %td attributes %td\n", ghdr->cmd, (char *)genlmsg_data(ghdr) - user,
	       (char *)genlmsg_user_hdr(ghdr) - user, (char *)genlmsg_user_data(ghdr, 6) - user,
	       (char *)genlmsg_attrdata(ghdr, 6) - user);
	printf("len %d user %d attributes %d\n", genlmsg_len(ghdr), genlmsg_user_datalen(ghdr, 6), genlmsg_attrlen(ghdr, 6));
	for (int len = 0; len < 20; len++)
		printf("header of %d valid %d parse %d validate %d\n", len, genlmsg_valid_hdr(nlh, len),
		       genlmsg_parse(nlh, len, tb, 2, policy), genlmsg_validate(nlh, len, 2, policy));
	nlh->nlmsg_len = 18;
	printf("short %d %d\n", genlmsg_valid_hdr(nlh, 0), genlmsg_parse(nlh, 0, tb, 2, policy));
	nlmsg_free(msg);
	msg = nlmsg_alloc_size(16);
	printf("no room %d\n", genlmsg_put(msg, 1, 2, 30, 0, 3, 4, 5) != NULL);
	nlmsg_free(msg);
}

static void dump(struct nl_object *obj)
{
	for (int type = 0; type <= NL_DUMP_MAX; type++) {
		memset(&params, 0, sizeof params);
		params.dp_type = (enum nl_dump_type)type;
		params.dp_fd = stdout;
		params.dp_prefix = type * 3;
		params.dp_dump_msgtype = type == 1;
		nl_object_dump(obj, &params);
	}
	nl_object_dump_buf(obj, buf, 30);
	printf("[%s] line %u\n", buf, params.dp_line);
}

static void objects(void)
{
	struct genl_family *family = genl_family_alloc(), *none = genl_family_alloc();
	struct nl_object *obj = OBJ_CAST(family), *empty = OBJ_CAST(none), *copy;

#define STEP(what) \
	what; \
	printf("%s: diff %x %llx attributes '%s' same %d match %d %d\n", #what, nl_object_diff(obj, empty), \
	       (unsigned long long)nl_object_diff64(obj, empty), nl_object_attr_list(obj, buf, sizeof buf), \
	       nl_object_identical(obj, empty), nl_object_match_filter(obj, empty), nl_object_match_filter(empty, obj))

	printf("type %s msgtype %d refs %d ids %x cache %d ops %d\n", nl_object_get_type(obj), nl_object_get_msgtype(obj),
	       nl_object_get_refcnt(obj), nl_object_get_id_attrs(obj), nl_object_get_cache(obj) != NULL,
	       nl_object_get_ops(obj) == nl_object_get_ops(empty));
	dump(empty);
	STEP(genl_family_set_id(family, 0x12345));
	STEP(genl_family_set_name(family, "a very very long name"));
	STEP(genl_family_set_version(family, 3));
	STEP(genl_family_set_hdrsize(family, 8));
	STEP(genl_family_set_maxattr(family, 9));
	STEP(genl_family_add_op(family, 3, 0));
	STEP(genl_family_add_op(family, 300, 0xffff));
	STEP(genl_family_add_op(family, 4, 0xe));
	STEP(genl_family_add_grp(family, 77, "a group"));
	printf("%u %s %u %u %u\n", genl_family_get_id(family), genl_family_get_name(family), genl_family_get_version(family),
	       genl_family_get_hdrsize(family), genl_family_get_maxattr(family));
	printf("none: %u %d %u %u %u\n", genl_family_get_id(none), genl_family_get_name(none) != NULL,
	       genl_family_get_version(none), genl_family_get_hdrsize(none), genl_family_get_maxattr(none));
	printf("attributes '%s'\n", nl_object_attrs2str(obj, ~0U, buf, sizeof buf));
	dump(obj);
	copy = nl_object_clone(obj);
	printf("copy diff %x same %d shared %d\n", nl_object_diff(obj, copy), nl_object_identical(obj, copy), nl_object_shared(copy));
	dump(copy);
	nl_object_get(copy);
	printf("shared %d\n", nl_object_shared(copy));
	nl_object_put(copy);
	printf("marked %d", nl_object_is_marked(copy));
	nl_object_mark(copy);
	printf(" %d", nl_object_is_marked(copy));
	nl_object_unmark(copy);
	printf(" %d\n", nl_object_is_marked(copy));
	printf("update %d\n", nl_object_update(obj, copy));
	nl_object_put(copy);
	nl_object_put(NULL);
	printf("copy of nothing %d\n", nl_object_clone(NULL) != NULL);
	printf("by name %d", nl_object_alloc_name("genl/family", &copy));
	printf(" %d\n", nl_object_alloc_name("no/such", &empty));
	nl_object_free(copy);
	copy = nl_object_alloc(nl_object_get_ops(obj));
	printf("by type %s\n", nl_object_get_type(copy));
	nl_object_put(copy);
	genl_family_put(family);
	genl_family_put(none);
}

static int parser(struct nl_cache_ops *ops, struct genl_cmd *cmd, struct genl_info *info, void *arg)
{
	printf("parser %s: cache %d from %d cmd %d user header %td attributes %d %d, %s\n", cmd->c_name, ops != NULL,
	       info->who != NULL, info->genlhdr->cmd, (char *)info->userhdr - (char *)info->genlhdr, info->attrs[1] != NULL,
	       cmd->c_maxattr > 1 && info->attrs[2] != NULL, (char *)arg);
	return -77;
}

static void described(void)
{
	static struct nla_policy policy[3] = { [1] = { .type = NLA_U32 }, [2] = { .type = NLA_STRING } };
	static struct genl_cmd cmds[] = {
		{ .c_id = 1, .c_name = "ONE", .c_maxattr = 2, .c_msg_parser = parser, .c_attr_policy = policy },
		{ .c_id = 2, .c_name = "TWO" },
	};
	static struct genl_ops known = { .o_name = "nlctrl2", .o_id = 99, .o_cmds = cmds, .o_ncmds = 2, .o_hdrsize = 5 },
			       unknown = { .o_name = "no such" }, nameless = { .o_id = 98 }, same_id = { .o_name = "x", .o_id = 99 },
			       controller = { .o_name = "y", .o_id = 16 }, same_name = { .o_name = "nlctrl" },
			       later = { .o_name = "netdev" };
	struct nl_sock *sock = nl_socket_alloc();

	printf("register %d", genl_register_family(&known));
	printf(" again %d nameless %d same id %d controller %d %d\n", genl_register_family(&known), genl_register_family(&nameless),
	       genl_register_family(&same_id), genl_register_family(&controller), genl_register_family(&same_name));
	for (int op = 0; op < 12; op++) {
		strcpy(buf, "before");
		printf("op %d: %d %s", op, genl_op2name(99, op, buf, sizeof buf) == buf, buf);
		strcpy(buf, "before");
		printf(" %d %s", genl_op2name(16, op, buf, sizeof buf) == buf, buf);
		strcpy(buf, "before");
		printf(" %d %s\n", genl_op2name(5, op, buf, sizeof buf) == buf, buf);
	}
	for (int cmd = 0; cmd < 4; cmd++)
		for (int variant = 0; variant < 5; variant++) {
			struct nl_msg *msg = nlmsg_alloc();

			genlmsg_put(msg, 0, 0, cmd == 3 ? 98 : 99, variant == 4 ? 0 : 5, 0, (uint8_t)cmd, 1);
			if (variant == 1)
				nla_put_u32(msg, 1, 4);
			if (variant == 2)
				nla_put_u8(msg, 1, 4);
			if (variant == 3)
				nla_put_u32(msg, 9, 9);
			printf("message %d %d: %d\n", cmd, variant, genl_handle_msg(msg, "argument"));
			nlmsg_free(msg);
		}
	MUST(genl_connect(sock) == 0);
	printf("resolve %d", genl_ops_resolve(sock, &unknown));
	printf(" %d\n", unknown.o_id);
	printf("register %d", genl_register_family(&unknown));
	printf(" %d\n", genl_register_family(&later));
	printf("resolve %d", genl_ops_resolve(sock, &later));
	printf(" %d\n", later.o_id > 16);
	printf("all %d\n", genl_mngt_resolve(sock));
	printf("unregister %d %d %d\n", genl_unregister_family(&known), genl_unregister_family(&unknown),
	       genl_unregister_family(&later));
	printf("then %d\n", genl_op2name(99, 1, buf, sizeof buf) != NULL);
	nl_socket_free(sock);
}

static void controller(void)
{
	struct nl_sock *sock = nl_socket_alloc();
	struct genl_family *family;
	struct nl_cache *cache;

	printf("not connected %d\n", genl_ctrl_resolve(sock, "nlctrl"));
	nl_socket_free(sock);
	sock = nl_socket_alloc();
	MUST(genl_connect(sock) == 0);
	printf("resolve %d %d %d\n", genl_ctrl_resolve(sock, "nlctrl"), genl_ctrl_resolve(sock, "no such family"),
	       genl_ctrl_resolve(sock, ""));
	printf("group %d %d %d\n", genl_ctrl_resolve_grp(sock, "nlctrl", "notify"), genl_ctrl_resolve_grp(sock, "nlctrl", "none"),
	       genl_ctrl_resolve_grp(sock, "no such family", "notify"));
	printf("cache %d", genl_ctrl_alloc_cache(sock, &cache));
	printf(" %d\n", nl_cache_nitems(cache));
	family = genl_ctrl_search_by_name(cache, "nlctrl");
	printf("by name %d %d\n", genl_family_get_id(family), nl_object_get_refcnt(OBJ_CAST(family)));
	genl_family_put(family);
	family = genl_ctrl_search(cache, 16);
	printf("by number %s\n", genl_family_get_name(family));
	genl_family_put(family);
	printf("none %d %d\n", genl_ctrl_search_by_name(cache, "none") != NULL, genl_ctrl_search(cache, 7) != NULL);
	for (int type = 0; type <= NL_DUMP_MAX; type++) {
		memset(&params, 0, sizeof params);
		params.dp_type = (enum nl_dump_type)type;
		params.dp_fd = stdout;
		params.dp_print_index = type;
		nl_cache_dump(cache, &params);
	}
	printf("send %d", genl_send_simple(sock, 16, CTRL_CMD_GETFAMILY, 1, NLM_F_DUMP));
	printf(" %d", nl_cache_pickup(sock, cache));
	printf(" %d\n", nl_cache_nitems(cache));
	nl_cache_free(cache);
	nl_socket_free(sock);
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	messages();
	objects();
	described();
	controller();
	return 0;
}
