/* SPDX-License-Identifier: MIT OR Apache-2.0
 * messages FILE SEED ROUNDS FILL: damages messages, and does with each all that is done with messages. Prints what came
 * of it, so that runs with other bytes in fresh memory, or on another library, can be compared; crashes, endless loops
 * and leaks are said on lines of their own, and make the status 1. */
#define _GNU_SOURCE
#include "guard.h"
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <netlink/netlink.h>
#include <netlink/attr.h>
#include <netlink/cache.h>
#include <netlink/handlers.h>
#include <netlink/msg.h>
#include <netlink/object.h>
#include <netlink/socket.h>
#include <netlink/fib_lookup/lookup.h>
#include <netlink/genl/ctrl.h>
#include <netlink/idiag/msg.h>
#include <netlink/netfilter/ct.h>
#include <netlink/netfilter/exp.h>
#include <netlink/netfilter/queue_msg.h>
#include <netlink/route/action.h>
#include <netlink/route/addr.h>
#include <netlink/route/class.h>
#include <netlink/route/classifier.h>
#include <netlink/route/link.h>
#include <netlink/route/neighbour.h>
#include <netlink/route/neightbl.h>
#include <netlink/route/qdisc.h>
#include <netlink/route/route.h>
#include <netlink/route/rule.h>
#include <netlink/xfrm/ae.h>
#include <netlink/xfrm/sa.h>
#include <netlink/xfrm/sp.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define LONGEST 4096

struct message {
	int protocol;
	size_t len;
	unsigned char bytes[LONGEST];
};

static uint64_t state;

static unsigned int dice(unsigned int sides)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned int)(state >> 33) % sides;
}

static struct message known[512];
static unsigned int knowns;

static void load(const char *file)
{
	static char line[2 * LONGEST + 16];
	FILE *from = fopen(file, "r");

	while (from && fgets(line, sizeof line, from) && knowns < COUNT(known)) {
		struct message *m = &known[knowns];
		int at = 0;

		if (sscanf(line, "%d %n", &m->protocol, &at) != 1)
			continue;
		while (m->len < LONGEST && sscanf(line + at, "%2hhx", &m->bytes[m->len]) == 1) {
			m->len++;
			at += 2;
		}
		knowns++;
	}
	if (!knowns)
		exit(2);
}

/* ---- Damage. */

static size_t u16_at(const struct message *m, size_t at)
{
	return m->bytes[at] | (size_t)m->bytes[at + 1] << 8;
}

static void set_u16(struct message *m, size_t at, size_t value)
{
	m->bytes[at] = (unsigned char)value;
	m->bytes[at + 1] = (unsigned char)(value >> 8);
}

/* What looks like attributes, and in which other each lies (-1: none). */
static struct place {
	size_t at, len;
	int in;
} places[512];
static int found;

static void find(const struct message *m, size_t from, size_t end, int in, int depth)
{
	while (from + 4 <= end && found < (int)COUNT(places)) {
		size_t len = u16_at(m, from);
		int me = found;

		if (len < 4 || len > end - from)
			return;
		places[found++] = (struct place){ from, len, in };
		if (depth && len >= 8)
			find(m, from + 4, from + len, me, depth - 1);
		from += NLA_ALIGN(len);
	}
}

/* How long the families' headers are, by all types that are known. */
static size_t header_of(const struct message *m)
{
	static const unsigned char route[] = { [4] = 16, 8, 12, 12, 12, 20, 20, 20, [16] = 8, [21] = 8, [26] = 8 };
	static const unsigned short xfrm[] = { [16] = 224, 24, 24, 168, 64, 24, 64, 64, 248, 280, 232, 168, 224, 176, 8, 64, 48, 48 };
	size_t type = u16_at(m, 4), len = 0;

	if (m->protocol == NETLINK_ROUTE && type / 4 < COUNT(route))
		len = route[type / 4];
	else if (m->protocol == NETLINK_XFRM)
		len = type < COUNT(xfrm) ? xfrm[type] : 24;
	else if (m->protocol == NETLINK_SOCK_DIAG)
		len = 72;
	return len ? len : 4;
}

static struct place *some_place(const struct message *m)
{
	found = 0;
	find(m, 16 + header_of(m), m->len, -1, 5);
	return found ? &places[dice((unsigned int)found)] : NULL;
}

/* Makes room in an attribute, or takes it away; those around it know. */
static void shift(struct message *m, size_t at, int in, long by)
{
	if ((long)m->len + by > LONGEST || at > m->len || (by < 0 && at + (size_t)-by > m->len))
		return;
	if (by < 0)
		memmove(m->bytes + at, m->bytes + at - by, m->len - at + (size_t)by);
	else
		memmove(m->bytes + at + by, m->bytes + at, m->len - at);
	m->len += (size_t)by;
	for (; in >= 0; in = places[in].in)
		set_u16(m, places[in].at, u16_at(m, places[in].at) + (size_t)by);
}

static void resize(struct message *m, const struct place *place, size_t payload)
{
	long had = (long)NLA_ALIGN(place->len), will = (long)NLA_ALIGN(payload + 4);

	shift(m, place->at + (size_t)(will < had ? will : had), place->in, will - had);
	set_u16(m, place->at, payload + 4);
}

static void insert(struct message *m, const struct message *from)
{
	static unsigned char copy[LONGEST];
	const struct place *place = some_place(from);
	size_t len = place ? place->len : 0;

	memcpy(copy, from->bytes + (place ? place->at : 0), len);
	place = some_place(m);
	if (!place || m->len + NLA_ALIGN(len) > LONGEST)
		return;
	shift(m, place->at, place->in, (long)NLA_ALIGN(len));
	memcpy(m->bytes + place->at, copy, len);
}

static void change_bytes(struct message *m)
{
	static const unsigned char odd[] = { 0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 63, 64, 127, 128, 129, 254, 255 };
	size_t at = 4 + dice((unsigned int)m->len - 4), width = 1u << dice(4);

	for (unsigned char byte = odd[dice(COUNT(odd))]; width-- > 0 && at < m->len; at++)
		m->bytes[at] = dice(4) ? byte : 0;
}

static void damage(struct message *m)
{
	const struct place *place = some_place(m);

	switch (place ? dice(8) : dice(2) * 7) {
	case 0: change_bytes(m); break;
	case 1: resize(m, place, dice(40)); break;
	case 2: set_u16(m, place->at, dice(3) ? place->len + dice(17) - 8 : dice(65536)); break;
	case 3: shift(m, place->at, place->in, -(long)NLA_ALIGN(place->len)); break;
	case 4: insert(m, m); break;
	case 5: insert(m, &known[dice(knowns)]); break;
	case 6: m->bytes[place->at + 2] ^= (unsigned char)(1u + dice(63)); break;
	default: m->len = 16 + dice((unsigned int)m->len - 15); break;
	}
}

/* ---- What is done with each. */

static char *said;
static size_t said_len, said_room = 1 << 20;
#define SAY(...) (said_len += (size_t)snprintf(said + said_len, said_len < said_room ? said_room - said_len : 0, __VA_ARGS__))

static void line(struct nl_dump_params *params, char *text)
{
	SAY("%s", text);
}

static void dumped(struct nl_object *obj)
{
	for (int type = 0; type < NL_DUMP_MAX; type++) {
		struct nl_dump_params params = { .dp_type = (enum nl_dump_type)type, .dp_cb = line };

		nl_object_dump(obj, &params);
	}
}

static void compared(struct nl_object *one, struct nl_object *other)
{
	SAY("%llx %x %d %d\n", (unsigned long long)nl_object_diff64(one, other), nl_object_diff(one, other),
	    nl_object_identical(one, other), nl_object_match_filter(one, other));
}

static void changed(struct nl_cache *cache, struct nl_object *old, struct nl_object *new, uint64_t diff, int action, void *arg)
{
	SAY("change %d %llx\n", action, (unsigned long long)diff);
}

static void cached(struct nl_object *before, struct nl_object *now)
{
	struct nl_object *objects[] = { before, now, before };
	struct nl_dump_params params = { .dp_type = NL_DUMP_DETAILS, .dp_cb = line };
	struct nl_cache *cache;

	if (nl_cache_alloc_name(nl_object_get_type(now), &cache) < 0)
		return;
	for (size_t i = 0; i < COUNT(objects); i++)
		SAY("include %d\n", nl_cache_include_v2(cache, objects[i], changed, NULL));
	nl_cache_dump_filter(cache, &params, now);
	nl_object_put(nl_cache_search(cache, now));
	nl_object_put(nl_cache_find(cache, before));
	nl_cache_free(cache);
}

typedef int (*build_fn)(void *, int, struct nl_msg **);
typedef int (*change_fn)(void *, void *, int, struct nl_msg **);

static const struct request {
	const char *type;
	void *build, *change;
} REQUESTS[] = {
	{ "route/link", rtnl_link_build_add_request, rtnl_link_build_change_request },
	{ "route/addr", rtnl_addr_build_add_request, NULL },
	{ "route/route", rtnl_route_build_add_request, NULL },
	{ "route/rule", rtnl_rule_build_add_request, NULL },
	{ "route/neigh", rtnl_neigh_build_add_request, NULL },
	{ "route/qdisc", rtnl_qdisc_build_add_request, rtnl_qdisc_build_update_request },
	{ "route/class", rtnl_class_build_add_request, NULL },
	{ "route/cls", rtnl_cls_build_add_request, NULL },
	{ "route/act", rtnl_act_build_add_request, NULL },
	{ "netfilter/ct", nfnl_ct_build_add_request, NULL },
	{ "netfilter/exp", nfnl_exp_build_add_request, NULL },
	{ "xfrm/sa", xfrmnl_sa_build_add_request, NULL },
	{ "xfrm/sp", xfrmnl_sp_build_add_request, NULL },
};

static void built(int answer, struct nl_msg *msg)
{
	SAY("request %d ", answer);
	if (answer < 0 || !msg)
		return;
	for (int i = 0; i < nlmsg_datalen(nlmsg_hdr(msg)); i++)
		SAY("%02x", ((unsigned char *)nlmsg_data(nlmsg_hdr(msg)))[i]);
	SAY("\n");
	nlmsg_free(msg);
}

static void rebuilt(struct nl_object *before, struct nl_object *now)
{
	for (const struct request *request = REQUESTS; request < REQUESTS + COUNT(REQUESTS); request++) {
		struct nl_msg *msg = NULL;
		int answer;

		if (strcmp(request->type, nl_object_get_type(now)))
			continue;
		answer = ((build_fn)request->build)(now, 0, &msg);
		built(answer, msg);
		msg = NULL;
		answer = request->change ? ((change_fn)request->change)(before, now, 0, &msg) : 0;
		built(answer, msg);
	}
}

static void used(struct nl_object *before, struct nl_object *now)
{
	struct nl_object *copy = nl_object_clone(now);
	char text[64], small[40] = "";
	struct nl_dump_params params = { .dp_type = NL_DUMP_STATS, .dp_buf = small, .dp_buflen = sizeof small };

	SAY("%s %d %s\n", nl_object_get_type(now), nl_object_get_msgtype(now), nl_object_attr_list(now, text, sizeof text));
	SAY("%s\n", nl_object_attrs2str(now, ~0u, text, sizeof text));
	nl_object_dump(now, &params);
	dumped(now);
	dumped(copy);
	compared(now, copy);
	nl_object_put(copy);
	if (before && strcmp(nl_object_get_type(before), nl_object_get_type(now)) == 0) {
		compared(before, now);
		compared(now, before);
		cached(before, now);
		rebuilt(before, now);
	}
}

static void looked_through(struct nl_msg *msg, int header)
{
	struct nlattr *tb[33];
	struct nla_policy policy[33];
	char *text = NULL;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	for (size_t i = 0; i < COUNT(policy); i++)
		policy[i] = (struct nla_policy){ (uint16_t)dice(NLA_TYPE_MAX + 1), (uint16_t)dice(6), (uint16_t)(dice(3) ? 0 : dice(40)) };
	SAY("policy %d\n", nlmsg_parse(nlmsg_hdr(msg), header, tb, 32, dice(2) ? policy : NULL));
	nl_msg_dump(msg, to);
	fclose(to);
	SAY("%s", text);
	free(text);
}

static void kept(struct nl_object *obj, void *arg)
{
	struct nl_object **to = arg;

	nl_object_get(obj);
	nl_object_put(*to);
	*to = obj;
}

static struct nl_msg *parsed(struct message *m, struct nl_object **to)
{
	uint32_t len = (uint32_t)m->len;
	struct nl_msg *msg;

	memcpy(m->bytes, &len, 4);
	msg = nlmsg_convert((struct nlmsghdr *)m->bytes);
	nlmsg_set_proto(msg, m->protocol);
	SAY("parsed %d\n", nl_msg_parse(msg, kept, to));
	return msg;
}

static void once(void)
{
	static struct message whole, damaged;
	struct nl_object *before = NULL, *now = NULL;
	struct xfrmnl_ae *event = NULL;
	struct nl_msg *msg;

	damaged = whole = known[dice(knowns)];
	for (unsigned int i = 1 + dice(4); i > 0 && damaged.len > 16; i--)
		damage(&damaged);
	nlmsg_free(parsed(&whole, &before));
	msg = parsed(&damaged, &now);
	looked_through(msg, (int)header_of(&damaged));
	if (damaged.protocol == NETLINK_XFRM && damaged.len >= 80 && xfrmnl_ae_parse(nlmsg_hdr(msg), &event) == 0) {
		dumped((struct nl_object *)event);
		xfrmnl_ae_put(event);
	}
	nlmsg_free(msg);
	if (now)
		used(before, now);
	nl_object_put(before);
	nl_object_put(now);
}

/* ---- Many rounds, in children, since one may crash. */

/* Shared with the children. */
static struct { unsigned long round; int fault; } *at;

static void ended(const char *how)
{
	printf("round %lu %s\n%.*s\n", at->round, how, (int)(said_len < said_room ? said_len : said_room - 1), said);
	fflush(stdout);
}

static void caught(int sig)
{
	ended(sig == SIGALRM ? "FAULT: has no end" : "FAULT: crashed");
	_exit(9);
}

static void rounds(unsigned long seed, unsigned long count)
{
	const int signals[] = { SIGSEGV, SIGBUS, SIGABRT, SIGALRM, SIGILL, SIGFPE };

	for (size_t i = 0; i < COUNT(signals); i++)
		signal(signals[i], caught);
	for (; at->round < count; at->round++) {
		long had = -1, lost = 0;

		/* Again, as what is made once and kept is no leak. */
		for (int again = 0; again < 3 && had != alive; again++) {
			said_len = 0;
			state = (seed * 1000003 + at->round) * 0x9e3779b97f4a7c15ULL;
			had = alive;
			alarm(20);
			once();
			lost = alive - had;
		}
		at->fault |= lost > 0;
		ended(lost > 0 ? "FAULT: leaks" : "");
	}
	_exit(0);
}

int main(int argc, char **argv)
{
	if (argc < 5)
		return 2;
	load(argv[1]);
	filler = (int)strtol(argv[4], NULL, 0);
	at = mmap(NULL, sizeof *at, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	said = mmap(NULL, said_room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	open_arena();
	for (unsigned long count = strtoul(argv[3], NULL, 0); at->round < count; at->round++) {
		int status;

		if (fork() == 0)
			rounds(strtoul(argv[2], NULL, 0), count);
		wait(&status);
		if (status == 0)
			break;
		at->fault = 1;
	}
	return at->fault;
}
