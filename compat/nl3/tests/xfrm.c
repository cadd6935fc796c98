/* SPDX-License-Identifier: MIT OR Apache-2.0
 * What associations and policies of IPsec are made of. */
#include <unistd.h>
#include <sys/wait.h>
#include <netlink/xfrm/ae.h>
#include <netlink/xfrm/lifetime.h>
#include <netlink/xfrm/sa.h>
#include <netlink/xfrm/selector.h>
#include <netlink/xfrm/sp.h>
#include <netlink/xfrm/template.h>
#include "fields.h"

static void names(void)
{
	static const char *texts[] = { "transport", "BEET", "allow", "block", "main", "any", "in", "OUT", "session", "no ecn", "align4,esn",
				       "replay value", "allow policy override by user", "3", "0x4", "", "nothing" };
	char buf[256];

	for (int i = -1; i < 10; i++) {
		printf("%d: %s", i, xfrmnl_sa_mode2str(i, buf, sizeof buf));
		printf(" %s", xfrmnl_user_tmpl_mode2str(i, buf, sizeof buf));
		printf(" %s", xfrmnl_sp_action2str(i, buf, sizeof buf));
		printf(" %s", xfrmnl_sp_type2str(i, buf, sizeof buf));
		printf(" %s", xfrmnl_sp_dir2str(i, buf, sizeof buf));
		printf(" %s\n", xfrmnl_sp_share2str(i, buf, sizeof buf));
	}
	for (unsigned int i = 0; i < 300; i++) {
		printf("%u: %d '%s'", i, xfrmnl_sp_index2dir(i), xfrmnl_sa_flags2str((int)i, buf, sizeof buf));
		printf(" '%s'", xfrmnl_sp_flags2str((int)i, buf, sizeof buf));
		printf(" '%s'\n", xfrmnl_ae_flags2str((int)i, buf, sizeof buf));
	}
	for (size_t i = 0; i < COUNT(texts); i++) {
		printf("%s: %d %d %d", texts[i], xfrmnl_sa_str2mode(texts[i]), xfrmnl_user_tmpl_str2mode(texts[i]), xfrmnl_sp_str2action(texts[i]));
		printf(" %d %d %d", xfrmnl_sp_str2type(texts[i]), xfrmnl_sp_str2dir(texts[i]), xfrmnl_sp_str2share(texts[i]));
		printf(" %d %d %d\n", xfrmnl_sa_str2flag(texts[i]), xfrmnl_sp_str2flag(texts[i]), xfrmnl_ae_str2flag(texts[i]));
	}
}

static struct nl_dump_params params;

static struct nl_dump_params *out(void)
{
	params = (struct nl_dump_params) { .dp_fd = stdout, .dp_prefix = 2 };
	return &params;
}

/* A number of what is no object. */
#define PART(of, name)                                                                                    \
	for (size_t i = 0; i < COUNT(VALUES); i++) {                                                      \
		struct of *it = of##_alloc();                                                             \
		long long before = (long long)of##_get_##name(it);                                        \
                                                                                                          \
		printf(#of " " #name " %lld %d", before, of##_set_##name(it, VALUES[i]));                 \
		printf(" %lld\n", (long long)of##_get_##name(it));                                        \
		SHOWN(it)                                                                                 \
		FREED(it)                                                                                 \
	}

static void lifetimes(void)
{
#define SHOWN(it)
#define FREED(it) xfrmnl_ltime_cfg_put(it);
	PART(xfrmnl_ltime_cfg, soft_bytelimit)
	PART(xfrmnl_ltime_cfg, hard_bytelimit)
	PART(xfrmnl_ltime_cfg, soft_packetlimit)
	PART(xfrmnl_ltime_cfg, hard_packetlimit)
	PART(xfrmnl_ltime_cfg, soft_addexpires)
	PART(xfrmnl_ltime_cfg, hard_addexpires)
	PART(xfrmnl_ltime_cfg, soft_useexpires)
	PART(xfrmnl_ltime_cfg, hard_useexpires)
#undef SHOWN
#undef FREED
	for (int i = 0; i < 200; i++) {
		struct xfrmnl_ltime_cfg *it[2] = { xfrmnl_ltime_cfg_alloc(), xfrmnl_ltime_cfg_alloc() }, *copy;

		for (int j = 0; j < 2; j++) {
			SOMETIMES xfrmnl_ltime_cfg_set_soft_bytelimit(it[j], dice(2));
			SOMETIMES xfrmnl_ltime_cfg_set_hard_bytelimit(it[j], dice(2));
			if (dice(4) == 0)
				xfrmnl_ltime_cfg_set_soft_useexpires(it[j], dice(2));
		}
		copy = xfrmnl_ltime_cfg_clone(it[0]);
		printf("%d %d", xfrmnl_ltime_cfg_cmp(it[0], it[1]), xfrmnl_ltime_cfg_cmp(it[0], copy));
		printf(" %d", xfrmnl_ltime_cfg_shared(copy));
		printf(" %d", xfrmnl_ltime_cfg_get(copy) == copy);
		printf(" %d\n", xfrmnl_ltime_cfg_shared(copy));
		xfrmnl_ltime_cfg_put(copy);
		xfrmnl_ltime_cfg_put(copy);
		xfrmnl_ltime_cfg_put(it[0]);
		xfrmnl_ltime_cfg_put(it[1]);
	}
	xfrmnl_ltime_cfg_put(NULL);
}

static void fill_sel(struct xfrmnl_sel *sel, int family)
{
	struct nl_addr *src = some_addr(family), *dst = some_addr(family);

	MUST(xfrmnl_sel_set_saddr(sel, src) == 0 && xfrmnl_sel_set_daddr(sel, dst) == 0);
	MUST(xfrmnl_sel_get_saddr(sel) == src && xfrmnl_sel_get_daddr(sel) == dst);
	nl_addr_put(src);
	nl_addr_put(dst);
	if (dice(4) == 0)
		xfrmnl_sel_set_dport(sel, dice(2));
	if (dice(4) == 0)
		xfrmnl_sel_set_sport(sel, dice(2));
	if (dice(4) == 0)
		xfrmnl_sel_set_dportmask(sel, dice(2));
	if (dice(4) == 0)
		xfrmnl_sel_set_sportmask(sel, dice(2));
	if (dice(4) == 0)
		xfrmnl_sel_set_family(sel, (unsigned int)family);
	if (dice(4) == 0)
		xfrmnl_sel_set_prefixlen_d(sel, dice(32));
	if (dice(4) == 0)
		xfrmnl_sel_set_prefixlen_s(sel, dice(32));
	if (dice(4) == 0)
		xfrmnl_sel_set_proto(sel, dice(8));
	if (dice(4) == 0)
		xfrmnl_sel_set_ifindex(sel, dice(2));
	if (dice(4) == 0)
		xfrmnl_sel_set_userid(sel, dice(2));
}

static void selectors(void)
{
#define SHOWN(it) xfrmnl_sel_dump(it, out());
#define FREED(it) xfrmnl_sel_put(it);
	PART(xfrmnl_sel, dport)
	PART(xfrmnl_sel, dportmask)
	PART(xfrmnl_sel, sport)
	PART(xfrmnl_sel, sportmask)
	PART(xfrmnl_sel, family)
	PART(xfrmnl_sel, prefixlen_d)
	PART(xfrmnl_sel, prefixlen_s)
	PART(xfrmnl_sel, proto)
	PART(xfrmnl_sel, ifindex)
	PART(xfrmnl_sel, userid)
#undef SHOWN
#undef FREED
	for (int i = 0; i < 400; i++) {
		struct xfrmnl_sel *one = xfrmnl_sel_alloc(), *other = xfrmnl_sel_alloc(), *copy;

		fill_sel(one, AF_INET);
		fill_sel(other, dice(4) ? AF_INET : AF_INET6);
		if (dice(2)) {
			xfrmnl_sel_set_saddr(other, xfrmnl_sel_get_saddr(one));
			xfrmnl_sel_set_daddr(other, xfrmnl_sel_get_daddr(one));
		}
		xfrmnl_sel_dump(one, out());
		copy = xfrmnl_sel_clone(one);
		xfrmnl_sel_dump(copy, out());
		printf("%d %d %d", xfrmnl_sel_cmp(one, other), xfrmnl_sel_cmp(other, one), xfrmnl_sel_cmp(one, copy));
		printf(" %d", xfrmnl_sel_shared(copy));
		printf(" %d", xfrmnl_sel_get(copy) == copy);
		printf(" %d line %u\n", xfrmnl_sel_shared(copy), params.dp_line);
		xfrmnl_sel_put(copy);
		xfrmnl_sel_put(copy);
		xfrmnl_sel_put(one);
		xfrmnl_sel_put(other);
	}
	xfrmnl_sel_put(NULL);
}

static void fill_tmpl(struct xfrmnl_user_tmpl *tmpl, int family)
{
	struct nl_addr *src = some_addr(family), *dst = some_addr(family);

	MUST(xfrmnl_user_tmpl_set_saddr(tmpl, src) == 0 && xfrmnl_user_tmpl_set_daddr(tmpl, dst) == 0);
	MUST(xfrmnl_user_tmpl_get_saddr(tmpl) == src && xfrmnl_user_tmpl_get_daddr(tmpl) == dst);
	nl_addr_put(src);
	nl_addr_put(dst);
	if (dice(4) == 0)
		xfrmnl_user_tmpl_set_spi(tmpl, dice(2));
	if (dice(4) == 0)
		xfrmnl_user_tmpl_set_proto(tmpl, dice(8));
	if (dice(4) == 0)
		xfrmnl_user_tmpl_set_family(tmpl, (unsigned int)family);
	if (dice(4) == 0)
		xfrmnl_user_tmpl_set_reqid(tmpl, dice(2));
	if (dice(4) == 0)
		xfrmnl_user_tmpl_set_mode(tmpl, dice(3));
	if (dice(4) == 0)
		xfrmnl_user_tmpl_set_share(tmpl, dice(3));
	if (dice(4) == 0)
		xfrmnl_user_tmpl_set_optional(tmpl, dice(3));
	if (dice(4) == 0)
		xfrmnl_user_tmpl_set_aalgos(tmpl, dice(3));
	if (dice(4) == 0)
		xfrmnl_user_tmpl_set_ealgos(tmpl, dice(3));
	if (dice(4) == 0)
		xfrmnl_user_tmpl_set_calgos(tmpl, dice(3));
}

static void templates(void)
{
#define SHOWN(it) xfrmnl_user_tmpl_dump(it, out());
#define FREED(it) xfrmnl_user_tmpl_free(it);
	PART(xfrmnl_user_tmpl, spi)
	PART(xfrmnl_user_tmpl, proto)
	PART(xfrmnl_user_tmpl, family)
	PART(xfrmnl_user_tmpl, reqid)
	PART(xfrmnl_user_tmpl, mode)
	PART(xfrmnl_user_tmpl, share)
	PART(xfrmnl_user_tmpl, optional)
	PART(xfrmnl_user_tmpl, aalgos)
	PART(xfrmnl_user_tmpl, ealgos)
	PART(xfrmnl_user_tmpl, calgos)
#undef SHOWN
#undef FREED
	for (int i = 0; i < 400; i++) {
		struct xfrmnl_user_tmpl *one = xfrmnl_user_tmpl_alloc(), *other = xfrmnl_user_tmpl_alloc(), *copy;

		fill_tmpl(one, AF_INET);
		fill_tmpl(other, dice(4) ? AF_INET : AF_INET6);
		if (dice(2)) {
			xfrmnl_user_tmpl_set_saddr(other, xfrmnl_user_tmpl_get_saddr(one));
			xfrmnl_user_tmpl_set_daddr(other, xfrmnl_user_tmpl_get_daddr(one));
		}
		xfrmnl_user_tmpl_dump(one, out());
		copy = xfrmnl_user_tmpl_clone(one);
		xfrmnl_user_tmpl_dump(copy, out());
		printf("%d %d %d line %u\n", xfrmnl_user_tmpl_cmp(one, other), xfrmnl_user_tmpl_cmp(other, one),
		       xfrmnl_user_tmpl_cmp(one, copy), params.dp_line);
		xfrmnl_user_tmpl_free(copy);
		xfrmnl_user_tmpl_free(one);
		xfrmnl_user_tmpl_free(other);
	}
	xfrmnl_user_tmpl_free(NULL);
}

/* Stock crashes where there are no addresses. */
static void bare(void)
{
	struct xfrmnl_sel *sel = xfrmnl_sel_alloc(), *sel2;
	struct xfrmnl_user_tmpl *tmpl = xfrmnl_user_tmpl_alloc(), *tmpl2;
	pid_t child;

	fflush(stdout);
	child = fork();
	MUST(child >= 0);
	if (child == 0) {
		sel2 = xfrmnl_sel_clone(sel);
		tmpl2 = xfrmnl_user_tmpl_clone(tmpl);
		printf("fix bare %d %d\n", xfrmnl_sel_cmp(sel, sel2), xfrmnl_user_tmpl_cmp(tmpl, tmpl2));
		xfrmnl_sel_put(sel);
		xfrmnl_sel_put(sel2);
		xfrmnl_user_tmpl_free(tmpl);
		xfrmnl_user_tmpl_free(tmpl2);
		fflush(stdout);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	xfrmnl_sel_put(sel);
	xfrmnl_user_tmpl_free(tmpl);
}

int main(void)
{
	names();
	lifetimes();
	selectors();
	templates();
	bare();
	return 0;
}
