/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Walks over attributes, finding one, and tables of them. */
#include "wire.h"

/* Types 1, 2 (a nest that holds 7), 1 again, 3. */
static void make_four(struct wire *w)
{
    struct wire nest = { 0, { 0 } };

    wire_u32(&nest, 7, 70);
    wire_attr(w, 1, "a", 1);
    wire_attr(w, NLA_F_NESTED | 2, nest.at, nest.len);
    wire_u32(w, NLA_F_NET_BYTEORDER | 1, 11);
    wire_attr(w, 3, NULL, 0);
}

static void nothing_is_followed_that_is_null(void)
{
    struct rnl_bytes bytes = { NULL, 0 };
    struct rnl_attrs walk = NO_WALK;
    struct rnl_attr attr = NO_ATTR;

    EXPECT(-EINVAL, rnl_attrs_of(NULL, &walk));
    EXPECT(-EINVAL, rnl_attrs_of(&bytes, NULL));
    EXPECT(0, rnl_attrs_of(&bytes, &walk));
    EXPECT(-EINVAL, rnl_attrs_next(NULL, &attr));
    EXPECT(-EINVAL, rnl_attrs_next(&walk, NULL));
    EXPECT(-EINVAL, rnl_attrs_find(NULL, 1, &attr));
    EXPECT(-EINVAL, rnl_attrs_find(&walk, 1, NULL));
    EXPECT(-EINVAL, rnl_attrs_table(NULL, &attr, 1));
    EXPECT(-EINVAL, rnl_attrs_table(&walk, NULL, 1));
    EXPECT(0, rnl_attrs_table(&walk, NULL, 0));
    EXPECT(0, rnl_attrs_next(&walk, &attr));
    bytes.len = 4;
    EXPECT(-EINVAL, rnl_attrs_of(&bytes, &walk));
}

static void is(const struct rnl_attr *attr, unsigned type, unsigned flags, unsigned offset, size_t len)
{
    EQUAL(type, attr->type);
    EQUAL(flags, attr->flags);
    EQUAL(offset, attr->offset);
    EQUAL(len, attr->data.len);
}

static void a_walk_shows_all(void)
{
    struct wire w = { 0, { 0 } };
    struct rnl_attrs walk, again;
    struct rnl_attr attr = NO_ATTR;

    make_four(&w);
    walk = again = wire_walk(&w);
    EQUAL(0, walk.reserved);
    EXPECT(1, rnl_attrs_next(&walk, &attr));
    is(&attr, 1, 0, 0, 1);
    EXPECT(1, rnl_attrs_next(&walk, &attr));
    is(&attr, 2, NLA_F_NESTED, 8, 8);
    EXPECT(1, rnl_attrs_next(&walk, &attr));
    is(&attr, 1, NLA_F_NET_BYTEORDER, 20, 4);
    EXPECT(1, rnl_attrs_next(&walk, &attr));
    is(&attr, 3, 0, 28, 0);
    EXPECT(0, rnl_attrs_next(&walk, &attr));
    EXPECT(0, rnl_attrs_next(&walk, &attr));
    /* A copy starts again from where it was made. */
    EXPECT(1, rnl_attrs_next(&again, &attr));
    is(&attr, 1, 0, 0, 1);
}

static void nests_are_walked_with_or_without_their_flag(unsigned flag)
{
    struct wire w = { 0, { 0 } }, nest = { 0, { 0 } };
    struct rnl_attrs inside;
    struct rnl_attr attr = NO_ATTR;

    wire_u32(&nest, 7, 70);
    wire_attr(&nest, 8, "abc", 3);
    wire_attr(&w, flag | 2, nest.at, nest.len);
    attr = wire_first(&w);
    EXPECT(0, rnl_attr_nested(&attr, &inside));
    EXPECT(1, rnl_attrs_next(&inside, &attr));
    is(&attr, 7, 0, 4, 4);
    EXPECT(1, rnl_attrs_next(&inside, &attr));
    is(&attr, 8, 0, 12, 3);
    EXPECT(0, rnl_attrs_next(&inside, &attr));
    EXPECT(-EINVAL, rnl_attr_nested(NULL, &inside));
    EXPECT(-EINVAL, rnl_attr_nested(&attr, NULL));
}

static void the_last_of_a_type_is_found(void)
{
    struct wire w = { 0, { 0 } };
    struct rnl_attrs walk = NO_WALK;
    struct rnl_attr attr = NO_ATTR;

    make_four(&w);
    walk = wire_walk(&w);
    EXPECT(1, rnl_attrs_find(&walk, 1, &attr));
    is(&attr, 1, NLA_F_NET_BYTEORDER, 20, 4);
    EXPECT(1, rnl_attrs_find(&walk, 2, &attr));
    is(&attr, 2, NLA_F_NESTED, 8, 8);
    EXPECT(0, rnl_attrs_find(&walk, 7, &attr));
    EXPECT(0, rnl_attrs_find(&walk, NLA_F_NESTED | 2, &attr));
    /* Looking did not move the walk. */
    EXPECT(1, rnl_attrs_next(&walk, &attr));
    is(&attr, 1, 0, 0, 1);
}

static void a_table_has_each_at_its_type(void)
{
    struct wire w = { 0, { 0 } };
    struct rnl_attr table[5], untouched;
    struct rnl_attrs walk = NO_WALK;

    make_four(&w);
    walk = wire_walk(&w);
    memset(table, 0xee, sizeof table);
    untouched = table[4];
    EXPECT(0, rnl_attrs_table(&walk, table, 4));
    CHECK(table[0].data.ptr == NULL);
    is(&table[1], 1, NLA_F_NET_BYTEORDER, 20, 4);
    is(&table[2], 2, NLA_F_NESTED, 8, 8);
    CHECK(table[3].data.ptr != NULL);
    CHECK(memcmp(&table[4], &untouched, sizeof untouched) == 0);
    EXPECT(2, rnl_attrs_table(&walk, table, 2));
    EXPECT(4, rnl_attrs_table(&walk, NULL, 0));
    EXPECT(0, rnl_attr_str(&table[0], &(struct rnl_bytes){ NULL, 0 }));
}

/* Bytes that are no attribute, behind one of type 1. */
static void is_damage(const void *bytes, size_t len)
{
    struct rnl_attr attr, table[3];
    struct wire w = { 0, { 0 } };
    struct rnl_attrs walk, copy;

    wire_u32(&w, 1, 10);
    wire_raw(&w, bytes, len);
    walk = copy = wire_walk(&w);
    EXPECT(1, rnl_attrs_next(&walk, &attr));
    EXPECT(-EBADMSG, rnl_attrs_next(&walk, &attr));
    EXPECT(0, rnl_attrs_next(&walk, &attr));
    EXPECT(-EBADMSG, rnl_attrs_table(&copy, table, 3));
    is(&table[1], 1, 0, 0, 4);
    CHECK(table[2].data.ptr == NULL);
    EXPECT(1, rnl_attrs_find(&copy, 1, &attr));
    EXPECT(0, rnl_attrs_find(&copy, 2, &attr));
}

static void damage_ends_a_walk(void)
{
    static const uint16_t lies[] = { 0, 1, 3, 9, 0x7fff, 0xffff };
    size_t i;

    for (i = 0; i < sizeof lies / sizeof *lies; i++) {
        uint16_t bytes[4] = { lies[i], 2, 0, 0 };

        is_damage(bytes, sizeof bytes);
    }
    for (i = 1; i < 4; i++)
        is_damage("\0\0\0", i);
}

static void the_last_attribute_may_lack_its_padding(void)
{
    struct wire w = { 0, { 0 } };
    struct rnl_attr attr = NO_ATTR;
    struct rnl_attrs walk = NO_WALK;

    wire_attr(&w, 1, "abcde", 5);
    walk = wire_walk(&w);
    EXPECT(1, rnl_attrs_next(&walk, &attr));
    EQUAL(5, attr.data.len);
    EXPECT(0, rnl_attrs_next(&walk, &attr));
}

int main(void)
{
    nothing_is_followed_that_is_null();
    a_walk_shows_all();
    nests_are_walked_with_or_without_their_flag(0);
    nests_are_walked_with_or_without_their_flag(NLA_F_NESTED);
    the_last_of_a_type_is_found();
    a_table_has_each_at_its_type();
    damage_ends_a_walk();
    the_last_attribute_may_lack_its_padding();
    return test_end();
}
