/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Families by name, for the tests. */
#ifndef RNL_TEST_FAMILY_H
#define RNL_TEST_FAMILY_H

#include "kernel.h"

static inline struct rnl_family *open_family(const char *name)
{
    struct rnl_family *family = NULL;

    WORKS(0, rnl_family_open(&family, NULL, name, &test_err));
    NEED(family);
    return family;
}

static inline struct rnl_text *new_text(void)
{
    struct rnl_text *text = rnl_text_new();

    NEED(text);
    return text;
}

/* Whether a text has a part; says what it has if not. */
#define HAS(text, part) \
    (strstr(rnl_text_get(text, NULL), part) ? (void)0 : FAULT("no %s in %s", part, rnl_text_get(text, NULL)))

#endif
