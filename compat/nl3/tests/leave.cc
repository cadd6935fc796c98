/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Callbacks may leave by an exception or by longjmp: it arrives, and the library works on. */
#include <linux/genetlink.h>
#include <netlink/netlink.h>
#include <netlink/cache.h>
#include <netlink/msg.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/family.h>
#include <netlink/genl/genl.h>
#include <netlink/genl/mngt.h>
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <functional>

static jmp_buf back;
static bool jump;

struct left {
	int code;
};

static int leave(int code)
{
	if (jump)
		longjmp(back, code);
	throw left{ code };
}

static int on_msg(struct nl_msg *, void *) { return leave(1); }
static int on_err(struct sockaddr_nl *, struct nlmsgerr *, void *) { return leave(2); }
static void on_object(struct nl_object *, void *) { leave(3); }
static void on_text(struct nl_dump_params *, char *) { leave(4); }
static void on_line(struct nl_dump_params *, int) { leave(5); }
static void on_ops(struct nl_cache_ops *, void *) { leave(6); }
static int on_cmd(struct nl_cache_ops *, struct genl_cmd *, struct genl_info *, void *) { return leave(7); }
static int on_send(struct nl_sock *, struct nl_msg *) { return leave(8); }
static int on_recvmsgs(struct nl_sock *, struct nl_cb *) { return leave(9); }
static int on_recv(struct nl_sock *, struct sockaddr_nl *, unsigned char **, struct ucred **) { return leave(10); }

static void expect(const char *what, int code, const std::function<void()> &call)
{
	for (volatile int way = 0; way < 2; way = way + 1) {
		volatile int came = 0;

		jump = way != 0;
		if (jump) {
			came = setjmp(back);
			if (came == 0)
				call();
		} else {
			try {
				call();
			} catch (const left &it) {
				came = it.code;
			}
		}
		std::printf("%s by %s: %d\n", what, jump ? "longjmp" : "exception", came);
		if (came != code)
			std::exit(1);
	}
}

/* A socket that no answer is under way to. */
static struct nl_sock *fresh(struct nl_sock *&sock)
{
	nl_socket_free(sock);
	sock = nl_socket_alloc();
	genl_connect(sock);
	return sock;
}

int main()
{
	struct nl_sock *sock = nullptr, *other = nullptr;
	struct nl_cache *cache;
	struct nl_cb *cb;
	struct nl_msg *msg = nlmsg_alloc();
	struct nl_dump_params to_text = {}, to_line = {};
	struct genl_cmd cmd = {};
	struct genl_ops ops = {};

	to_text.dp_type = to_line.dp_type = NL_DUMP_DETAILS;
	to_text.dp_cb = on_text;
	to_line.dp_nl_cb = on_line;
	if (genl_ctrl_alloc_cache(fresh(sock), &cache) < 0)
		return 1;

	expect("valid message", 1, [&] {
		nl_socket_modify_cb(fresh(sock), NL_CB_VALID, NL_CB_CUSTOM, on_msg, nullptr);
		genl_send_simple(sock, 16, CTRL_CMD_GETFAMILY, 1, NLM_F_DUMP);
		nl_recvmsgs_default(sock);
	});
	expect("error", 2, [&] {
		nl_socket_modify_err_cb(fresh(sock), NL_CB_CUSTOM, on_err, nullptr);
		genl_send_simple(sock, 0x3ff, 1, 1, 0);
		nl_wait_for_ack(sock);
	});
	nl_socket_modify_cb(fresh(sock), NL_CB_MSG_OUT, NL_CB_CUSTOM, on_msg, nullptr);
	expect("message out", 1, [&] { genl_send_simple(sock, 16, CTRL_CMD_GETFAMILY, 1, NLM_F_DUMP); });

	expect("each object", 3, [&] { nl_cache_foreach(cache, on_object, nullptr); });
	expect("dumped text", 4, [&] { nl_cache_dump(cache, &to_text); });
	expect("dumped line", 5, [&] { nl_cache_dump(cache, &to_line); });
	expect("object dumped", 4, [&] { nl_object_dump(nl_cache_get_first(cache), &to_text); });
	expect("each type", 6, [&] { nl_cache_ops_foreach(on_ops, nullptr); });

	cmd.c_id = 1;
	cmd.c_name = const_cast<char *>("ONE");
	cmd.c_msg_parser = on_cmd;
	ops.o_id = 99;
	ops.o_name = const_cast<char *>("described");
	ops.o_cmds = &cmd;
	ops.o_ncmds = 1;
	genl_register_family(&ops);
	genlmsg_put(msg, 0, 0, 99, 0, 0, 1, 1);
	expect("command", 7, [&] { genl_handle_msg(msg, nullptr); });
	nlmsg_hdr(msg)->nlmsg_type = 16;
	nlmsg_set_proto(msg, NETLINK_GENERIC);
	nla_put_u16(msg, CTRL_ATTR_FAMILY_ID, 99);
	nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, "described");
	expect("parsed object", 3, [&] { nl_msg_parse(msg, on_object, nullptr); });

	cb = nl_socket_get_cb(fresh(other));
	nl_cb_overwrite_recv(cb, on_recv);
	expect("own recv", 10, [&] { nl_recvmsgs_default(other); });
	expect("own recv for a cache", 10, [&] { nl_cache_pickup(other, cache); });
	nl_cb_overwrite_recvmsgs(cb, on_recvmsgs);
	expect("own recvmsgs", 9, [&] { nl_recvmsgs_default(other); });
	nl_cb_overwrite_send(cb, on_send);
	expect("own send", 8, [&] { nl_send_auto(other, msg); });
	nl_cb_put(cb);

	nl_socket_free(other);
	std::printf("works on: %d", nl_cache_refill(fresh(sock), cache));
	std::printf(" %d\n", genl_ctrl_resolve(sock, "nlctrl"));
	nl_socket_free(sock);
	nlmsg_free(msg);
	nl_cache_free(cache);
	return 0;
}
