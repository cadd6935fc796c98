/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Memory that runs out while families are used by name: packs, JSON, structs, guesses, traces.
 * modes: plain asan
 */
#include "oom.h"

#include <stddef.h>

static struct rnl_sock *route, *generic;
static int nowhere;

/* ---- What scenarios share. */

static struct rnl_family *family_of(struct rnl_pack *pack, const char *name)
{
    struct rnl_family *family = NULL;
    struct rnl_err *err = NULL;

    if (!good(rnl_family_open(&family, pack, name, &err)))
        other_failure += family != NULL;
    rnl_err_free(err);
    return family;
}

/* A text of an expected length, or none for want of memory. */
static bool text_says(struct rnl_text *text, const char *part)
{
    const char *got = rnl_text_get(text, NULL);

    no_memory += got == NULL;
    return got == NULL || strstr(got, part) != NULL;
}

/* A call by name, with or without a place for its answer. What fails leaves the text as it was. */
static bool calls(struct rnl_family *family, struct rnl_sock *sock, const char *op, const char *json, const char *part)
{
    struct rnl_text *text = rnl_text_new();
    bool is_good;

    no_memory += text == NULL;
    if (!text)
        return false;
    is_good = good(rnl_family_call(family, sock, op, 0, json, SOON, text, NULL));
    other_failure += !text_says(text, is_good ? part : "");
    rnl_text_free(text);
    return is_good;
}

/* A dump of links that a binding or a family reads. */
static struct rnl_dump *dump_links(struct rnl_family *family)
{
    struct rnl_dump *dump = NULL;
    struct rnl_msg *msg = NULL;

    if (good(rnl_family_request(&msg, family, "getlink", RNL_FORM_DUMP, 0, NULL, NULL)))
        good(rnl_dump_start(&dump, route, msg, RNL_DUMP_CONSISTENT, SOON, NULL));
    rnl_msg_free(msg);
    return dump;
}

/* ---- Scenarios. */

static void call_by_name(void)
{
    struct rnl_family *family = family_of(NULL, "rt-link");

    if (family)
        calls(family, route, "getlink", "{\"ifi-index\":1}", "\"ifname\":\"lo\"");
    rnl_family_free(family);
}

static void resolve_and_call(void)
{
    struct rnl_family *family = family_of(NULL, "nlctrl");

    if (family && good(rnl_family_resolve(family, generic, SOON, NULL))) {
        good(rnl_family_group(family, "notify") < 0 ? -ENOMEM : 0);
        calls(family, generic, "getfamily", "{\"family-name\":\"nlctrl\"}", "nlctrl");
    }
    rnl_family_free(family);
}

/* Errors of encoding, of the kernel with a place, and without: the last is guessed about. */
static void fail_by_name(void)
{
    static const struct {
        const char *op, *json;
        int number;
    } wrong[] = {
        { "newlink", "{\"linkinfo\":{\"kind\":\"vxlan\",\"data\":{\"id\":-1}}}", -ERANGE },
        { "newlink", "{\"mtuu\":1}", -EINVAL },
        { "newlink", "{\"ifname\":\"a-name-beyond-fifteen\"}", -ERANGE },
        { "getlink", "{\"ifi-index\":1,\"mtu\":5}", -EINVAL },
        { "getlinks", "{}", -ENOENT },
    };
    struct rnl_family *family = family_of(NULL, "rt-link");
    size_t i;

    for (i = 0; family && i < sizeof wrong / sizeof *wrong; i++) {
        struct rnl_err *err = NULL;
        int result = rnl_family_call(family, route, wrong[i].op, 0, wrong[i].json, SOON, NULL, &err);

        failure(wrong[i].number, result, err);
    }
    rnl_family_free(family);
}

/* The kernel's policy is asked for where the descriptions find nothing. */
static void ask_why(void)
{
    struct rnl_family *family = family_of(NULL, "nlctrl");
    struct rnl_err *err = NULL;
    int result;

    if (family && good(rnl_family_resolve(family, generic, SOON, NULL))) {
        result = rnl_family_call(family, generic, "getfamily", 0, "{}", SOON, NULL, &err);
        failure(-EINVAL, result, err);
    }
    rnl_family_free(family);
}

static void check_by_hand(void)
{
    struct rnl_family *family = family_of(NULL, "rt-link");
    struct rnl_msg *msg = rnl_msg_new(RTM_NEWLINK, 0);
    struct ifinfomsg header = { AF_UNSPEC, 0, 0, 0, 0, 0 };
    struct rnl_err *err = NULL;
    int result;

    if (made(msg) && family) {
        rnl_msg_put_header(msg, &header, sizeof header);
        good(rnl_family_check(family, msg, NULL));
        rnl_msg_put_u16(msg, IFLA_MTU, 1500);
        result = rnl_family_check(family, msg, &err);
        failure(-EINVAL, result, err);
    }
    rnl_msg_free(msg);
    rnl_family_free(family);
}

static void rows_by_name(void)
{
    struct rnl_family *family = family_of(NULL, "rt-link");
    struct rnl_text *text = rnl_text_new();
    struct rnl_dump *dump = family ? dump_links(family) : NULL;

    no_memory += text == NULL;
    if (text && dump && good(rnl_family_rows(family, dump, 9, RNL_JSON_EXACT | RNL_JSON_NAMED, text, NULL)))
        other_failure += !text_says(text, "\"lo\"");
    rnl_dump_free(dump);
    rnl_text_free(text);
    rnl_family_free(family);
}

/* Names are remembered, in memory of their own. */
static void pickled_rows(void)
{
    struct rnl_family *family = family_of(NULL, "rt-link");
    struct rnl_text *text = rnl_text_new();
    struct rnl_dump *dump = family ? dump_links(family) : NULL;
    size_t len = 0;

    no_memory += text == NULL;
    if (text && dump && good(rnl_family_rows(family, dump, 9, RNL_JSON_PICKLE, text, NULL))) {
        const char *got = rnl_text_get(text, &len);

        no_memory += got == NULL;
        other_failure += got && got[len - 1] != '.';
    }
    rnl_dump_free(dump);
    rnl_text_free(text);
    rnl_family_free(family);
}

static void describe(void)
{
    struct rnl_family *family = family_of(NULL, "rt-link");
    struct rnl_text *text = rnl_text_new();

    no_memory += text == NULL;
    if (text && family) {
        good(rnl_family_describe(family, "newlink", text));
        good(rnl_text_clear(text));
        good(rnl_family_describe(NULL, NULL, text));
        other_failure += !text_says(text, "rt-link") && no_memory == 0;
    }
    rnl_text_free(text);
    rnl_family_free(family);
}

/* A socket keeps what it was told of, and the pack may go before it. */
static void use_a_pack(void)
{
    struct rnl_sock *sock = NULL;
    struct rnl_pack *pack = NULL;
    struct rnl_family *family = NULL;
    struct rnl_err *err = NULL;
    int result;

    good(rnl_sock_open(&sock, NETLINK_ROUTE, NULL, NULL));
    if (good(rnl_pack_open(&pack, "src/schema/builtin.pack", NULL)))
        family = family_of(pack, "rt-link");
    if (sock && family && good(rnl_family_resolve(family, sock, SOON, NULL))) {
        result = rnl_family_call(family, sock, "newlink", 0, "{\"ifname\":\"a-name-beyond-fifteen\"}", SOON, NULL, &err);
        failure(-ERANGE, result, err);
    }
    rnl_family_free(family);
    other_failure += rnl_pack_close(pack) != 0;
    rnl_sock_close(sock);
    err = NULL;
    result = rnl_pack_open(&pack, "/no/such/file", &err);
    failure(-ENOENT, result, err);
}

struct link {
    uint32_t index, mtu, flags;
    char name[16], kind[16];
};

static const struct rnl_slot slots[] = {
    { "ifi-index", offsetof(struct link, index), 4 },
    { "mtu", offsetof(struct link, mtu), 4 },
    { "ifname", offsetof(struct link, name), 16 },
    { "linkinfo.kind", offsetof(struct link, kind), 16 },
};

static void bind_rows(void)
{
    struct rnl_family *family = family_of(NULL, "rt-link");
    struct rnl_bind *bind = NULL;
    struct rnl_dump *dump = NULL;
    struct link rows[8];

    if (family && good(rnl_bind_new(&bind, family, "getlink", RNL_FORM_ROW, sizeof *rows, slots, 4, NULL)) &&
        (dump = dump_links(family)) && good(rnl_bind_rows(bind, dump, rows, 8, NULL)))
        other_failure += strcmp(rows[0].name, "lo") != 0;
    rnl_dump_free(dump);
    rnl_bind_free(bind);
    rnl_family_free(family);
}

static void bind_request(void)
{
    struct rnl_family *family = family_of(NULL, "rt-link");
    struct rnl_slot wrong = { "linkinfo.data.id", 0, 4 };
    struct link link = { 1, 0, 0, "", "" };
    struct rnl_bind *bind = NULL;
    struct rnl_msg *msg = NULL;
    struct rnl_err *err = NULL;

    if (family) {
        int result = rnl_bind_new(&bind, family, "newlink", RNL_FORM_DO, sizeof link, &wrong, 1, &err);

        failure(-EINVAL, result, err);
        if (good(rnl_bind_new(&bind, family, "newlink", RNL_FORM_DO, sizeof link, slots, 4, NULL)) &&
            good(rnl_bind_request(&msg, bind, 0, &link, NULL)))
            good(rnl_sock_call(route, msg, SOON, NULL, NULL));
    }
    rnl_msg_free(msg);
    rnl_bind_free(bind);
    rnl_family_free(family);
}

/* What can't be traced for want of memory is left out, and nothing else fails. */
static void trace(int format)
{
    struct rnl_family *family = family_of(NULL, "rt-link");

    good(rnl_sock_trace(route, nowhere, format, NULL));
    if (family)
        calls(family, route, "getlink", "{\"ifi-index\":1}", "\"ifname\":\"lo\"");
    good(rnl_sock_trace(route, -1, RNL_TRACE_OFF, NULL));
    rnl_family_free(family);
}

static void trace_text(void)
{
    trace(RNL_TRACE_TEXT);
}

static void trace_pcapng(void)
{
    trace(RNL_TRACE_PCAPNG);
}

/* ---- The runs. */

static const struct scenario scenarios[] = {
    { "call by name", call_by_name },
    { "resolve and call", resolve_and_call },
    { "fail by name", fail_by_name },
    { "ask why", ask_why },
    { "check by hand", check_by_hand },
    { "rows by name", rows_by_name },
    { "pickled rows", pickled_rows },
    { "describe", describe },
    { "use a pack", use_a_pack },
    { "bind rows", bind_rows },
    { "bind a request", bind_request },
    { "trace, text", trace_text },
    { "trace, pcapng", trace_pcapng },
};

static void open_sockets(void)
{
    NEED(rnl_sock_open(&route, NETLINK_ROUTE, NULL, NULL) == 0);
    NEED(rnl_sock_open(&generic, NETLINK_GENERIC, NULL, NULL) == 0);
}

static void close_sockets(void)
{
    NEED(rnl_sock_close(route) == 0);
    NEED(rnl_sock_close(generic) == 0);
}

int main(void)
{
    size_t i;

    in_namespace();
    nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    NEED(nowhere >= 0);
    for (i = 0; i < sizeof scenarios / sizeof *scenarios; i++)
        exhaust(&scenarios[i]);
    close(nowhere);
    return test_end();
}
