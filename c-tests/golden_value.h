/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The values of tests/golden, as text: whether an attribute has one. */
#ifndef RNL_TEST_GOLDEN_VALUE_H
#define RNL_TEST_GOLDEN_VALUE_H

#include "test.h"

#include <arpa/inet.h>
#include <inttypes.h>

#define IF_NUMBER(name, type, format, wide)                                                                 \
    if (strcmp(kind, #name) == 0) {                                                                         \
        type got = 0;                                                                                       \
        wide wanted = 0;                                                                                    \
        return sscanf(text, "%" format, &wanted) == 1 && rnl_attr_##name(attr, &got) == 0 && got == wanted; \
    }

static inline bool has_unsigned(const struct rnl_attr *attr, const char *kind, const char *text)
{
    IF_NUMBER(u8, uint8_t, SCNu64, uint64_t)
    IF_NUMBER(u16, uint16_t, SCNu64, uint64_t)
    IF_NUMBER(u32, uint32_t, SCNu64, uint64_t)
    IF_NUMBER(u64, uint64_t, SCNu64, uint64_t)
    IF_NUMBER(uint, uint64_t, SCNu64, uint64_t)
    IF_NUMBER(be16, uint16_t, SCNu64, uint64_t)
    IF_NUMBER(be32, uint32_t, SCNu64, uint64_t)
    IF_NUMBER(be64, uint64_t, SCNu64, uint64_t)
    return false;
}

static inline bool has_signed(const struct rnl_attr *attr, const char *kind, const char *text)
{
    IF_NUMBER(s8, int8_t, SCNd64, int64_t)
    IF_NUMBER(s16, int16_t, SCNd64, int64_t)
    IF_NUMBER(s32, int32_t, SCNd64, int64_t)
    IF_NUMBER(s64, int64_t, SCNd64, int64_t)
    IF_NUMBER(sint, int64_t, SCNd64, int64_t)
    return false;
}

static inline bool has_ip(const struct rnl_attr *attr, const char *text)
{
    char got[INET6_ADDRSTRLEN] = "";
    uint8_t bytes[16];
    int len = rnl_attr_ip(attr, bytes);

    return (len == 4 || len == 16) && inet_ntop(len == 4 ? AF_INET : AF_INET6, bytes, got, sizeof got) &&
           strcmp(got, text) == 0;
}

static inline bool has_mac(const struct rnl_attr *attr, const char *text)
{
    uint8_t m[6] = { 0 };
    char got[18] = "";

    if (rnl_attr_mac(attr, m) != 0)
        return false;
    snprintf(got, sizeof got, "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4], m[5]);
    return strcmp(got, text) == 0;
}

static inline bool has_str(const struct rnl_attr *attr, const char *text)
{
    struct rnl_bytes got = { NULL, 0 };
    size_t len = strlen(text);
    char copy[4096] = "";

    return rnl_attr_str(attr, &got) == 0 && got.len == len && memcmp(got.ptr, text, len) == 0 &&
           rnl_attr_strcpy(attr, copy, sizeof copy) == (int)len && strcmp(copy, text) == 0;
}

static inline bool has_bits(const struct rnl_attr *attr, const char *text)
{
    uint32_t value = 0, selector = 0, wanted = 0, wanted_selector = 0;

    return sscanf(text, "%" SCNx32 " %" SCNx32, &wanted, &wanted_selector) == 2 &&
           rnl_attr_bitfield32(attr, &value, &selector) == 0 && value == wanted && selector == wanted_selector;
}

static inline bool has_value(const struct rnl_attr *attr, const char *kind, const char *text)
{
    if (strcmp(kind, "str") == 0)
        return has_str(attr, text);
    if (strcmp(kind, "ip") == 0)
        return has_ip(attr, text);
    if (strcmp(kind, "mac") == 0)
        return has_mac(attr, text);
    if (strcmp(kind, "bits32") == 0)
        return has_bits(attr, text);
    return has_unsigned(attr, kind, text) || has_signed(attr, kind, text);
}

#endif
