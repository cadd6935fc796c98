/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Policies of IPsec. */
#include <linux/xfrm.h>
#include <netlink/xfrm/lifetime.h>
#include <netlink/xfrm/selector.h>
#include <netlink/xfrm/sp.h>
#include <netlink/xfrm/template.h>
#include "fields.h"

static struct xfrmnl_sel *some_sel(int family)
{
	struct xfrmnl_sel *sel = xfrmnl_sel_alloc();
	struct nl_addr *src = some_addr(family), *dst = some_addr(family);

	xfrmnl_sel_set_saddr(sel, src);
	xfrmnl_sel_set_daddr(sel, dst);
	xfrmnl_sel_set_family(sel, (unsigned int)family);
	xfrmnl_sel_set_prefixlen_s(sel, nl_addr_get_prefixlen(src));
	xfrmnl_sel_set_prefixlen_d(sel, nl_addr_get_prefixlen(dst));
	xfrmnl_sel_set_proto(sel, dice(2) * 6);
	xfrmnl_sel_set_dport(sel, dice(3));
	xfrmnl_sel_set_dportmask(sel, 0xffff);
	xfrmnl_sel_set_ifindex(sel, dice(2));
	nl_addr_put(src);
	nl_addr_put(dst);
	return sel;
}

static struct xfrmnl_user_tmpl *some_tmpl(int family)
{
	struct xfrmnl_user_tmpl *tmpl = xfrmnl_user_tmpl_alloc();
	struct nl_addr *src = some_addr(family), *dst = some_addr(family);

	xfrmnl_user_tmpl_set_saddr(tmpl, src);
	xfrmnl_user_tmpl_set_daddr(tmpl, dst);
	xfrmnl_user_tmpl_set_family(tmpl, (unsigned int)family);
	xfrmnl_user_tmpl_set_proto(tmpl, 50);
	xfrmnl_user_tmpl_set_spi(tmpl, dice(3));
	xfrmnl_user_tmpl_set_reqid(tmpl, dice(3));
	xfrmnl_user_tmpl_set_mode(tmpl, dice(3));
	xfrmnl_user_tmpl_set_share(tmpl, dice(3));
	xfrmnl_user_tmpl_set_optional(tmpl, dice(3));
	xfrmnl_user_tmpl_set_aalgos(tmpl, ~0U);
	xfrmnl_user_tmpl_set_ealgos(tmpl, dice(3));
	nl_addr_put(src);
	nl_addr_put(dst);
	return tmpl;
}

static void fill(struct xfrmnl_sp *sp, int templates)
{
	int family = dice(3) ? AF_INET : AF_INET6;
	struct xfrmnl_sel *sel = some_sel(family);
	struct xfrmnl_ltime_cfg *cfg = xfrmnl_ltime_cfg_alloc();

	xfrmnl_ltime_cfg_set_soft_bytelimit(cfg, dice(2) ? ~0ULL : dice(100));
	xfrmnl_ltime_cfg_set_hard_packetlimit(cfg, dice(2) ? ~0ULL : dice(100));
	xfrmnl_ltime_cfg_set_hard_addexpires(cfg, dice(100));
	/* Stock copies no policy that lacks them. */
	xfrmnl_sp_set_sel(sp, sel);
	xfrmnl_sp_set_lifetime_cfg(sp, cfg);
	xfrmnl_sel_put(sel);
	xfrmnl_ltime_cfg_put(cfg);
	SOMETIMES xfrmnl_sp_set_priority(sp, dice(3));
	SOMETIMES xfrmnl_sp_set_index(sp, dice(30));
	SOMETIMES xfrmnl_sp_set_dir(sp, dice(4));
	SOMETIMES xfrmnl_sp_set_action(sp, dice(3));
	SOMETIMES xfrmnl_sp_set_flags(sp, dice(4));
	SOMETIMES xfrmnl_sp_set_share(sp, dice(4));
	SOMETIMES xfrmnl_sp_set_userpolicy_type(sp, dice(3));
	SOMETIMES xfrmnl_sp_set_sec_ctx(sp, 11, XFRMA_SEC_CTX, 1, 2, 3, dice(2) ? "abc" : "xyz");
	SOMETIMES xfrmnl_sp_set_mark(sp, dice(3), dice(3));
	for (int i = 0; i < templates; i++)
		xfrmnl_sp_add_usertemplate(sp, some_tmpl(family));
}

#define NUMBER(name)                                                                                      \
	for (size_t i = 0; i < COUNT(VALUES); i++) {                                                      \
		struct xfrmnl_sp *sp = xfrmnl_sp_alloc();                                                 \
                                                                                                          \
		printf("%s = %llx: %d", #name, VALUES[i], xfrmnl_sp_get_##name(sp));                      \
		printf(" %d", xfrmnl_sp_set_##name(sp, (unsigned int)VALUES[i]));                         \
		printf(" %d\n", xfrmnl_sp_get_##name(sp));                                                \
		dumps(OBJ_CAST(sp));                                                                      \
		xfrmnl_sp_put(sp);                                                                        \
	}

static void accessors(void)
{
	NUMBER(priority)
	NUMBER(index)
	NUMBER(dir)
	NUMBER(action)
	NUMBER(flags)
	NUMBER(share)
	NUMBER(userpolicy_type)
}

static void each(struct xfrmnl_user_tmpl *tmpl, void *arg)
{
	printf(" %d", xfrmnl_user_tmpl_get_reqid(tmpl));
	(*(int *)arg)++;
}

static void parts(void)
{
	struct xfrmnl_sp *sp = xfrmnl_sp_alloc();
	struct xfrmnl_user_tmpl *tmpl[3];
	unsigned int n[5] = { 77, 77, 77, 77, 77 };
	unsigned long long t[4] = { 77, 77, 77, 77 };
	char text[64] = "before";
	int count = 0;

	printf("at first %d %d %d", xfrmnl_sp_get_sel(sp) != NULL, xfrmnl_sp_get_lifetime_cfg(sp) != NULL, xfrmnl_sp_get_usertemplates(sp) != NULL);
	printf(" %d %d", xfrmnl_sp_get_nusertemplates(sp), xfrmnl_sp_usertemplate_n(sp, 0) != NULL);
	printf(" %d", xfrmnl_sp_get_curlifetime(sp, &t[0], &t[1], &t[2], &t[3]));
	printf(" %llu", t[3]);
	printf(" %d", xfrmnl_sp_get_mark(sp, &n[0], &n[1]));
	printf(" %d\n", xfrmnl_sp_get_sec_ctx(sp, &n[0], &n[1], &n[2], &n[3], &n[4], text));
	printf("mark %d", xfrmnl_sp_set_mark(sp, 5, 6));
	printf(" %d", xfrmnl_sp_get_mark(sp, &n[0], &n[1]));
	printf(" %u %u\n", n[0], n[1]);
	printf("context %d", xfrmnl_sp_set_sec_ctx(sp, 13, 8, 1, 2, 5, "hello"));
	printf(" %d", xfrmnl_sp_get_sec_ctx(sp, &n[0], &n[1], &n[2], &n[3], &n[4], text));
	printf(" %u %u %u %u %u %.5s\n", n[0], n[1], n[2], n[3], n[4], text);
	dumps(OBJ_CAST(sp));
	for (int i = 0; i < 3; i++) {
		tmpl[i] = some_tmpl(AF_INET);
		xfrmnl_user_tmpl_set_reqid(tmpl[i], (unsigned int)i);
		xfrmnl_sp_add_usertemplate(sp, tmpl[i]);
		printf("templates %d %d", xfrmnl_sp_get_nusertemplates(sp), xfrmnl_sp_get_usertemplates(sp) != NULL);
		for (int j = 0; j < 4; j++)
			printf(" %d", j <= i && xfrmnl_sp_usertemplate_n(sp, j) == tmpl[j]);
		printf("\n");
	}
	xfrmnl_sp_foreach_usertemplate(sp, each, &count);
	printf(" count %d\n", count);
	xfrmnl_sp_remove_usertemplate(sp, tmpl[1]);
	xfrmnl_user_tmpl_free(tmpl[1]);
	printf("templates %d %d\n", xfrmnl_sp_get_nusertemplates(sp), xfrmnl_sp_usertemplate_n(sp, 1) == tmpl[2]);
	dumps(OBJ_CAST(sp));
	xfrmnl_sp_put(sp);
	xfrmnl_sp_put(NULL);
}

static void requests(void)
{
	struct nl_sock *receiver, *sender = pair(&receiver);
	struct nl_msg *msg = NULL;
	int err;

	nl_socket_set_nonblocking(sender);
	for (int i = 0; i < 200; i++) {
		struct xfrmnl_sp *sp = xfrmnl_sp_alloc(), *back = NULL;

		fill(sp, i % 3);
		BUILT(xfrmnl_sp, delete_request, sp, , i);
		BUILT(xfrmnl_sp, update_request, sp, , i);
		err = xfrmnl_sp_build_add_request(sp, i, &msg);
		if (err >= 0) {
			printf("parse %d %d\n", xfrmnl_sp_parse(nlmsg_hdr(msg), &back), back != NULL);
			parsed(OBJ_CAST(back), &err);
			xfrmnl_sp_put(back);
		}
		if (err >= 0)
			nlmsg_free(msg);
		came(receiver, "add", xfrmnl_sp_add(sender, sp, NLM_F_CREATE));
		came(receiver, "update", xfrmnl_sp_update(sender, sp, 0));
		came(receiver, "delete", xfrmnl_sp_delete(sender, sp, 0));
		xfrmnl_sp_put(sp);
	}
	for (int i = 0; i < 40; i++) {
		err = xfrmnl_sp_build_get_request(dice(3), dice(4), dice(2), dice(2), &msg);
		say_msg("get", err, msg);
	}
	nl_socket_free(sender);
	nl_socket_free(receiver);
}

/* Small messages crash stock; comparisons of what has templates differ. */
static void shown(void)
{
	for (int i = 0; i < 300; i++) {
		struct xfrmnl_sp *one = xfrmnl_sp_alloc(), *other = xfrmnl_sp_alloc();

		fill(one, 0);
		fill(other, 0);
		show(OBJ_CAST(one), OBJ_CAST(other));
		xfrmnl_sp_put(one);
		xfrmnl_sp_put(other);
	}
}

/* What the kernel says of a policy that was deleted: who it was, what it was, and more that is not looked at. */
static void deleted(void)
{
	for (int i = 0; i < 20; i++) {
		struct xfrm_userpolicy_id id = { .index = dice(9), .dir = (unsigned char)dice(3) };
		struct xfrm_userpolicy_info info = { .index = dice(9), .dir = (unsigned char)dice(3), .priority = dice(100), .sel.family = AF_INET };
		struct xfrm_userpolicy_type type = { .type = 1 };
		struct xfrm_mark mark = { dice(9), 0xff };
		struct nl_msg *msg = nlmsg_alloc_simple(XFRM_MSG_DELPOLICY, 0);
		int objects = 0, err;

		MUST(nlmsg_append(msg, &id, sizeof id, NLMSG_ALIGNTO) == 0);
		nla_put(msg, XFRMA_POLICY, sizeof info, &info);
		if (i % 2)
			nla_put(msg, XFRMA_MARK, sizeof mark, &mark);
		if (i % 3)
			nla_put(msg, XFRMA_POLICY_TYPE, sizeof type, &type);
		nlmsg_set_proto(msg, NETLINK_XFRM);
		err = nl_msg_parse(msg, parsed, &objects);
		printf("deleted %d, %d objects\n", err, objects);
		nlmsg_free(msg);
	}
}

static void caches(void)
{
	struct nl_cache *cache;
	struct xfrmnl_sp *sp, *found;

	MUST(nl_cache_alloc_name("xfrm/sp", &cache) == 0);
	for (unsigned int i = 0; i < 5; i++) {
		sp = xfrmnl_sp_alloc();
		xfrmnl_sp_set_index(sp, i);
		xfrmnl_sp_set_dir(sp, i % 3);
		MUST(nl_cache_add(cache, OBJ_CAST(sp)) == 0);
		xfrmnl_sp_put(sp);
	}
	for (unsigned int i = 0; i < 6; i++)
		for (unsigned int dir = 0; dir < 3; dir++) {
			found = xfrmnl_sp_get(cache, i, dir);
			printf("%u %u found %d refs %d\n", i, dir, found != NULL, found ? nl_object_get_refcnt(OBJ_CAST(found)) : 0);
			xfrmnl_sp_put(found);
		}
	nl_cache_free(cache);
}

int main(void)
{
	accessors();
	parts();
	shown();
	requests();
	deleted();
	caches();
	return 0;
}
