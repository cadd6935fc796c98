/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What every contestant shares: the clock, the objects that are read, and the
 * checksums that prove that all of them read the same. */
#ifndef BENCH_H
#define BENCH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Half of the routes are in the main table, half in this one. */
enum { SECOND_TABLE = 100 };

/* Every fifth link is of this kind. */
#define FILTER_KIND "ifb"

struct result {
	uint64_t count; /* objects seen */
	uint64_t sum;   /* checksum of their fields */
	uint64_t bytes; /* bytes received, where the contestant can know */
};

/* Only run() is timed. The other two may be NULL: what must be there before,
 * and what is looked at and put away after. */
struct task {
	const char *name;
	int (*run)(struct result *r, uint64_t n);
	int (*prepare)(uint64_t n);
	int (*finish)(const struct result *r, uint64_t n);
};

/* Each contestant defines its own, ended by a NULL name. */
extern const struct task tasks[];

struct route {
	uint32_t dst, table, oif, gateway;
	uint8_t dst_len;
};

struct link_row {
	uint32_t index, flags, mtu;
	uint8_t operstate, mac[6];
	const char *name, *kind;
	size_t name_len, kind_len;
};

/* Sums do not depend on the order of the objects, and cost next to nothing. */
static inline void add_route(struct result *r, const struct route *x)
{
	r->count++;
	r->sum += x->dst + ((uint64_t)x->oif << 32) + 3ull * x->gateway +
		  5ull * x->table + 7ull * x->dst_len;
}

static inline uint64_t text_sum(const char *text, size_t len)
{
	uint64_t sum = len;

	for (size_t i = 0; i < len; i++)
		sum = sum * 31 + (uint8_t)text[i];
	return sum;
}

/* What a table of links is asked for. */
static inline void add_name(struct result *r, uint32_t index, const char *name, size_t len)
{
	r->count++;
	r->sum += index + text_sum(name, len);
}

static inline void add_link(struct result *r, const struct link_row *x)
{
	uint32_t mac;

	memcpy(&mac, x->mac + 2, sizeof mac);
	r->count++;
	r->sum += x->index + 3ull * x->flags + 5ull * x->mtu + 7ull * x->operstate +
		  mac + text_sum(x->name, x->name_len) + text_sum(x->kind, x->kind_len);
}

/* For those who have to choose the links of FILTER_KIND themselves. */
static inline void add_link_of_kind(struct result *r, const struct link_row *x)
{
	if (x->kind_len == sizeof FILTER_KIND - 1 && !memcmp(x->kind, FILTER_KIND, x->kind_len))
		add_link(r, x);
}

/* The compiler must take p as read and written by someone else. */
static inline void touch(void *p)
{
	__asm__ volatile("" : : "r"(p) : "memory");
}

#endif
