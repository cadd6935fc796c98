/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Two libraries side by side: the same calls on the same bytes, the same answers.
 *
 *     differ STOCK OURS [COUNT [SEED]]
 *
 * Each side has memory of its own, whose end borders on a page that can't be touched. What is done with a
 * datagram is drawn before, then carried out on one side and on the other; every result, errno, callback and
 * byte written is noted and compared. Where ours differs on purpose, the other side is shown bytes that make it
 * do what ours does: those places are marked DIFFERENCE, and are listed in COVERAGE.md.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>

#include "api.h"
#include "datagram.h"

#define ARENA 8192
#define MARK 4711
#define NOTES 4096

struct note {
    const char *what;
    long value;
};

struct side {
    const char *name;
    struct api api;
    int stock;
    unsigned char *start, *end;
    /* Where the datagram is. */
    unsigned char *at;
    struct note notes[NOTES];
    unsigned count;
    unsigned long calls[FUNCTIONS];
};

/* What was drawn, for both sides. */
static struct plan {
    struct datagram datagram;
    unsigned seq, port, offset, max_type, control_len, control_mask;
    int returns[8], no_data, mutate, print;
    unsigned extra, steps[24][4];
} plan;

static struct side sides[2];
/* The side that is at work, for callbacks and for what catches a fault. */
static struct side *now;
static unsigned long current, answers;

#define F(name) (s->calls[I_##name]++, s->api.name)

static void note(struct side *s, const char *what, long value)
{
    if (s->count < NOTES)
        s->notes[s->count++] = (struct note){ what, value };
}

/* A result and what errno became. */
#define NOTE(call) (errno = MARK, note(s, #call, (long)(call)), note(s, "errno of " #call, errno))
/* A pointer into the side's memory. */
#define NOTE_PLACE(call) note(s, #call, place(s, (call)))

static long place(struct side *s, const void *at)
{
    return at ? (long)((const unsigned char *)at - s->at) : -1000000;
}

/* ---- Reading */

static int answer(unsigned n)
{
    return plan.returns[n % 8];
}

static int attr_callback(const struct nlattr *attr, void *data)
{
    unsigned *depth = data;
    struct side *s = now;

    note(s, "attribute", place(s, attr));
    if (F(attr_get_type)(attr) % 2 && *depth < 3 && attr->nla_len >= 4) {
        (*depth)++;
        NOTE(F(attr_parse_nested)(attr, attr_callback, depth));
        (*depth)--;
    }
    if (plan.mutate && s->count % 5 == 0)
        ((struct nlattr *)attr)->nla_len = (uint16_t)(4 + 4 * (s->count % 7));
    return answer(s->count);
}

/* What comes next then is noise, in which no length may be what the sides differ about. */
static void shorten(struct side *s, unsigned char *head, uint32_t len)
{
    unsigned char *end = s->at + plan.datagram.len;

    memcpy(head, &len, 4);
    while (len >= 16 && (size_t)(end - head) >= ((len + 3) & ~3ul) + 4) {
        head += (len + 3) & ~3u;
        head[0] &= 0xfc;
        head[3] &= 0x7f;
        memcpy(&len, head, 4);
    }
}

static int message_callback(const struct nlmsghdr *head, void *data)
{
    struct side *s = now;
    /* DIFFERENCE: 2 GiB behind the end is behind the end. */
    unsigned depth = 0, offset = s->stock && plan.offset >> 31 ? 0x7fffffff : plan.offset;

    note(s, data ? "message" : "message without data", place(s, head));
    errno = MARK;
    note(s, "attr_parse", F(attr_parse)(head, offset, attr_callback, &depth));
    if (plan.mutate && s->count % 5 == 0)
        shorten(s, (unsigned char *)head, 16 + 4 * (s->count % 3));
    return answer(s->count);
}

static int control_callback(const struct nlmsghdr *head, void *data)
{
    note(now, data ? "control" : "control without data", head->nlmsg_type);
    return answer(now->count);
}

/* DIFFERENCE: a message of 2 GiB or more is refused, as one of no length is. */
static void refuse_huge(struct side *s)
{
    size_t at = 0, len = plan.datagram.len;
    uint32_t claimed;

    while (at + 16 <= len) {
        memcpy(&claimed, s->at + at, 4);
        if (claimed >= 0x80000000)
            memset(s->at + at, 0, 4);
        if (claimed < 16 || claimed > len - at)
            return;
        at += (claimed + 3) & ~3u;
    }
}

static void lay_out(struct side *s)
{
    /* DIFFERENCE: of a quad that is cut off, zeros are printed and not what lies behind. */
    s->at = s->end - plan.datagram.len - (s->stock ? 4 : 0);
    memset(s->end - 4, 0, 4);
    memcpy(s->at, plan.datagram.at, plan.datagram.len);
}

static void read_header(struct side *s)
{
    const struct nlmsghdr *head = (const void *)s->at;
    int rest = (int)plan.datagram.len;

    if (plan.datagram.len < sizeof *head)
        return;
    NOTE_PLACE(F(nlmsg_next)(head, &rest));
    note(s, "rest", rest);
    NOTE(F(nlmsg_get_payload_len)(head));
    NOTE(F(nlmsg_seq_ok)(head, plan.seq));
    NOTE(F(nlmsg_portid_ok)(head, plan.port));
    NOTE_PLACE(F(nlmsg_get_payload)(head));
    NOTE_PLACE(F(nlmsg_get_payload_offset)(head, plan.offset));
    NOTE_PLACE(F(nlmsg_get_payload_tail)(head));
    NOTE(F(nlmsg_size)(plan.offset));
}

/* Numbers that are read only where they are. */
static void read_numbers(struct side *s, const struct nlattr *attr, size_t room)
{
    if (room >= 5)
        NOTE(F(attr_get_u8)(attr));
    if (room >= 6)
        NOTE(F(attr_get_u16)(attr));
    if (room >= 8)
        NOTE(F(attr_get_u32)(attr));
    if (room >= 12)
        NOTE(F(attr_get_u64)(attr));
}

/* DIFFERENCE: what is shorter than its own header has no payload. Its length wraps and is read behind. */
static uint16_t without_wrap(struct side *s, struct nlattr *attr)
{
    uint16_t len = attr->nla_len;

    if (s->stock && len < 4)
        attr->nla_len = 4;
    return len;
}

static void judge_attr(struct side *s, struct nlattr *attr)
{
    uint16_t len = attr->nla_len;
    int type;

    for (type = -1; type < 14; type++) {
        if (type == MNL_TYPE_NUL_STRING)
            without_wrap(s, attr);
        NOTE(F(attr_validate)(attr, (enum mnl_attr_data_type)type));
        NOTE(F(attr_validate2)(attr, (enum mnl_attr_data_type)type, len < 4 ? 0 : plan.offset % 12));
        attr->nla_len = len;
    }
}

static void read_attr(struct side *s, size_t at)
{
    struct nlattr *attr = (struct nlattr *)(s->at + at);
    size_t room = plan.datagram.len - at;
    unsigned depth = 0;
    uint16_t len;

    if (at + 4 > plan.datagram.len)
        return;
    NOTE(F(attr_ok)(attr, (int)room));
    NOTE(F(attr_ok)(attr, (int)plan.offset));
    NOTE(F(attr_get_type)(attr));
    NOTE(F(attr_get_len)(attr));
    NOTE(F(attr_get_payload_len)(attr));
    NOTE_PLACE(F(attr_get_payload)(attr));
    NOTE_PLACE(F(attr_get_str)(attr));
    NOTE_PLACE(F(attr_next)(attr));
    NOTE(F(attr_type_valid)(attr, (uint16_t)plan.max_type));
    read_numbers(s, attr, room);
    NOTE(F(attr_parse_payload)(attr, room, attr_callback, &depth));
    if (attr->nla_len <= room && !plan.mutate) {
        judge_attr(s, attr);
        len = without_wrap(s, attr);
        NOTE(F(attr_parse_nested)(attr, attr_callback, &depth));
        attr->nla_len = len;
    }
}

static void print_datagram(struct side *s)
{
    char *text = NULL;
    size_t len = 0, i;
    FILE *file = open_memstream(&text, &len);
    unsigned long sum = 5381;

    F(nlmsg_fprintf)(file, s->at, plan.datagram.len, plan.extra);
    fclose(file);
    for (i = 0; i < len; i++)
        sum = sum * 33 + (unsigned char)text[i];
    note(s, "printed bytes", (long)len);
    note(s, "printed text", (long)sum);
    free(text);
}

static void read_datagram(struct side *s)
{
    mnl_cb_t control[24], data = plan.no_data ? NULL : message_callback;
    unsigned i, depth = 0;
    struct nlmsghdr *head = (struct nlmsghdr *)s->at;
    size_t len = plan.datagram.len;

    for (i = 0; i < 24; i++)
        control[i] = plan.control_mask >> i & 1 ? control_callback : NULL;
    read_header(s);
    if (s->stock)
        refuse_huge(s);
    if (len >= 4)
        NOTE(F(nlmsg_ok)(head, (int)len));
    if (plan.print)
        print_datagram(s);
    NOTE(F(cb_run)(s->at, len, plan.seq, plan.port, data, s->at));
    NOTE(F(cb_run2)(s->at, len, plan.seq, plan.port, data, NULL, control, plan.control_len));
    NOTE(F(cb_run2)(s->at, len, 0, 0, data, NULL, NULL, plan.control_len));
    lay_out(s);
    NOTE(F(attr_parse_payload)(s->at, len, attr_callback, &depth));
    read_attr(s, 16);
    read_attr(s, (plan.offset & 31) * 4 % (len + 1));
}

/* ---- Writing */

struct work {
    struct nlmsghdr *head;
    struct nlattr *nests[32];
    unsigned depth;
    char text[64];
};

static void put_plainly(struct side *s, struct work *w, const unsigned *step)
{
    uint16_t type = (uint16_t)step[1];

    switch (step[2] % 7) {
    case 0: F(attr_put)(w->head, type, step[3] % 48, w->text); break;
    case 1: F(attr_put_u8)(w->head, type, (uint8_t)step[3]); break;
    case 2: F(attr_put_u16)(w->head, type, (uint16_t)step[3]); break;
    case 3: F(attr_put_u32)(w->head, type, step[3]); break;
    case 4: F(attr_put_u64)(w->head, type, step[3] * 0x100000001ul); break;
    case 5: F(attr_put_str)(w->head, type, w->text + 16 + step[3] % 48); break;
    case 6: F(attr_put_strz)(w->head, type, w->text + 16 + step[3] % 48); break;
    }
}

static void put_checked(struct side *s, struct work *w, const unsigned *step)
{
    size_t room = w->head->nlmsg_len + step[3] % 48;
    uint16_t type = (uint16_t)step[1];

    switch (step[2] % 7) {
    case 0: NOTE(F(attr_put_check)(w->head, room, type, step[1] % 48, w->text)); break;
    case 1: NOTE(F(attr_put_u8_check)(w->head, room, type, (uint8_t)step[3])); break;
    case 2: NOTE(F(attr_put_u16_check)(w->head, room, type, (uint16_t)step[3])); break;
    case 3: NOTE(F(attr_put_u32_check)(w->head, room, type, step[3])); break;
    case 4: NOTE(F(attr_put_u64_check)(w->head, room, type, step[3] * 0x100000001ul)); break;
    case 5: NOTE(F(attr_put_str_check)(w->head, room, type, w->text + 16 + step[1] % 48)); break;
    case 6: NOTE(F(attr_put_strz_check)(w->head, room, type, w->text + 16 + step[1] % 48)); break;
    }
}

static void nest(struct side *s, struct work *w, const unsigned *step)
{
    struct nlattr *start = NULL;

    switch (step[1] % 4) {
    case 0:
        start = F(attr_nest_start)(w->head, (uint16_t)step[3]);
        break;
    case 1:
        start = F(attr_nest_start_check)(w->head, w->head->nlmsg_len + step[2] % 8, (uint16_t)step[3]);
        break;
    case 2:
        if (w->depth)
            F(attr_nest_end)(w->head, w->nests[--w->depth]);
        return;
    case 3:
        if (w->depth)
            F(attr_nest_cancel)(w->head, w->nests[--w->depth]);
        memset(s->at + w->head->nlmsg_len, 0, ARENA / 2);
        return;
    }
    NOTE_PLACE(start);
    if (start)
        w->nests[w->depth++] = start;
}

/* DIFFERENCE: padding is zeroed. So it is zero before, where the message is made. */
static void make(struct side *s)
{
    struct work w = { 0 };
    unsigned i;

    memset(s->start, 0, ARENA);
    s->at = s->start;
    memset(s->at, 0xaa, 16);
    memset(w.text, 'x', 63);
    NOTE_PLACE(w.head = F(nlmsg_put_header)(s->at));
    for (i = 0; i < 24; i++) {
        const unsigned *step = plan.steps[i];

        switch (step[0] % 10) {
        case 0: NOTE_PLACE(F(nlmsg_put_extra_header)(w.head, step[1] % 20)); break;
        case 1: case 2: case 3: put_plainly(s, &w, step); break;
        case 4: case 5: put_checked(s, &w, step); break;
        case 6: case 7: nest(s, &w, step); break;
        case 8: w.head->nlmsg_len += step[1] % 16 ? 0 : step[2] % 4; break;
        case 9: NOTE_PLACE(F(nlmsg_get_payload_tail)(w.head)); break;
        }
        note(s, "length", w.head->nlmsg_len);
    }
}

static size_t pending(struct side *s, struct mnl_nlmsg_batch *b)
{
    return ((struct nlmsghdr *)F(nlmsg_batch_current)(b))->nlmsg_len;
}

static void batch(struct side *s)
{
    size_t limit = plan.offset % 200;
    struct mnl_nlmsg_batch *b;
    unsigned i;

    memset(s->start, 0, ARENA);
    s->at = s->start;
    b = F(nlmsg_batch_start)(s->at, limit);
    for (i = 0; i < 8; i++) {
        struct nlmsghdr *head = F(nlmsg_put_header)(F(nlmsg_batch_current)(b));

        head->nlmsg_type = (uint16_t)i;
        F(attr_put_u32)(head, 1, plan.steps[i][0]);
        head->nlmsg_len += plan.steps[i][1] % 8 ? 0 : plan.steps[i][2] % 32;
        NOTE(F(nlmsg_batch_next)(b));
        NOTE(F(nlmsg_batch_size)(b));
        NOTE(F(nlmsg_batch_is_empty)(b));
        NOTE_PLACE(F(nlmsg_batch_head)(b));
        NOTE_PLACE(F(nlmsg_batch_current)(b));
        /* DIFFERENCE: a message longer than the room before it is moved there whole. */
        if (plan.steps[i][3] % 3 == 0 && pending(s, b) <= F(nlmsg_batch_size)(b))
            F(nlmsg_batch_reset)(b);
    }
    F(nlmsg_batch_stop)(b);
}

/* ---- Sockets, to each other and from another family */

static struct mnl_socket *bound(struct side *s, int flags)
{
    struct mnl_socket *socket = F(socket_open2)(NETLINK_USERSOCK, flags);

    NOTE(F(socket_bind)(socket, 0, MNL_SOCKET_AUTOPID));
    return socket;
}

static void receive(struct side *s, const struct mnl_socket *socket, size_t room)
{
    memset(s->start, 0, ARENA);
    s->at = s->start;
    NOTE(F(socket_recvfrom)(socket, s->at, room));
}

static void sockets(struct side *s)
{
    size_t len = plan.datagram.len, room = plan.steps[0][0] % (2 * len);
    struct mnl_socket *a = bound(s, SOCK_NONBLOCK), *b, *c = F(socket_open)((int)plan.steps[1][0] % 64);
    struct sockaddr_nl to = { .nl_family = AF_NETLINK, .nl_pid = F(socket_get_portid)(a) };
    int pair[2], option = (int)plan.steps[2][0] % 16, value = 1;
    socklen_t size = sizeof value;

    note(s, "open", c != NULL);
    if (c)
        NOTE(F(socket_close)(c));
    receive(s, a, room);
    sendto(F(socket_get_fd)(a), plan.datagram.at, len, 0, (struct sockaddr *)&to, sizeof to);
    receive(s, a, room);
    NOTE(F(socket_sendto)(a, plan.datagram.at, len));
    NOTE(F(socket_setsockopt)(a, option, &value, sizeof value));
    NOTE(F(socket_getsockopt)(a, option, &value, &size));
    note(s, "option", value);
    note(s, "size of the option", size);
    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair) == 0) {
        b = F(socket_fdopen)(pair[0]);
        NOTE(F(socket_get_portid)(b));
        NOTE(send(pair[1], plan.datagram.at, len, 0));
        receive(s, b, room);
        NOTE(F(socket_close)(b));
        NOTE(close(pair[1]));
    }
    NOTE(F(socket_fdopen)(-1) != NULL);
    NOTE(F(socket_close)(a));
}

/* ---- The two sides */

/* DIFFERENCE: no attribute begins in what is left of a message when that is less than a header. */
static void no_partial_attrs(struct datagram *d)
{
    uint32_t at = 0, len;

    for (; at + 16 <= d->len; at += (len + 3) & ~3u) {
        memcpy(&len, d->at + at, 4);
        if (len < 16 || len > d->len - at)
            return;
        if (len % 4)
            d->at[at + (len & ~3u)] = 1;
    }
}

static void draw(void)
{
    unsigned i;

    make_datagram(&plan.datagram);
    no_partial_attrs(&plan.datagram);
    plan.seq = below(3);
    plan.port = below(3);
    plan.offset = below(16) ? below(40) : edge();
    plan.max_type = below(40);
    plan.control_len = below(20);
    plan.control_mask = any();
    plan.no_data = below(8) == 0;
    plan.mutate = plan.datagram.shape == WHOLE && below(4) == 0;
    plan.print = below(16) == 0;
    plan.extra = below(4) ? 4 * below(6) : below(40);
    for (i = 0; i < 8; i++)
        plan.returns[i] = below(6) ? 1 + (int)below(3) : (int)below(5) - 3;
    for (i = 0; i < 24 * 4; i++)
        plan.steps[i / 4][i % 4] = any();
}

static void show_plan(void)
{
    size_t i;

    printf("seq %u port %u offset %u extra %u control %u\n", plan.seq, plan.port, plan.offset, plan.extra,
        plan.control_len);
    for (i = 0; i < plan.datagram.len; i++)
        printf("%02x%s", plan.datagram.at[i], i % 4 == 3 ? "\n" : " ");
    putchar('\n');
    fflush(stdout);
    _exit(1);
}

static void explain(const struct note *stock, const struct note *ours)
{
    printf("datagram %lu: %s is %ld here, %s is %ld there\n", current, stock->what, stock->value, ours->what,
        ours->value);
    show_plan();
}

static void compare(int written)
{
    struct side *stock = &sides[0], *ours = &sides[1];
    static const struct note none = { "nothing", 0 }, bytes = { "what was written", 0 };
    unsigned i;

    for (i = 0; i < stock->count || i < ours->count; i++) {
        const struct note *a = i < stock->count ? &stock->notes[i] : &none;
        const struct note *b = i < ours->count ? &ours->notes[i] : &none;

        if (strcmp(a->what, b->what) != 0 || a->value != b->value)
            explain(a, b);
    }
    if (written && memcmp(stock->start, ours->start, ARENA) != 0)
        explain(&bytes, &bytes);
    answers += stock->count;
}

static void on_both(void (*exercise)(struct side *), int written)
{
    for (now = sides; now < sides + 2; now++) {
        now->count = 0;
        if (!written)
            lay_out(now);
        exercise(now);
    }
    compare(written);
}

static void fault(int signal)
{
    printf("datagram %lu: %s is killed by signal %d after '%s'\n", current, now->name, signal,
        now->count ? now->notes[now->count - 1].what : "nothing");
    show_plan();
}

static void open_side(struct side *s, const char *name, const char *path)
{
    s->name = name;
    load(&s->api, path);
    s->start = mmap(NULL, ARENA + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    s->end = s->start + ARENA;
    if (s->start == MAP_FAILED || mprotect(s->end, 4096, PROT_NONE) != 0)
        exit(1);
}

#define CALLED(function) \
    if (!sides[1].calls[I_##function]) { \
        printf("mnl_" #function " was never called\n"); \
        unused++; \
    }

int main(int argc, char **argv)
{
    unsigned long count = argc > 3 ? strtoul(argv[3], NULL, 10) : 1000000;
    int unused = 0;

    random_state = argc > 4 ? strtoull(argv[4], NULL, 0) : 0x9e3779b97f4a7c15;
    if (argc < 3)
        return 2;
    open_side(&sides[0], "stock", argv[1]);
    open_side(&sides[1], "ours", argv[2]);
    sides[0].stock = 1;
    signal(SIGSEGV, fault);
    signal(SIGABRT, fault);
    for (current = 0; current < count; current++) {
        draw();
        on_both(read_datagram, 0);
        if (current % 4 == 0)
            on_both(make, 1);
        if (current % 8 == 0)
            on_both(batch, 1);
        if (current % 64 == 0)
            on_both(sockets, 1);
    }
    MNL_FUNCTIONS(CALLED)
    printf("%lu datagrams, %lu answers compared\n", count, answers);
    return unused != 0;
}
