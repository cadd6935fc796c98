/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The requests of the pipeline: routes to add, and to delete again. Every
 * thousandth is wrong: its gateway can't be reached, so that it is not added,
 * and not there to be deleted. */
#ifndef REQUEST_H
#define REQUEST_H

#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdint.h>

#include "../bench.h"

#define DEVICE "bench0"

enum { PIPELINE_TABLE = 200, PREFIX = 32, METRIC = 100, WRONG_EACH = 1000, REQUEST_SIZE = 60 };

/* What is asked for n times, and the flags of each beside REQUEST and ACK. */
struct order {
	uint16_t type, flags;
};

static const struct order add_order = { RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL };
static const struct order delete_order = { RTM_DELROUTE, 0 };

static const struct rtmsg request_body = {
	.rtm_family = AF_INET, .rtm_dst_len = PREFIX, .rtm_table = PIPELINE_TABLE,
	.rtm_protocol = RTPROT_STATIC, .rtm_scope = RT_SCOPE_UNIVERSE, .rtm_type = RTN_UNICAST,
};

static inline int is_wrong(uint64_t i) { return i % WRONG_EACH == WRONG_EACH - 1; }
static inline uint32_t request_dst(uint64_t i) { return htonl(0x0a000000u + (uint32_t)i); }

/* 192.0.2.2 and the 127 after it; the wrong one is 198.51.100.1. */
static inline uint32_t request_gateway(uint64_t i)
{
	return htonl(is_wrong(i) ? 0xc6336401u : 0xc0000202u + (uint32_t)(i % 128));
}

/* Mixed, so that no other set of refusals has the same sum. */
static inline void add_refusal(struct result *r, uint64_t i)
{
	uint64_t x = (i + 1) * 0x9e3779b97f4a7c15u;

	x = (x ^ x >> 29) * 0xbf58476d1ce4e5b9u;
	r->sum += x ^ x >> 32;
}

#endif
