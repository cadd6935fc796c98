/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What is done before and after a pipeline is timed, and the hand-written
 * pipeline with which it is done. */
#ifndef STAGE_H
#define STAGE_H

#include "request.h"

/* As many go out with one send, and the last of them asks for an ACK. Fewer
 * cost more (16: 4 to 8 percent, 64: 1 to 4), more gain nothing that can be
 * measured; and the errors of 128, should all fail, fit into half of the
 * default receive buffer. */
enum { PER_SEND = 128 };

/* One request, its sequence number one above its index. Returns its size. */
size_t build_request(char *at, const struct order *o, uint64_t i, uint32_t oif);

/* Sends requests that lie one behind the other, and reads what the kernel
 * answers until it has answered the last of them. */
int send_batch(int fd, const char *data, size_t len, uint32_t last, struct result *r);

/* All requests of an order, built as they are sent. */
int hand_pipeline(const struct order *o, struct result *r, uint64_t n);

/* Before: the table is empty, or has all routes that could be added. */
int expect_none(uint64_t n);
int expect_all(uint64_t n);

/* After: exactly the wrong requests were reported, and the kernel has all the
 * others, or none. The table is left empty. */
int check_added(const struct result *r, uint64_t n);
int check_deleted(const struct result *r, uint64_t n);

#endif
