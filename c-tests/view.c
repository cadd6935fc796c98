/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Datagrams as messages: whole, several, unpadded, cut, hostile; fixed structs; where attributes start. */
#include "wire.h"

static const struct nlmsghdr plain = { 0, 16, NLM_F_MULTI, 7, 99 };

static void nothing_is_followed_that_is_null(void)
{
    struct wire w = { 0, { 0 } };
    struct rnl_bytes bytes;
    struct rnl_view view;
    struct rnl_attrs walk = NO_WALK;
    char room[4];

    wire_message(&w, plain, "abcd", 4);
    bytes = wire_bytes(&w);
    EXPECT(-EINVAL, rnl_view_next(NULL, &view));
    EXPECT(-EINVAL, rnl_view_next(&bytes, NULL));
    EQUAL(w.len, bytes.len);
    view = wire_view(&w);
    EXPECT(-EINVAL, rnl_view_fixed(NULL, room, sizeof room));
    EXPECT(-EINVAL, rnl_view_fixed(&view, NULL, 1));
    EXPECT(0, rnl_view_fixed(&view, NULL, 0));
    EXPECT(-EINVAL, rnl_view_attrs(NULL, 0, &walk));
    EXPECT(-EINVAL, rnl_view_attrs(&view, 0, NULL));
    bytes.ptr = NULL;
    EXPECT(-EINVAL, rnl_view_next(&bytes, &view));
}

static void all_fields_are_read(void)
{
    struct wire w = { 0, { 0 } };
    struct rnl_view view;

    wire_message(&w, plain, "abcde", 5);
    view = wire_view(&w);
    EQUAL(16, view.type);
    EQUAL(NLM_F_MULTI, view.flags);
    EQUAL(7, view.seq);
    EQUAL(99, view.port);
    EQUAL(0, view.group);
    EQUAL(-1, view.nsid);
    EQUAL(0, view.reserved);
    CHECK(view.msg.ptr == w.at && view.msg.len == 21);
    CHECK(view.body.ptr == w.at + 16 && view.body.len == 5);
}

static void several_messages_come_in_order(void)
{
    struct wire w = { 0, { 0 } };
    struct nlmsghdr header = plain;
    struct rnl_bytes bytes;
    struct rnl_view view;
    unsigned i;

    for (i = 0; i < 5; i++) {
        header.nlmsg_seq = i;
        wire_message(&w, header, "abcdefgh", i);
    }
    bytes = wire_bytes(&w);
    for (i = 0; i < 5; i++) {
        EXPECT(1, rnl_view_next(&bytes, &view));
        EQUAL(i, view.seq);
        SAME_BYTES("abcdefgh", i, view.body);
    }
    EXPECT(0, rnl_view_next(&bytes, &view));
    EXPECT(0, rnl_view_next(&bytes, &view));
    EQUAL(0, bytes.len);
}

static void the_last_message_may_lack_its_padding(void)
{
    unsigned extra;

    for (extra = 0; extra < 4; extra++) {
        struct wire w = { 0, { 0 } };
        struct rnl_bytes bytes;
        struct rnl_view view;

        wire_message(&w, plain, "abc", extra);
        bytes = wire_bytes(&w);
        EXPECT(1, rnl_view_next(&bytes, &view));
        EQUAL(extra, view.body.len);
        EXPECT(0, rnl_view_next(&bytes, &view));
    }
}

/* A header that claims `claimed` bytes in a datagram of `len`. */
static void is_no_message(uint32_t claimed, size_t len)
{
    struct nlmsghdr header = { claimed, 16, 0, 0, 0 };
    uint8_t datagram[32] = { 0 };
    struct rnl_bytes bytes = { datagram, len };
    struct rnl_view view;

    memcpy(datagram, &header, sizeof header);
    EXPECT(-EBADMSG, rnl_view_next(&bytes, &view));
    EXPECT(0, rnl_view_next(&bytes, &view));
}

static void lengths_that_lie_end_the_walk(void)
{
    static const uint32_t lies[] = { 0, 1, 4, 15, 25, 0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff };
    struct rnl_bytes nothing = { NULL, 0 };
    struct rnl_view view;
    size_t i;

    for (i = 0; i < sizeof lies / sizeof *lies; i++)
        is_no_message(lies[i], 24);
    for (i = 1; i < 16; i++)
        is_no_message(16, i);
    EXPECT(0, rnl_view_next(&nothing, &view));
}

static void damage_behind_a_message_leaves_the_message(void)
{
    struct wire w = { 0, { 0 } };
    struct rnl_bytes bytes;
    struct rnl_view view;

    wire_message(&w, plain, "abcd", 4);
    wire_raw(&w, "\0\0\0\0", 4);
    bytes = wire_bytes(&w);
    EXPECT(1, rnl_view_next(&bytes, &view));
    SAME_BYTES("abcd", 4, view.body);
    EXPECT(-EBADMSG, rnl_view_next(&bytes, &view));
    EXPECT(0, rnl_view_next(&bytes, &view));
}

static void fixed_structs_are_cut_or_filled(void)
{
    struct wire w = { 0, { 0 } };
    struct rnl_view view;
    char room[8];

    wire_message(&w, plain, "abcd", 4);
    view = wire_view(&w);
    memset(room, 'x', sizeof room);
    EXPECT(2, rnl_view_fixed(&view, room, 2));
    CHECK(memcmp(room, "abxxxxxx", 8) == 0);
    EXPECT(4, rnl_view_fixed(&view, room, 7));
    CHECK(memcmp(room, "abcd\0\0\0x", 8) == 0);
    w.len = 0;
    wire_message(&w, plain, NULL, 0);
    view = wire_view(&w);
    EXPECT(0, rnl_view_fixed(&view, room, 4));
    CHECK(memcmp(room, "\0\0\0\0\0\0\0x", 8) == 0);
}

/* Behind a fixed header of `fixed` bytes stands an attribute at `offset`, or nothing (0). */
static void starts_at(const struct rnl_view *view, size_t fixed, unsigned offset)
{
    struct rnl_attrs walk = NO_WALK;
    struct rnl_attr attr = NO_ATTR;

    EXPECT(0, rnl_view_attrs(view, fixed, &walk));
    EQUAL(0, walk.reserved);
    EXPECT(offset != 0, rnl_attrs_next(&walk, &attr));
    if (offset)
        EQUAL(offset, attr.offset);
}

static void attributes_start_behind_the_padded_header(void)
{
    struct wire body = { 0, { 0 } }, w = { 0, { 0 } };
    struct rnl_view view;

    wire_u32(&body, 1, 0x00040008);
    wire_u32(&body, 2, 6);
    wire_message(&w, plain, body.at, body.len);
    view = wire_view(&w);
    starts_at(&view, 0, 16);
    starts_at(&view, 5, 24);
    starts_at(&view, 7, 24);
    starts_at(&view, 8, 24);
    starts_at(&view, 16, 0);
    starts_at(&view, 17, 0);
    starts_at(&view, 1000, 0);
    starts_at(&view, SIZE_MAX, 0);
}

/* Walks over everything in `bytes`; gives how many attributes there were. */
static size_t walk_over(struct rnl_bytes bytes)
{
    size_t limit = bytes.len / 4, attrs = 0;
    struct rnl_view view;

    while (rnl_view_next(&bytes, &view) == 1) {
        struct rnl_attrs walk = NO_WALK;
        struct rnl_attr attr = NO_ATTR;

        EXPECT(0, rnl_view_attrs(&view, 0, &walk));
        while (rnl_attrs_next(&walk, &attr) == 1)
            NEED(++attrs <= limit);
        rnl_view_status(&view, 0, NULL, NULL);
    }
    return attrs;
}

/* Whatever the bytes are, walks over messages and attributes end. */
static void noise_is_survived(void)
{
    uint32_t state = 1;
    size_t round, i, attrs = 0;

    for (round = 0; round < 20000; round++) {
        uint8_t noise[96] = { (uint8_t)(16 + round % 80) };
        struct rnl_bytes bytes = { noise, 1 + round % sizeof noise };

        /* Small numbers make lengths that are nearly right. */
        for (i = 4; i < sizeof noise; i += 2) {
            state = state * 1664525 + 1013904223;
            noise[i] = (uint8_t)(state >> 27);
        }
        attrs += walk_over(bytes);
    }
    CHECK(attrs > 1000);
}

int main(void)
{
    nothing_is_followed_that_is_null();
    all_fields_are_read();
    several_messages_come_in_order();
    the_last_message_may_lack_its_padding();
    lengths_that_lie_end_the_walk();
    damage_behind_a_message_leaves_the_message();
    fixed_structs_are_cut_or_filled();
    attributes_start_behind_the_padded_header();
    noise_is_survived();
    return test_end();
}
