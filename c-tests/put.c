/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What each put writes, byte by byte, and what each refuses. */
#include "wire.h"

#include <arpa/inet.h>
#include <sys/mman.h>

static struct rnl_msg *msg;

/* Starts over, with `before` 4-byte attributes. */
static void fresh(unsigned before)
{
    NEED(rnl_msg_reset(msg, 16, 0) == 0);
    while (before--)
        NEED(rnl_msg_put_flag(msg, 99) == 0);
}

/* All behind the header of the message. */
static struct rnl_bytes body(void)
{
    struct rnl_bytes bytes = { NULL, 0 };

    NEED(rnl_msg_bytes(msg, &bytes) == 0 && bytes.len >= 16);
    bytes.ptr += 16;
    bytes.len -= 16;
    return bytes;
}

/* The message is one attribute of this type and payload, padded with zeros. */
static void is_one(unsigned type, const void *payload, size_t len)
{
    static struct wire wanted;

    wanted.len = 0;
    wire_attr(&wanted, type, payload, len);
    wire_pad(&wanted);
    SAME_BYTES(wanted.at, wanted.len, body());
}

#define WRITES(name, type, number)                         \
    do {                                                   \
        type value = (type)(number);                       \
        fresh(0);                                          \
        EXPECT(0, rnl_msg_put_##name(msg, 9, value));      \
        is_one(9, &value, sizeof value);                   \
    } while (0)

static void host_order_is_copied(void)
{
    WRITES(u8, uint8_t, 0xfe);
    WRITES(u16, uint16_t, 0xfedc);
    WRITES(u32, uint32_t, 0xfedcba98);
    WRITES(u64, uint64_t, 0xfedcba9876543210);
    WRITES(s8, int8_t, -2);
    WRITES(s16, int16_t, -300);
    WRITES(s32, int32_t, -70000);
    WRITES(s64, int64_t, -5000000000);
}

static void network_order_is_turned(void)
{
    fresh(0);
    EXPECT(0, rnl_msg_put_be16(msg, NLA_F_NET_BYTEORDER | 9, 0x0102));
    is_one(NLA_F_NET_BYTEORDER | 9, "\1\2", 2);
    fresh(0);
    EXPECT(0, rnl_msg_put_be32(msg, 9, 0x01020304));
    is_one(9, "\1\2\3\4", 4);
    fresh(0);
    EXPECT(0, rnl_msg_put_be64(msg, 9, 0x0102030405060708));
    is_one(9, "\1\2\3\4\5\6\7\x8", 8);
}

static void uint_is(uint64_t value, size_t width)
{
    uint32_t half = (uint32_t)value;

    fresh(0);
    EXPECT(0, rnl_msg_put_uint(msg, 9, value));
    is_one(9, width == 4 ? (void *)&half : (void *)&value, width);
}

static void sint_is(int64_t value, size_t width)
{
    int32_t half = (int32_t)value;

    fresh(0);
    EXPECT(0, rnl_msg_put_sint(msg, 9, value));
    is_one(9, width == 4 ? (void *)&half : (void *)&value, width);
}

static void uint_and_sint_are_as_wide_as_needed(void)
{
    uint_is(0, 4);
    uint_is(UINT32_MAX, 4);
    uint_is(UINT32_MAX + 1ULL, 8);
    uint_is(UINT64_MAX, 8);
    sint_is(-1, 4);
    sint_is(INT32_MAX, 4);
    sint_is(INT32_MIN, 4);
    sint_is(INT32_MAX + 1LL, 8);
    sint_is(INT32_MIN - 1LL, 8);
    sint_is(INT64_MIN, 8);
}

static void flags_and_bits(void)
{
    struct nla_bitfield32 bits = { 0x0f, 0x8000000f };

    fresh(0);
    EXPECT(0, rnl_msg_put_flag(msg, 0x3fff));
    is_one(0x3fff, NULL, 0);
    fresh(0);
    EXPECT(0, rnl_msg_put_bitfield32(msg, 9, 0xff, bits.selector));
    is_one(9, &bits, sizeof bits);
}

/* Pads are zeros, though the memory held something else before. */
static void padding_is_zero(void)
{
    char noise[64];
    size_t len;

    memset(noise, 0xff, sizeof noise);
    for (len = 0; len < 9; len++) {
        fresh(0);
        NEED(rnl_msg_put_bytes(msg, 1, noise, sizeof noise) == 0);
        fresh(0);
        EXPECT(0, rnl_msg_put_bytes(msg, 9, noise, len));
        is_one(9, noise, len);
    }
}

static void u64_is_aligned(unsigned before, size_t wanted)
{
    struct rnl_attr attr = NO_ATTR, pad;
    struct rnl_attrs walk;
    struct rnl_bytes bytes;
    uint64_t value = 0;

    fresh(before);
    EXPECT(0, rnl_msg_put_u64_aligned(msg, 9, 10, 0x0102030405060708));
    bytes = body();
    EQUAL(wanted, bytes.len);
    EXPECT(0, rnl_attrs_of(&bytes, &walk));
    EXPECT(1, rnl_attrs_find(&walk, 9, &attr));
    EQUAL(0, (attr.offset + 4) % 8);
    EXPECT(0, rnl_attr_u64(&attr, &value));
    EQUAL(0x0102030405060708, value);
    EXPECT(wanted != before * 4 + 12, rnl_attrs_find(&walk, 10, &pad));
}

/* The put is refused and its path is in the error. */
static void sticks(int result)
{
    EQUAL(-EINVAL, result);
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_msg_status(msg, -1, &test_err));
    SAME_TEXT(".9", rnl_err_attr(test_err));
}

static void strings_carry_their_nul(void)
{
    static char longest[65532];

    fresh(0);
    EXPECT(0, rnl_msg_put_str(msg, 9, "eth0"));
    is_one(9, "eth0", 5);
    fresh(0);
    EXPECT(0, rnl_msg_put_str(msg, 9, ""));
    is_one(9, "", 1);
    memset(longest, 'x', 65530);
    fresh(0);
    EXPECT(0, rnl_msg_put_str(msg, 9, longest));
    EQUAL(65536, body().len);
    longest[65530] = 'x';
    fresh(0);
    EXPECT(-EMSGSIZE, rnl_msg_put_str(msg, 9, longest));
    fresh(0);
    sticks(rnl_msg_put_str(msg, 9, NULL));
}

static void ip_is(const char *text)
{
    uint8_t bytes[16];
    bool v6 = strchr(text, ':') != NULL;

    NEED(inet_pton(v6 ? AF_INET6 : AF_INET, text, bytes) == 1);
    fresh(0);
    EXPECT(0, rnl_msg_put_ip(msg, 9, text));
    is_one(9, bytes, v6 ? 16 : 4);
}

static void addresses_are_read_from_text(void)
{
    static const char *const bad[] = { "", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4 ", "01.2.3.4", "::1::",
                                       "fe80::1%lo", ":", "12345::", "1.2.3.4/24", "\xff" };
    size_t i;

    ip_is("192.0.2.1");
    ip_is("0.0.0.0");
    ip_is("2001:db8::1");
    ip_is("::");
    ip_is("::ffff:192.0.2.1");
    for (i = 0; i < sizeof bad / sizeof *bad; i++) {
        fresh(0);
        EXPECT(-EINVAL, rnl_msg_put_ip(msg, 9, bad[i]));
    }
    fresh(0);
    sticks(rnl_msg_put_ip(msg, 9, "nowhere"));
    fresh(0);
    sticks(rnl_msg_put_ip(msg, 9, "\xff"));
    fresh(0);
    sticks(rnl_msg_put_ip(msg, 9, NULL));
}

static void macs_are_read_from_text(void)
{
    static const char *const bad[] = { "", "02", "02:00:00:00:00", "02:00:00:00:00:00:01", "2:0:0:0:0:1",
                                       "02-00-00-00-00-01", "0g:00:00:00:00:01", "02:00:00:00:00:01 ",
                                       "+2:00:00:00:00:01", "\xff" };
    size_t i;

    fresh(0);
    EXPECT(0, rnl_msg_put_mac(msg, 9, "02:00:aB:Cd:ef:01"));
    is_one(9, "\x02\x00\xab\xcd\xef\x01", 6);
    for (i = 0; i < sizeof bad / sizeof *bad; i++) {
        fresh(0);
        EXPECT(-EINVAL, rnl_msg_put_mac(msg, 9, bad[i]));
    }
    fresh(0);
    sticks(rnl_msg_put_mac(msg, 9, "nobody"));
    fresh(0);
    sticks(rnl_msg_put_mac(msg, 9, "\xff"));
    fresh(0);
    sticks(rnl_msg_put_mac(msg, 9, NULL));
}

static void headers_come_first_and_are_padded(void)
{
    fresh(0);
    EXPECT(0, rnl_msg_put_header(msg, "abcde", 5));
    SAME_BYTES("abcde\0\0\0", 8, body());
    EXPECT(0, rnl_msg_put_flag(msg, 1));
    EXPECT(-EINVAL, rnl_msg_put_header(msg, "a", 1));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_msg_status(msg, -1, &test_err));
    CHECK(strstr(rnl_err_text(test_err), "header") != NULL);
    fresh(0);
    EXPECT(0, rnl_msg_put_header(msg, NULL, 0));
    EXPECT(-EINVAL, rnl_msg_put_header(msg, NULL, 1));
    fresh(0);
    EXPECT(-EINVAL, rnl_msg_put_header(msg, "a", SIZE_MAX));
}

static void raw_bytes_are_padded(void)
{
    fresh(0);
    EXPECT(0, rnl_msg_put_raw(msg, "\x5\0\1\0x", 5));
    SAME_BYTES("\x5\0\1\0x\0\0\0", 8, body());
    EXPECT(0, rnl_msg_put_raw(msg, NULL, 0));
    EXPECT(-EINVAL, rnl_msg_put_raw(msg, NULL, 1));
    fresh(0);
    EXPECT(-EINVAL, rnl_msg_put_raw(msg, "a", SIZE_MAX));
}

static void payloads_end_at_64_kib(void)
{
    static char big[65532];

    fresh(0);
    EXPECT(0, rnl_msg_put_bytes(msg, 9, big, 65531));
    EQUAL(65536, body().len);
    fresh(0);
    EXPECT(-EMSGSIZE, rnl_msg_put_bytes(msg, 9, big, 65532));
    FAILS(EMSGSIZE, RNL_FROM_LOCAL, rnl_msg_status(msg, -1, &test_err));
    SAME_TEXT(".9", rnl_err_attr(test_err));
    fresh(0);
    EXPECT(0, rnl_msg_put_bytes(msg, 9, NULL, 0));
    EXPECT(-EINVAL, rnl_msg_put_bytes(msg, 9, NULL, 1));
    fresh(0);
    EXPECT(-EINVAL, rnl_msg_put_bytes(msg, 9, big, SIZE_MAX));
}

/* Refused before a byte is read. */
static void messages_end_at_2_gib(void)
{
    size_t len = (size_t)1 << 31;
    void *big = MAP_FAILED;

    if (sizeof len >= 8)
        big = mmap(NULL, len, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (big == MAP_FAILED) {
        printf("not run: messages of 2 GiB: no room for one here\n");
        return;
    }
    fresh(0);
    EXPECT(-EMSGSIZE, rnl_msg_put_raw(msg, big, len));
    fresh(0);
    EXPECT(-EMSGSIZE, rnl_msg_put_header(msg, big, len));
    EXPECT(-EMSGSIZE, rnl_msg_put_u8(msg, 1, 1));
    munmap(big, len);
}

int main(void)
{
    msg = rnl_msg_new(16, 0);
    NEED(msg);
    host_order_is_copied();
    network_order_is_turned();
    uint_and_sint_are_as_wide_as_needed();
    flags_and_bits();
    padding_is_zero();
    u64_is_aligned(0, 4 + 12);
    u64_is_aligned(1, 4 + 12);
    u64_is_aligned(2, 4 * 2 + 4 + 12);
    strings_carry_their_nul();
    addresses_are_read_from_text();
    macs_are_read_from_text();
    headers_come_first_and_are_padded();
    raw_bytes_are_padded();
    payloads_end_at_64_kib();
    messages_end_at_2_gib();
    EXPECT(0, rnl_msg_free(msg));
    return test_end();
}
