/* SPDX-License-Identifier: MIT OR Apache-2.0
 * IPsec: associations, policies, events of associations: made, asked for, listed, updated, made again from what was read,
 * deleted. */
#include "made.h"
#include <linux/xfrm.h>
#include <netlink/xfrm/ae.h>
#include <netlink/xfrm/lifetime.h>
#include <netlink/xfrm/sa.h>
#include <netlink/xfrm/selector.h>
#include <netlink/xfrm/sp.h>
#include <netlink/xfrm/template.h>

static struct nl_sock *sock;
static struct nl_cache_mngr *mngr;
static struct nl_addr *given;

static const char key[] = "0123456789abcdef0123456789abcdef0123456789abcdef";

static void step(const char *what, int answer)
{
	say(what, answer);
	hear(mngr);
}

static struct nl_addr *at(const char *text)
{
	nl_addr_put(given);
	return given = address(text, AF_UNSPEC);
}

static struct xfrmnl_sel *selector(int family, const char *from, const char *to)
{
	struct xfrmnl_sel *sel = xfrmnl_sel_alloc();

	xfrmnl_sel_set_family(sel, (unsigned int)family);
	xfrmnl_sel_set_saddr(sel, at(from));
	xfrmnl_sel_set_prefixlen_s(sel, nl_addr_get_prefixlen(given));
	xfrmnl_sel_set_daddr(sel, at(to));
	xfrmnl_sel_set_prefixlen_d(sel, nl_addr_get_prefixlen(given));
	return sel;
}

static struct xfrmnl_ltime_cfg *limits(void)
{
	struct xfrmnl_ltime_cfg *cfg = xfrmnl_ltime_cfg_alloc();

	xfrmnl_ltime_cfg_set_soft_bytelimit(cfg, 1000000);
	xfrmnl_ltime_cfg_set_hard_bytelimit(cfg, 2000000);
	xfrmnl_ltime_cfg_set_soft_packetlimit(cfg, XFRM_INF);
	xfrmnl_ltime_cfg_set_hard_packetlimit(cfg, 3000);
	xfrmnl_ltime_cfg_set_soft_addexpires(cfg, 100000);
	xfrmnl_ltime_cfg_set_hard_addexpires(cfg, 200000);
	return cfg;
}

static struct xfrmnl_sa *association(int family, unsigned int proto, unsigned int spi)
{
	struct xfrmnl_sa *sa = xfrmnl_sa_alloc();
	struct xfrmnl_sel *sel = family == AF_INET ? selector(family, "10.1.0.0/16", "10.2.0.0/16") : selector(family, "2001:db8:1::/48", "2001:db8:2::/48");
	struct xfrmnl_ltime_cfg *cfg = limits();

	printf("-- association %x\n", spi);
	xfrmnl_sa_set_sel(sa, sel);
	xfrmnl_sa_set_lifetime_cfg(sa, cfg);
	xfrmnl_sa_set_family(sa, (unsigned int)family);
	xfrmnl_sa_set_saddr(sa, at(family == AF_INET ? "192.0.2.1" : "2001:db8::1"));
	xfrmnl_sa_set_daddr(sa, at(family == AF_INET ? "192.0.2.2" : "2001:db8::2"));
	xfrmnl_sa_set_proto(sa, proto);
	xfrmnl_sa_set_spi(sa, spi);
	xfrmnl_sa_set_reqid(sa, 7);
	xfrmnl_sa_set_mode(sa, XFRM_MODE_TUNNEL);
	xfrmnl_sel_put(sel);
	xfrmnl_ltime_cfg_put(cfg);
	return sa;
}

static void got(struct xfrmnl_sa *sa)
{
	unsigned int len = 0, trunc = 0, mark = 0, mask = 0, oseq = 9, seq = 9, bitmap = 9;
	char name[65] = "", bytes[1025] = "";
	int answer = xfrmnl_sa_get_crypto_params(sa, name, &len, bytes);

	printf("crypto %d %s %u", answer, name, len);
	answer = xfrmnl_sa_get_auth_params(sa, name, &len, &trunc, bytes);
	printf(" auth %d %s %u %u", answer, name, len, trunc);
	answer = xfrmnl_sa_get_aead_params(sa, name, &len, &trunc, bytes);
	printf(" aead %d %s %u %u", answer, name, len, trunc);
	answer = xfrmnl_sa_get_mark(sa, &mark, &mask);
	printf(" mark %d %x %x", answer, mark, mask);
	answer = xfrmnl_sa_get_replay_state(sa, &oseq, &seq, &bitmap);
	printf(" replay %d %u %u %u window %d maxage %d maxdiff %d\n", answer, oseq, seq, bitmap, xfrmnl_sa_get_replay_window(sa),
	       xfrmnl_sa_get_replay_maxage(sa), xfrmnl_sa_get_replay_maxdiff(sa));
}

static struct xfrmnl_sa *listed(struct xfrmnl_sa *sa)
{
	struct nl_cache *cache = NULL;
	struct xfrmnl_sa *found;

	MUST(xfrmnl_sa_alloc_cache(sock, &cache) == 0);
	found = xfrmnl_sa_get(cache, xfrmnl_sa_get_daddr(sa), (unsigned int)xfrmnl_sa_get_spi(sa), (unsigned int)xfrmnl_sa_get_proto(sa));
	printf("listed %d of %d\n", found != NULL, nl_cache_nitems(cache));
	nl_cache_free(cache);
	return found;
}

static void events(struct xfrmnl_sa *sa)
{
	struct xfrmnl_ae *ae = NULL;
	int answer = xfrmnl_ae_get_kernel(sock, xfrmnl_sa_get_daddr(sa), (unsigned int)xfrmnl_sa_get_spi(sa), (unsigned int)xfrmnl_sa_get_proto(sa),
					  0, 0, &ae);

	say("event", answer);
	if (answer < 0)
		return;
	printf("flags %x reqid %d\n", xfrmnl_ae_get_flags(ae), xfrmnl_ae_get_reqid(ae));
	xfrmnl_ae_put(ae);
}

static void life(struct xfrmnl_sa *sa)
{
	struct xfrmnl_sa *back = NULL, *found;

	step("add", xfrmnl_sa_add(sock, sa, NLM_F_CREATE | NLM_F_EXCL));
	step("again", xfrmnl_sa_add(sock, sa, NLM_F_CREATE | NLM_F_EXCL));
	ask("ip -d xfrm state");
	say("get", xfrmnl_sa_get_kernel(sock, xfrmnl_sa_get_daddr(sa), (unsigned int)xfrmnl_sa_get_spi(sa), (unsigned int)xfrmnl_sa_get_proto(sa), 0, 0, &back));
	found = listed(sa);
	if (back && found) {
		printf("alike %llx attributes %s\n", (unsigned long long)nl_object_diff64(OBJ_CAST(back), OBJ_CAST(found)),
		       nl_object_attr_list(OBJ_CAST(back), buf, sizeof buf));
		forms(OBJ_CAST(back));
		got(back);
		events(back);
		step("update", xfrmnl_sa_update(sock, back, 0));
		step("delete", xfrmnl_sa_delete(sock, back, 0));
		step("made of what was read", xfrmnl_sa_add(sock, back, NLM_F_CREATE | NLM_F_EXCL));
		ask("ip -d xfrm state");
	}
	step("delete", xfrmnl_sa_delete(sock, sa, 0));
	step("delete again", xfrmnl_sa_delete(sock, sa, 0));
	xfrmnl_sa_put(back);
	xfrmnl_sa_put(found);
	xfrmnl_sa_put(sa);
}

static void associations(void)
{
	struct xfrmnl_sa *sa = association(AF_INET, IPPROTO_ESP, 0x100);

	xfrmnl_sa_set_crypto_params(sa, "cbc(aes)", 128, key);
	xfrmnl_sa_set_auth_params(sa, "hmac(sha256)", 256, 128, key);
	xfrmnl_sa_set_replay_window(sa, 32);
	xfrmnl_sa_set_mark(sa, 7, 0xff);
	life(sa);
	sa = association(AF_INET6, IPPROTO_ESP, 0x101);
	xfrmnl_sa_set_aead_params(sa, "rfc4106(gcm(aes))", 160, 128, key);
	xfrmnl_sa_set_replay_window(sa, 32);
	xfrmnl_sa_set_tfcpad(sa, 64);
	life(sa);
	sa = association(AF_INET, IPPROTO_AH, 0x102);
	xfrmnl_sa_set_auth_params(sa, "hmac(sha1)", 160, 96, key);
	xfrmnl_sa_set_mode(sa, XFRM_MODE_TRANSPORT);
	life(sa);
	sa = association(AF_INET, IPPROTO_COMP, 0x103);
	xfrmnl_sa_set_comp_params(sa, "deflate", 0, "");
	life(sa);
	sa = association(AF_INET, IPPROTO_ESP, 0x104);
	life(sa);
	sa = association(AF_INET, IPPROTO_ESP, 0x105);
	xfrmnl_sa_set_crypto_params(sa, "nosuch", 128, key);
	life(sa);
	sa = association(AF_INET, IPPROTO_ESP, 0x106);
	xfrmnl_sa_set_crypto_params(sa, "cbc(aes)", 24, key);
	life(sa);
}

static void template(struct xfrmnl_sp *sp, unsigned int proto, unsigned int mode)
{
	struct xfrmnl_user_tmpl *tmpl = xfrmnl_user_tmpl_alloc();

	xfrmnl_user_tmpl_set_family(tmpl, AF_INET);
	xfrmnl_user_tmpl_set_saddr(tmpl, at("192.0.2.1"));
	xfrmnl_user_tmpl_set_daddr(tmpl, at("192.0.2.2"));
	xfrmnl_user_tmpl_set_proto(tmpl, proto);
	xfrmnl_user_tmpl_set_reqid(tmpl, 7);
	xfrmnl_user_tmpl_set_mode(tmpl, mode);
	xfrmnl_user_tmpl_set_aalgos(tmpl, ~0u);
	xfrmnl_user_tmpl_set_ealgos(tmpl, ~0u);
	xfrmnl_user_tmpl_set_calgos(tmpl, ~0u);
	xfrmnl_sp_add_usertemplate(sp, tmpl);
}

static struct xfrmnl_sp *policy(unsigned int dir, unsigned int action, const char *to)
{
	struct xfrmnl_sp *sp = xfrmnl_sp_alloc();
	struct xfrmnl_sel *sel = selector(AF_INET, "10.1.0.0/16", to);
	struct xfrmnl_ltime_cfg *cfg = limits();

	printf("-- policy to %s\n", to);
	xfrmnl_sel_set_proto(sel, IPPROTO_TCP);
	xfrmnl_sel_set_dport(sel, 80);
	xfrmnl_sel_set_dportmask(sel, 0xffff);
	xfrmnl_sp_set_sel(sp, sel);
	xfrmnl_sp_set_lifetime_cfg(sp, cfg);
	xfrmnl_sp_set_dir(sp, dir);
	xfrmnl_sp_set_action(sp, action);
	xfrmnl_sp_set_priority(sp, 100);
	xfrmnl_sp_set_share(sp, 0);
	xfrmnl_sel_put(sel);
	xfrmnl_ltime_cfg_put(cfg);
	return sp;
}

static void policy_life(struct xfrmnl_sp *sp)
{
	static const char shown[] = "ip -d xfrm policy | grep -v socket";
	struct nl_cache *cache = NULL;
	struct xfrmnl_sp *back = NULL, *one = NULL;

	step("add", xfrmnl_sp_add(sock, sp, NLM_F_CREATE | NLM_F_EXCL));
	step("again", xfrmnl_sp_add(sock, sp, NLM_F_CREATE | NLM_F_EXCL));
	ask(shown);
	MUST(xfrmnl_sp_alloc_cache(sock, &cache) == 0);
	forms_of_all(cache);
	one = (struct xfrmnl_sp *)nl_cache_get_first(cache);
	if (one) {
		back = xfrmnl_sp_get(cache, (unsigned int)xfrmnl_sp_get_index(one), (unsigned int)xfrmnl_sp_get_dir(one));
		printf("found %d templates %d\n", back != NULL, back ? xfrmnl_sp_get_nusertemplates(back) : 0);
	}
	if (back) {
		struct xfrmnl_sp *alone = NULL;

		say("get", xfrmnl_sp_get_kernel(sock, (unsigned int)xfrmnl_sp_get_index(one), (unsigned int)xfrmnl_sp_get_dir(one), 0, 0, &alone));
		if (alone)
			printf("alike %llx\n", (unsigned long long)nl_object_diff64(OBJ_CAST(alone), OBJ_CAST(back)));
		xfrmnl_sp_put(alone);
		step("update", xfrmnl_sp_update(sock, back, 0));
		step("delete", xfrmnl_sp_delete(sock, back, 0));
		step("made of what was read", xfrmnl_sp_add(sock, back, NLM_F_CREATE | NLM_F_EXCL));
		ask(shown);
	}
	step("delete", xfrmnl_sp_delete(sock, sp, 0));
	step("delete again", xfrmnl_sp_delete(sock, sp, 0));
	xfrmnl_sp_put(back);
	xfrmnl_sp_put(sp);
	nl_cache_free(cache);
}

static void policies(void)
{
	struct xfrmnl_sp *sp = policy(XFRM_POLICY_OUT, XFRM_POLICY_ALLOW, "10.2.0.0/16");

	template(sp, IPPROTO_ESP, XFRM_MODE_TUNNEL);
	policy_life(sp);
	sp = policy(XFRM_POLICY_IN, XFRM_POLICY_BLOCK, "10.3.0.0/16");
	xfrmnl_sp_set_mark(sp, 7, 0xff);
	policy_life(sp);
}

/* Stock takes a policy with more than one template for another one than itself. */
static void two_templates(void)
{
	struct xfrmnl_sp *sp = policy(XFRM_POLICY_FWD, XFRM_POLICY_ALLOW, "10.4.0.0/16");
	template(sp, IPPROTO_COMP, XFRM_MODE_TUNNEL);
	template(sp, IPPROTO_ESP, XFRM_MODE_TRANSPORT);
	policy_life(sp);
}

/* What others do, all at once. */
static void by_others(void)
{
	printf("-- by others\n");
	ask("ip xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 5 mode tunnel enc 'cbc(aes)' 0x0123456789abcdef0123456789abcdef;"
	    "ip xfrm state update src 192.0.2.1 dst 192.0.2.2 proto esp spi 5 mode tunnel enc 'cbc(aes)' 0x0123456789abcdef0123456789abcdef "
	    "limit byte-soft 5000; ip xfrm policy add dst 10.5.0.0/16 dir out priority 3; ip xfrm policy update dst 10.5.0.0/16 dir out priority 4");
	hear(mngr);
	ask("ip xfrm state flush; ip xfrm policy flush");
	hear(mngr);
	ask("ip xfrm state allocspi src 192.0.2.1 dst 192.0.2.2 proto esp min 7 max 7; ip xfrm state delete src 192.0.2.1 dst 192.0.2.2 proto esp spi 7");
	hear(mngr);
}

int main(int argc, char **argv)
{
	static const char *const types[] = { "xfrm/sa", "xfrm/sp" };
	/* The current lifetime. */
	static uint64_t clock[] = { 0x40, 4 };

	(void)argv;
	setvbuf(stdout, NULL, _IOLBF, 0);
	sock = connected(NETLINK_XFRM);
	MUST(nl_cache_mngr_alloc(NULL, NETLINK_XFRM, 0, &mngr) == 0);
	for (size_t i = 0; i < COUNT(types); i++) {
		struct nl_cache *cache = NULL;

		MUST(nl_cache_alloc_name(types[i], &cache) == 0);
		say(types[i], nl_cache_mngr_add_cache_v2(mngr, cache, told, &clock[i]));
	}
	if (argc > 1)
		two_templates();
	else {
		associations();
		policies();
		by_others();
	}
	nl_addr_put(given);
	nl_cache_mngr_free(mngr);
	nl_socket_free(sock);
	return 0;
}
