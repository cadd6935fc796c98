/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Datagrams made by hand, so that what rnl reads does not come from rnl. */
#ifndef RNL_TEST_WIRE_H
#define RNL_TEST_WIRE_H

#include "test.h"

struct wire {
    size_t len;
    uint8_t at[16384];
};

#define NO_ATTR { { NULL, 0 }, 0, 0, 0 }
#define NO_WALK { { NULL, 0 }, 0, 0 }

/* Bytes as they are. */
static inline void wire_raw(struct wire *w, const void *data, size_t len)
{
    NEED(len <= sizeof w->at - w->len);
    if (len)
        memcpy(w->at + w->len, data, len);
    w->len += len;
}

static inline void wire_pad(struct wire *w)
{
    static const uint8_t zeros[3] = { 0 };

    wire_raw(w, zeros, -w->len & 3);
}

/* An attribute whose head claims `claimed` bytes. */
static inline void wire_attr_claiming(struct wire *w, unsigned claimed, unsigned type, const void *data, size_t len)
{
    struct nlattr head = { (uint16_t)claimed, (uint16_t)type };

    wire_pad(w);
    wire_raw(w, &head, sizeof head);
    wire_raw(w, data, len);
}

static inline void wire_attr(struct wire *w, unsigned type, const void *data, size_t len)
{
    wire_attr_claiming(w, (unsigned)(NLA_HDRLEN + len), type, data, len);
}

static inline void wire_u32(struct wire *w, unsigned type, uint32_t value)
{
    wire_attr(w, type, &value, sizeof value);
}

static inline void wire_str(struct wire *w, unsigned type, const char *text)
{
    wire_attr(w, type, text, strlen(text) + 1);
}

/* A message whose header is as given, but for the length, which is right. */
static inline void wire_message(struct wire *w, struct nlmsghdr header, const void *body, size_t len)
{
    wire_pad(w);
    header.nlmsg_len = (uint32_t)(sizeof header + len);
    wire_raw(w, &header, sizeof header);
    wire_raw(w, body, len);
}

static inline struct rnl_bytes wire_bytes(const struct wire *w)
{
    struct rnl_bytes bytes = { w->at, w->len };

    return bytes;
}

/* The first message, as rnl reads it. */
static inline struct rnl_view wire_view(const struct wire *w)
{
    struct rnl_bytes bytes = wire_bytes(w);
    struct rnl_view view;

    memset(&view, 0xee, sizeof view);
    NEED(rnl_view_next(&bytes, &view) == 1);
    return view;
}

/* The attributes of bytes that hold nothing else. */
static inline struct rnl_attrs wire_walk(const struct wire *w)
{
    struct rnl_bytes bytes = wire_bytes(w);
    struct rnl_attrs walk;

    memset(&walk, 0xee, sizeof walk);
    NEED(rnl_attrs_of(&bytes, &walk) == 0);
    return walk;
}

/* The first attribute of bytes that hold nothing else. */
static inline struct rnl_attr wire_first(const struct wire *w)
{
    struct rnl_attrs walk = wire_walk(w);
    struct rnl_attr attr;

    memset(&attr, 0xee, sizeof attr);
    NEED(rnl_attrs_next(&walk, &attr) == 1);
    return attr;
}

#endif
