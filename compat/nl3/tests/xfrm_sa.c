/* SPDX-License-Identifier: MIT OR Apache-2.0
 * Security associations of IPsec. */
#include <linux/xfrm.h>
#include <netlink/xfrm/lifetime.h>
#include <netlink/xfrm/sa.h>
#include <netlink/xfrm/selector.h>
#include "fields.h"

#define NUMBER(name)                                                                                      \
	for (size_t i = 0; i < COUNT(VALUES); i++) {                                                      \
		struct xfrmnl_sa *sa = xfrmnl_sa_alloc(), *none = xfrmnl_sa_alloc();                      \
                                                                                                          \
		printf("%s = %llx: %d", #name, VALUES[i], xfrmnl_sa_get_##name(sa));                      \
		printf(" %d", xfrmnl_sa_set_##name(sa, (unsigned int)VALUES[i]));                         \
		printf(" %d diff %llx\n", xfrmnl_sa_get_##name(sa),                                       \
		       (unsigned long long)nl_object_diff64(OBJ_CAST(sa), OBJ_CAST(none)));               \
		dumps(OBJ_CAST(sa));                                                                      \
		xfrmnl_sa_put(sa);                                                                        \
		xfrmnl_sa_put(none);                                                                      \
	}

static void accessors(void)
{
	NUMBER(spi)
	NUMBER(proto)
	NUMBER(reqid)
	NUMBER(family)
	NUMBER(mode)
	NUMBER(replay_window)
	NUMBER(flags)
	NUMBER(tfcpad)
	NUMBER(replay_maxage)
	NUMBER(replay_maxdiff)
}

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
	nl_addr_put(src);
	nl_addr_put(dst);
	return sel;
}

/* Stock takes no reference of an address for wrapping, but gives one back. */
static void set_encap(struct xfrmnl_sa *sa, int family, unsigned int type, unsigned int sport, unsigned int dport)
{
	static struct nl_addr *kept[2];
	struct nl_addr **it = &kept[family == AF_INET6];

	if (*it == NULL)
		*it = addr(family == AF_INET6 ? "2001:db8::9" : "10.0.0.9", family);
	MUST(xfrmnl_sa_set_encap_tmpl(sa, type, sport, dport, *it) == 0);
	nl_addr_get(*it);
}

static const char KEY[] = "0123456789abcdef0123456789abcdef0123456789abcdef";

static void fill(struct xfrmnl_sa *sa)
{
	int family = dice(3) ? AF_INET : AF_INET6;
	struct xfrmnl_sel *sel = some_sel(family);
	struct xfrmnl_ltime_cfg *cfg = xfrmnl_ltime_cfg_alloc();
	struct nl_addr *src = some_addr(family), *dst = some_addr(family);

	xfrmnl_ltime_cfg_set_soft_bytelimit(cfg, dice(2) ? ~0ULL : dice(100));
	xfrmnl_ltime_cfg_set_hard_packetlimit(cfg, dice(2) ? ~0ULL : dice(100));
	/* Stock copies none that lacks it. */
	xfrmnl_sa_set_sel(sa, sel);
	SOMETIMES xfrmnl_sa_set_lifetime_cfg(sa, cfg);
	xfrmnl_sel_put(sel);
	xfrmnl_ltime_cfg_put(cfg);
	if (dice(8))
		xfrmnl_sa_set_daddr(sa, dst);
	SOMETIMES xfrmnl_sa_set_saddr(sa, src);
	if (dice(8))
		xfrmnl_sa_set_spi(sa, dice(3));
	if (dice(8))
		xfrmnl_sa_set_proto(sa, dice(3) ? 50 : 51);
	SOMETIMES xfrmnl_sa_set_family(sa, (unsigned int)family);
	SOMETIMES xfrmnl_sa_set_reqid(sa, dice(3));
	SOMETIMES xfrmnl_sa_set_mode(sa, dice(6));
	SOMETIMES xfrmnl_sa_set_replay_window(sa, dice(3));
	SOMETIMES xfrmnl_sa_set_flags(sa, dice(8));
	SOMETIMES xfrmnl_sa_set_aead_params(sa, dice(2) ? "rfc4106(gcm(aes))" : "seqiv", dice(200), dice(128), KEY);
	SOMETIMES xfrmnl_sa_set_auth_params(sa, dice(2) ? "hmac(sha1)" : "md5", dice(200), dice(128), KEY);
	SOMETIMES xfrmnl_sa_set_crypto_params(sa, dice(2) ? "cbc(aes)" : "null", dice(200), KEY);
	SOMETIMES xfrmnl_sa_set_comp_params(sa, "deflate", dice(200), KEY);
	SOMETIMES set_encap(sa, family, dice(3), dice(5000), dice(5000));
	SOMETIMES xfrmnl_sa_set_tfcpad(sa, dice(3));
	SOMETIMES xfrmnl_sa_set_mark(sa, dice(3), dice(3));
	SOMETIMES xfrmnl_sa_set_sec_ctx(sa, 1, 2, 4, 4, "abc");
	SOMETIMES xfrmnl_sa_set_replay_maxage(sa, dice(3));
	SOMETIMES xfrmnl_sa_set_replay_maxdiff(sa, dice(3));
	/* How windows differ ends up in stock's answer as if it were attributes. */
	xfrmnl_sa_set_replay_state(sa, 1, 2, 3);
	SOMETIMES xfrmnl_sa_set_user_offload(sa, (int)dice(3), (uint8_t)dice(3));
	nl_addr_put(src);
	nl_addr_put(dst);
}

static void parts(void)
{
	struct xfrmnl_sa *sa = xfrmnl_sa_alloc();
	struct nl_addr *one = addr("10.0.0.1", AF_INET), *other = addr("::1", AF_INET6), *back = NULL;
	unsigned int n[6] = { 77, 77, 77, 77, 77, 77 }, bitmap[8] = { 1, 2, 3 };
	unsigned long long t[4] = { 77, 77, 77, 77 };
	char name[80] = "", key[80] = "";
	uint8_t flags = 77;
	int ifindex = 77;

	printf("at first %d %d %d", xfrmnl_sa_get_sel(sa) != NULL, xfrmnl_sa_get_lifetime_cfg(sa) != NULL, xfrmnl_sa_get_daddr(sa) != NULL);
	printf(" %d %d", xfrmnl_sa_get_saddr(sa) != NULL, xfrmnl_sa_get_coaddr(sa) != NULL);
	printf(" %d", xfrmnl_sa_get_curlifetime(sa, &t[0], &t[1], &t[2], &t[3]));
	printf(" %d", xfrmnl_sa_get_stats(sa, &t[0], &t[1], &t[2]));
	printf(" %d %d %d", xfrmnl_sa_get_seq(sa), xfrmnl_sa_is_expiry_reached(sa), xfrmnl_sa_is_hardexpiry_reached(sa));
	printf(" %d %d", xfrmnl_sa_get_aead_params(sa, name, &n[0], &n[1], key), xfrmnl_sa_get_crypto_params(sa, name, &n[0], key));
	printf(" %d %d", xfrmnl_sa_get_sec_ctx(sa, &n[0], &n[1], &n[2], &n[3], name), xfrmnl_sa_get_user_offload(sa, &ifindex, &flags));
	printf(" %d %d\n", xfrmnl_sa_get_encap_tmpl(sa, &n[0], &n[1], &n[2], &back), xfrmnl_sa_get_mark(sa, &n[0], &n[1]));
	printf("addresses %d %d", xfrmnl_sa_set_daddr(sa, one), xfrmnl_sa_set_saddr(sa, other));
	printf(" %d %d %d", xfrmnl_sa_set_coaddr(sa, one), xfrmnl_sa_get_family(sa), xfrmnl_sa_get_daddr(sa) == one);
	printf(" %d %d\n", xfrmnl_sa_get_saddr(sa) == other, xfrmnl_sa_get_coaddr(sa) == one);
	printf("aead %d", xfrmnl_sa_set_aead_params(sa, "gcm", 77, 64, KEY));
	printf(" %d", xfrmnl_sa_get_aead_params(sa, name, &n[0], &n[1], key));
	printf(" %s %u %u %.10s\n", name, n[0], n[1], key);
	printf("auth %d", xfrmnl_sa_set_auth_params(sa, "md5", 40, 32, KEY));
	printf(" %d", xfrmnl_sa_get_auth_params(sa, name, &n[0], &n[1], key));
	printf(" %s %u %u %.5s\n", name, n[0], n[1], key);
	printf("crypto %d", xfrmnl_sa_set_crypto_params(sa, "des", 24, KEY));
	printf(" %d", xfrmnl_sa_get_crypto_params(sa, name, &n[0], key));
	printf(" %s %u %.3s\n", name, n[0], key);
	printf("comp %d", xfrmnl_sa_set_comp_params(sa, "lzs", 16, KEY));
	printf(" %d", xfrmnl_sa_get_comp_params(sa, name, &n[0], key));
	printf(" %s %u %.2s\n", name, n[0], key);
	for (int len = 60; len < 68; len++) {
		char text[80] = "";

		memset(text, 'n', (size_t)len);
		printf("name of %d: %d", len, xfrmnl_sa_set_crypto_params(sa, text, 8, KEY));
		printf(" %d\n", xfrmnl_sa_set_aead_params(sa, text, 8, 8, KEY));
	}
	set_encap(sa, AF_INET, 2, 4500, 4501);
	printf("encap %d", xfrmnl_sa_get_encap_tmpl(sa, &n[0], &n[1], &n[2], &back));
	printf(" %u %u %u %s\n", n[0], n[1], n[2], text_of_addr(back));
	printf("context %d", xfrmnl_sa_set_sec_ctx(sa, 1, 2, 6, 4, "hello"));
	memset(name, 0, sizeof name);
	printf(" %d", xfrmnl_sa_get_sec_ctx(sa, &n[0], &n[1], &n[2], &n[3], name));
	printf(" %u %u %u %u %.5s\n", n[0], n[1], n[2], n[3], name);
	printf("offload %d", xfrmnl_sa_set_user_offload(sa, 3, 1));
	printf(" %d %d %u\n", xfrmnl_sa_get_user_offload(sa, &ifindex, &flags), ifindex, flags);
	printf("replay %d", xfrmnl_sa_get_replay_state(sa, &n[0], &n[1], &n[2]));
	printf(" %d", xfrmnl_sa_set_replay_state(sa, 1, 2, 3));
	printf(" %d", xfrmnl_sa_get_replay_state(sa, &n[0], &n[1], &n[2]));
	printf(" %u %u %u\n", n[0], n[1], n[2]);
	printf("esn %d", xfrmnl_sa_set_replay_state_esn(sa, 1, 2, 3, 4, 5, 3, bitmap));
	memset(bitmap, 0, sizeof bitmap);
	printf(" %d", xfrmnl_sa_get_replay_state_esn(sa, &n[0], &n[1], &n[2], &n[3], &n[4], &n[5], bitmap));
	printf(" %u %u %u %u %u %u %u\n", n[0], n[1], n[2], n[3], n[4], n[5], bitmap[2]);
	dumps(OBJ_CAST(sa));
	nl_addr_put(one);
	nl_addr_put(other);
	xfrmnl_sa_put(sa);
	xfrmnl_sa_put(NULL);
}

/* The content of a message of another type, behind a header that is as long as is said. */
static void parse_as(int type, const void *header, size_t len, const struct nlmsghdr *add, int inside)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct xfrmnl_sa *sa = NULL;
	int err;

	nlmsg_put(msg, 0, 0, type, 0, 0);
	memcpy(nlmsg_reserve(msg, len, NLMSG_ALIGNTO), header, len);
	if (inside)
		nla_put(msg, XFRMA_SA, (int)sizeof(struct xfrm_usersa_info), nlmsg_data(add));
	err = xfrmnl_sa_parse(nlmsg_hdr(msg), &sa);
	printf("parse as %d: %d\n", type, err);
	if (err >= 0) {
		parsed(OBJ_CAST(sa), &err);
		printf("expired %d %d\n", xfrmnl_sa_is_expiry_reached(sa), xfrmnl_sa_is_hardexpiry_reached(sa));
		xfrmnl_sa_put(sa);
	}
	nlmsg_free(msg);
}

static void parse_all(struct nlmsghdr *nlh)
{
	struct xfrm_user_expire expire = { .hard = (uint8_t)dice(2) };
	struct xfrm_usersa_id id = { .family = AF_INET };
	struct xfrm_usersa_info *info = nlmsg_data(nlh);
	struct xfrmnl_sa *sa = NULL;
	unsigned long long t[4];
	int err;

	info->curlft = (struct xfrm_lifetime_cur) { dice(100), dice(100), dice(2) * 1700000000, dice(2) };
	info->stats = (struct xfrm_stats) { dice(3), dice(3), dice(3) };
	info->seq = dice(3);
	expire.state = *info;
	err = xfrmnl_sa_parse(nlh, &sa);
	printf("parse %d\n", err);
	if (err >= 0) {
		parsed(OBJ_CAST(sa), &err);
		printf("seq %d lifetime %d", xfrmnl_sa_get_seq(sa), xfrmnl_sa_get_curlifetime(sa, &t[0], &t[1], &t[2], &t[3]));
		printf(" %llu %llu %llu %llu", t[0], t[1], t[2], t[3]);
		printf(" stats %d", xfrmnl_sa_get_stats(sa, &t[0], &t[1], &t[2]));
		printf(" %llu %llu %llu\n", t[0], t[1], t[2]);
		xfrmnl_sa_put(sa);
	}
	parse_as(XFRM_MSG_EXPIRE, &expire, sizeof expire, nlh, 0);
	parse_as(XFRM_MSG_DELSA, &id, sizeof id, nlh, 1);
}

static void requests(void)
{
	struct nl_sock *receiver, *sender = pair(&receiver);
	struct nl_msg *msg = NULL;
	int err;

	nl_socket_set_nonblocking(sender);
	for (int i = 0; i < 150; i++) {
		struct xfrmnl_sa *sa = xfrmnl_sa_alloc();

		fill(sa);
		BUILT(xfrmnl_sa, delete_request, sa, , i);
		BUILT(xfrmnl_sa, update_request, sa, , i);
		err = xfrmnl_sa_build_add_request(sa, i, &msg);
		if (err >= 0) {
			parse_all(nlmsg_hdr(msg));
			nlmsg_free(msg);
		}
		came(receiver, "add", xfrmnl_sa_add(sender, sa, NLM_F_CREATE));
		came(receiver, "update", xfrmnl_sa_update(sender, sa, 0));
		came(receiver, "delete", xfrmnl_sa_delete(sender, sa, 0));
		xfrmnl_sa_put(sa);
	}
	for (int i = 0; i < 40; i++) {
		struct nl_addr *dst = some_addr(i & 1 ? AF_INET : AF_INET6);

		err = xfrmnl_sa_build_get_request(dst, 1 + dice(2), dice(2) * 50, dice(3), dice(3), &msg);
		say_msg("get", err, msg);
		nl_addr_put(dst);
	}
	nl_socket_free(sender);
	nl_socket_free(receiver);
}

static void caches(void)
{
	struct nl_addr *one = addr("10.0.0.1", AF_INET);
	struct xfrmnl_sa *sa, *found;
	struct nl_cache *cache;

	MUST(nl_cache_alloc_name("xfrm/sa", &cache) == 0);
	for (unsigned int i = 0; i < 5; i++) {
		sa = xfrmnl_sa_alloc();
		xfrmnl_sa_set_daddr(sa, one);
		xfrmnl_sa_set_spi(sa, i);
		xfrmnl_sa_set_proto(sa, 50 + i % 2);
		MUST(nl_cache_add(cache, OBJ_CAST(sa)) == 0);
		xfrmnl_sa_put(sa);
	}
	for (unsigned int spi = 0; spi < 6; spi++)
		for (unsigned int proto = 50; proto < 52; proto++) {
			found = xfrmnl_sa_get(cache, one, spi, proto);
			printf("%u %u found %d refs %d\n", spi, proto, found != NULL, found ? nl_object_get_refcnt(OBJ_CAST(found)) : 0);
			xfrmnl_sa_put(found);
		}
	nl_cache_free(cache);
	nl_addr_put(one);
}

int main(void)
{
	accessors();
	parts();
	COMPARED(xfrmnl_sa, fill)
	requests();
	caches();
	return 0;
}
