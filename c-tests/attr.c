/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Values of attributes: at their own width, refused at every other. */
#include "wire.h"

static const uint8_t payload[20] = { 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 9, 10, 11, 12, 13, 14, 15, 16 };

/* Behind an odd number of attributes, so that 8-byte payloads are not aligned to 8. */
static struct rnl_attr attribute(struct wire *w, const void *data, size_t len)
{
    struct rnl_attr attr = NO_ATTR;
    struct rnl_attrs walk = NO_WALK;

    w->len = 0;
    wire_attr(w, 1, NULL, 0);
    wire_attr(w, 2, data, len);
    walk = wire_walk(w);
    NEED(rnl_attrs_find(&walk, 2, &attr) == 1);
    return attr;
}

/* What a reader should give for a payload of `len` bytes, if `width` is its only one. */
static int at(size_t len, size_t width)
{
    return len == width ? 0 : -ERANGE;
}

/* One call that reads, compared with the payload's own bytes. */
#define READS(type, width, call)                 \
    do {                                         \
        type out = 0, same = 0;                  \
        EXPECT(at(len, width), call);            \
        if (len == (width))                      \
            memcpy(&same, payload, sizeof same); \
        EQUAL(same, out);                        \
    } while (0)

static void numbers_are_read_at_their_width(size_t len)
{
    struct wire w = { 0, { 0 } };
    struct rnl_attr attr = attribute(&w, payload, len);

    READS(uint8_t, 1, rnl_attr_u8(&attr, &out));
    READS(uint16_t, 2, rnl_attr_u16(&attr, &out));
    READS(uint32_t, 4, rnl_attr_u32(&attr, &out));
    READS(uint64_t, 8, rnl_attr_u64(&attr, &out));
    READS(int8_t, 1, rnl_attr_s8(&attr, &out));
    READS(int16_t, 2, rnl_attr_s16(&attr, &out));
    READS(int32_t, 4, rnl_attr_s32(&attr, &out));
    READS(int64_t, 8, rnl_attr_s64(&attr, &out));
}

static void network_order_is_read_at_its_width(size_t len)
{
    struct wire w = { 0, { 0 } };
    struct rnl_attr attr = attribute(&w, payload, len);
    uint16_t two = 0;
    uint32_t four = 0;
    uint64_t eight = 0;

    EXPECT(at(len, 2), rnl_attr_be16(&attr, &two));
    EQUAL(len == 2 ? 0xf1f2 : 0, two);
    EXPECT(at(len, 4), rnl_attr_be32(&attr, &four));
    EQUAL(len == 4 ? 0xf1f2f3f4 : 0, four);
    EXPECT(at(len, 8), rnl_attr_be64(&attr, &eight));
    EQUAL(len == 8 ? 0xf1f2f3f4f5f6f7f8 : 0, eight);
}

static void structs_are_read_at_their_width(size_t len)
{
    struct wire w = { 0, { 0 } };
    struct rnl_attr attr = attribute(&w, payload, len);
    struct nla_bitfield32 bits = { 0, 0 }, same = { 0, 0 };
    uint8_t mac[6] = { 0 }, ip[16] = { 0 };

    EXPECT(at(len, 8), rnl_attr_bitfield32(&attr, &bits.value, &bits.selector));
    if (len == 8)
        memcpy(&same, payload, sizeof same);
    CHECK(memcmp(&bits, &same, sizeof bits) == 0);
    EXPECT(at(len, 6), rnl_attr_mac(&attr, mac));
    CHECK(memcmp(mac, len == 6 ? payload : (uint8_t[6]){ 0 }, 6) == 0);
    EXPECT(len == 4 || len == 16 ? (int)len : -ERANGE, rnl_attr_ip(&attr, ip));
    CHECK(memcmp(ip, len == 4 || len == 16 ? payload : (uint8_t[16]){ 0 }, len == 4 ? 4 : 16) == 0);
    CHECK(len == 16 || ip[4] == 0);
}

static void uint_is(const void *data, size_t len, int result, uint64_t wanted)
{
    struct wire w = { 0, { 0 } };
    struct rnl_attr attr = attribute(&w, data, len);
    uint64_t got = 0;

    EXPECT(result, rnl_attr_uint(&attr, &got));
    CHECK(got == wanted);
}

static void sint_is(const void *data, size_t len, int result, int64_t wanted)
{
    struct wire w = { 0, { 0 } };
    struct rnl_attr attr = attribute(&w, data, len);
    int64_t got = 0;

    EXPECT(result, rnl_attr_sint(&attr, &got));
    EQUAL(wanted, got);
}

static void uint_and_sint_take_four_widths(void)
{
    uint8_t one = 0xfe;
    uint16_t two = 0xfffd;
    uint32_t four = 0xfffffffc;
    uint64_t eight = 0xfffffffffffffffb;
    size_t len;

    uint_is(&one, 1, 0, 0xfe);
    uint_is(&two, 2, 0, 0xfffd);
    uint_is(&four, 4, 0, 0xfffffffc);
    uint_is(&eight, 8, 0, 0xfffffffffffffffb);
    sint_is(&one, 1, 0, -2);
    sint_is(&two, 2, 0, -3);
    sint_is(&four, 4, 0, -4);
    sint_is(&eight, 8, 0, -5);
    for (len = 0; len <= sizeof payload; len++)
        if (len != 1 && len != 2 && len != 4 && len != 8) {
            uint_is(payload, len, -ERANGE, 0);
            sint_is(payload, len, -ERANGE, 0);
        }
}

static void string_is(const void *data, size_t len, const char *wanted)
{
    struct wire w = { 0, { 0 } };
    struct rnl_attr attr = attribute(&w, data, len);
    size_t size = strlen(wanted);
    struct rnl_bytes text;
    char room[16];

    EXPECT(0, rnl_attr_str(&attr, &text));
    SAME_BYTES(wanted, size, text);
    memset(room, 'x', sizeof room);
    EXPECT(size, rnl_attr_strcpy(&attr, room, sizeof room));
    SAME_TEXT(wanted, room);
    memset(room, 'x', sizeof room);
    EXPECT(size, rnl_attr_strcpy(&attr, room, size + 1));
    CHECK(room[size + 1] == 'x');
    memset(room, 'x', sizeof room);
    EXPECT(-ERANGE, rnl_attr_strcpy(&attr, room, size));
    CHECK(room[0] == 'x' && room[size] == 'x');
}

static void strings_end_at_their_nul_or_their_end(void)
{
    string_is("eth0", 5, "eth0");
    string_is("eth0", 4, "eth0");
    string_is("a\0b\0", 4, "a");
    string_is("\0\0\0\0", 4, "");
    string_is(NULL, 0, "");
    string_is("\xff\xfe", 2, "\xff\xfe");
}

static void fixed_structs_are_cut_or_filled(void)
{
    struct wire w = { 0, { 0 } };
    struct rnl_attr attr = attribute(&w, "abcd", 4);
    char room[8];

    memset(room, 'x', sizeof room);
    EXPECT(3, rnl_attr_fixed(&attr, room, 3));
    CHECK(memcmp(room, "abcxxxxx", 8) == 0);
    EXPECT(4, rnl_attr_fixed(&attr, room, 6));
    CHECK(memcmp(room, "abcd\0\0xx", 8) == 0);
    EXPECT(0, rnl_attr_fixed(&attr, NULL, 0));
    EXPECT(-EINVAL, rnl_attr_fixed(&attr, NULL, 1));
    EXPECT(-EINVAL, rnl_attr_fixed(NULL, room, 1));
}

static void arrays_give_whole_elements(void)
{
    struct wire w = { 0, { 0 } };
    struct rnl_attr attr = attribute(&w, "abcdef", 6);
    struct rnl_bytes out;

    EXPECT(1, rnl_attr_element(&attr, 2, 0, &out));
    SAME_BYTES("ab", 2, out);
    EXPECT(1, rnl_attr_element(&attr, 2, 2, &out));
    SAME_BYTES("ef", 2, out);
    EXPECT(0, rnl_attr_element(&attr, 2, 3, &out));
    EXPECT(0, rnl_attr_element(&attr, 2, SIZE_MAX, &out));
    EXPECT(0, rnl_attr_element(&attr, 2, SIZE_MAX / 2 + 1, &out));
    EXPECT(1, rnl_attr_element(&attr, 6, 0, &out));
    EXPECT(-ERANGE, rnl_attr_element(&attr, 4, 0, &out));
    EXPECT(-ERANGE, rnl_attr_element(&attr, 12, 0, &out));
    EXPECT(-ERANGE, rnl_attr_element(&attr, 0, 0, &out));
    EXPECT(-ERANGE, rnl_attr_element(&attr, SIZE_MAX, 1, &out));
    EXPECT(-EINVAL, rnl_attr_element(NULL, 2, 0, &out));
    EXPECT(-EINVAL, rnl_attr_element(&attr, 2, 0, NULL));
    attr = attribute(&w, NULL, 0);
    EXPECT(0, rnl_attr_element(&attr, 2, 0, &out));
}

#define REFUSES_NULL(name, type)                       \
    do {                                               \
        type out;                                      \
        EXPECT(-EINVAL, rnl_attr_##name(NULL, &out));  \
        EXPECT(-EINVAL, rnl_attr_##name(attr, NULL));  \
    } while (0)

static void numbers_refuse_null(const struct rnl_attr *attr)
{
    REFUSES_NULL(u8, uint8_t);
    REFUSES_NULL(u16, uint16_t);
    REFUSES_NULL(u32, uint32_t);
    REFUSES_NULL(u64, uint64_t);
    REFUSES_NULL(s8, int8_t);
    REFUSES_NULL(s16, int16_t);
    REFUSES_NULL(s32, int32_t);
    REFUSES_NULL(s64, int64_t);
    REFUSES_NULL(be16, uint16_t);
    REFUSES_NULL(be32, uint32_t);
    REFUSES_NULL(be64, uint64_t);
    REFUSES_NULL(uint, uint64_t);
    REFUSES_NULL(sint, int64_t);
    REFUSES_NULL(str, struct rnl_bytes);
}

/* The attribute has the width that is wanted, so that NULL is all there is to refuse. */
static void the_rest_refuse_null(void)
{
    struct wire w = { 0, { 0 } };
    struct rnl_attr attr = attribute(&w, payload, 8);
    uint8_t room[16];
    uint32_t bits;

    EXPECT(-EINVAL, rnl_attr_bitfield32(NULL, &bits, &bits));
    EXPECT(-EINVAL, rnl_attr_bitfield32(&attr, NULL, &bits));
    EXPECT(-EINVAL, rnl_attr_bitfield32(&attr, &bits, NULL));
    EXPECT(-EINVAL, rnl_attr_strcpy(NULL, (char *)room, sizeof room));
    EXPECT(-EINVAL, rnl_attr_strcpy(&attr, NULL, sizeof room));
    EXPECT(-EINVAL, rnl_attr_strcpy(&attr, NULL, 0));
    EXPECT(-ERANGE, rnl_attr_strcpy(&attr, (char *)room, 0));
    attr = attribute(&w, payload, 16);
    EXPECT(-EINVAL, rnl_attr_ip(NULL, room));
    EXPECT(-EINVAL, rnl_attr_ip(&attr, NULL));
    attr = attribute(&w, payload, 6);
    EXPECT(-EINVAL, rnl_attr_mac(NULL, room));
    EXPECT(-EINVAL, rnl_attr_mac(&attr, NULL));
    numbers_refuse_null(&attr);
}

int main(void)
{
    size_t len;

    for (len = 0; len <= sizeof payload; len++) {
        numbers_are_read_at_their_width(len);
        network_order_is_read_at_its_width(len);
        structs_are_read_at_their_width(len);
    }
    uint_and_sint_take_four_widths();
    strings_end_at_their_nul_or_their_end();
    fixed_structs_are_cut_or_filled();
    arrays_give_whole_elements();
    the_rest_refuse_null();
    return test_end();
}
