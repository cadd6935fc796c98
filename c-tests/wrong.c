/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * The wrong requests of tests/wrong/requests.txt, called by name: the error object has the path. The Rust tests say
 * which of them the kernel lacks something for, and make the dumps and the transactions too.
 */
#include "kernel.h"

#define PARTS 7
enum { FAMILY, OP, FLAGS, WHO, PATH, WORDS, JSON };

/* Whether the rest of the block can't run: the kernel lacks what it needs. */
static bool lacking;
static int ran, left_out;

/* The parts of a line, without what is around them. */
static bool split(char *line, char *parts[PARTS])
{
    int n;

    for (n = 0; n < PARTS && line; n++) {
        char *end, *next = n < PARTS - 1 ? strstr(line, "|") : NULL;

        if (next)
            *next++ = '\0';
        parts[n] = line + strspn(line, " ");
        for (end = parts[n] + strlen(parts[n]); end > parts[n] && strchr(" \n", end[-1]); end--)
            end[-1] = '\0';
        line = next;
    }
    return n == PARTS;
}

static uint16_t flags_of(const char *words)
{
    return (strstr(words, "create") ? NLM_F_CREATE : 0) | (strstr(words, "excl") ? NLM_F_EXCL : 0) |
           (strstr(words, "replace") ? NLM_F_REPLACE : 0);
}

/* The place that the error has, as the row wants it. */
static bool points(char *parts[PARTS])
{
    const char *place = rnl_err_attr(test_err), *path = parts[PATH];

    if (!strcmp(parts[WHO], "missing"))
        place = rnl_err_missing(test_err);
    if (!strcmp(parts[WHO], "guess"))
        place = rnl_err_guess(test_err);
    if (!place || strncmp(place, path, strlen(path)) || !strchr(":", place[strlen(path)]))
        return false;
    return strstr(rnl_err_text(test_err), parts[WORDS]) != NULL;
}

static void ask(char *parts[PARTS], struct rnl_family *family, struct rnl_sock *sock)
{
    bool works = !strcmp(parts[WHO], "works");
    int result = rnl_family_resolve(family, sock, SOON, &test_err);

    if (result == 0)
        result = rnl_family_call(family, sock, parts[OP], flags_of(parts[FLAGS]), parts[JSON], SOON, NULL, &test_err);
    else
        lacking = true;
    if (works || lacking || result == -EPERM) {
        lacking |= result < 0;
        left_out += !works;
        return;
    }
    ran++;
    if (result == 0 || !points(parts))
        FAULT("%s %s %s: %s", parts[FAMILY], parts[OP], parts[JSON], result ? rnl_err_text(test_err) : "was taken");
    EQUAL(strcmp(parts[WHO], "local") ? RNL_FROM_KERNEL : RNL_FROM_LOCAL, rnl_err_origin(test_err));
}

static void row(char *line)
{
    struct rnl_family *family = NULL;
    struct rnl_sock *sock = NULL;
    char *parts[PARTS];

    NEED(split(line, parts));
    if (lacking || strstr(parts[FLAGS], "batch") || strstr(parts[FLAGS], "dump")) {
        lacking |= !strcmp(parts[WHO], "works");
        left_out++;
        return;
    }
    WORKS(0, rnl_family_open(&family, NULL, parts[FAMILY], &test_err));
    NEED(family);
    if (rnl_sock_open(&sock, rnl_family_protocol(family), NULL, &test_err) == 0)
        ask(parts, family, sock);
    else
        lacking = true;
    test_forget();
    rnl_sock_close(sock);
    EXPECT(0, rnl_family_free(family));
}

int main(void)
{
    FILE *file = fopen("tests/wrong/requests.txt", "re");
    static char line[4096];
    bool fresh = true;

    NEED(file);
    while (fgets(line, sizeof line, file)) {
        if (*line == '#')
            continue;
        if (*line == '\n') {
            fresh = true;
            continue;
        }
        if (fresh)
            new_namespace();
        lacking = lacking && !fresh;
        fresh = false;
        row(line);
    }
    fclose(file);
    printf("%d wrong requests, %d left out\n", ran, left_out);
    CHECK(ran >= 60);
    return test_end();
}
