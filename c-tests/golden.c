/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Every file of tests/golden, read line by line: whatever a line says is in the datagram, rnl's readers must find in
 * the same place. The format is told in tests/golden/README.md.
 */
#include "golden_value.h"
#include "wire.h"

#include <dirent.h>

/* Deeper than any file nests. */
#define DEPTH 32

/* What the lines so far said. */
struct reader {
    const char *file;
    unsigned line;
    int protocol;

    uint8_t bytes[1 << 17];
    size_t len, used;
    bool to_kernel;
    /* The last datagram to the kernel, from which a refused request is taken. */
    uint8_t sent[1 << 17];
    size_t sent_len;

    /* What has not been read of the datagram yet; the message being read, and where it starts. */
    struct rnl_bytes rest;
    struct rnl_view view;
    size_t start;
    bool in_message;
    /* The walks that are open: 1 is over the message's attributes. */
    struct rnl_attrs walk[DEPTH];
    unsigned depth;
    struct rnl_attr attr;
    /* Where the list of next hops being read stands. */
    struct rnl_bytes hops;

    /* The verdict of an ERROR or DONE, and which of its reasons were told. */
    struct rnl_err *err;
    bool verdict, said_text, said_offset, said_cookie, said_policy, said_missing;
};

static struct reader reader;
static unsigned long messages_read, attrs_read, values_read, verdicts_read;

/* Says where in the corpus it is, too. */
#define HOLDS(condition) \
    ((condition) ? (void)0 : FAULT("%s:%u: %s", reader.file, reader.line, #condition))
#define MUST(condition) ((condition) ? (void)0 : (HOLDS(condition), exit(1)))

/* ---- Ends: what is not told is not there. */

static void end_walk(void)
{
    struct rnl_attr attr;

    HOLDS(rnl_attrs_next(&reader.walk[reader.depth--], &attr) == 0);
}

static void end_walks(unsigned depth)
{
    while (reader.depth > depth)
        end_walk();
}

static void end_message(void)
{
    struct rnl_bytes bytes;
    uint32_t offset;

    end_walks(0);
    if (reader.verdict && reader.err) {
        HOLDS(reader.said_text == (rnl_err_kernel_text(reader.err) != NULL));
        HOLDS(reader.said_offset == (rnl_err_offset(reader.err, &offset) == 1));
        HOLDS(reader.said_cookie == (rnl_err_cookie(reader.err, &bytes) == 1));
        HOLDS(reader.said_policy == (rnl_err_policy(reader.err, &bytes) == 1));
        HOLDS(reader.said_missing == (rnl_err_missing(reader.err) != NULL));
    }
    HOLDS(rnl_err_free(reader.err) == 0);
    reader.err = NULL;
    reader.in_message = reader.verdict = false;
    reader.said_text = reader.said_offset = reader.said_cookie = reader.said_policy = reader.said_missing = false;
}

static void end_datagram(void)
{
    struct rnl_view view;

    end_message();
    HOLDS(reader.used == reader.len);
    HOLDS(rnl_view_next(&reader.rest, &view) == 0);
}

/* ---- Datagrams and messages. */

static void read_datagram(const char *line)
{
    char direction[16];
    unsigned len = 0;

    end_datagram();
    MUST(sscanf(line, "datagram %15s %u", direction, &len) == 2 && len <= sizeof reader.bytes);
    reader.len = len;
    reader.used = 0;
    reader.rest.ptr = reader.bytes;
    reader.rest.len = 0;
    reader.to_kernel = strcmp(direction, "to-kernel") == 0;
    MUST(reader.to_kernel || strcmp(direction, "from-kernel") == 0);
}

static void read_hex(const char *line)
{
    unsigned at = 0, byte;
    int n = 0;

    MUST(sscanf(line, "hex %x%n", &at, &n) == 1 && at == reader.used);
    for (line += n; sscanf(line, " %2x%n", &byte, &n) == 1; line += n) {
        MUST(reader.used < reader.len);
        reader.bytes[reader.used++] = (uint8_t)byte;
    }
    reader.rest.len = reader.used;
    if (reader.to_kernel) {
        memcpy(reader.sent, reader.bytes, reader.used);
        reader.sent_len = reader.used;
    }
}

static void read_msg(const char *line)
{
    unsigned start, len, type, flags, seq, port;

    end_message();
    MUST(sscanf(line, "msg %u len %u type %u flags %x seq %u port %u", &start, &len, &type, &flags, &seq, &port) == 6);
    MUST(rnl_view_next(&reader.rest, &reader.view) == 1);
    HOLDS(reader.view.msg.ptr == reader.bytes + start && reader.view.msg.len == len);
    HOLDS(reader.view.type == type && reader.view.flags == flags);
    HOLDS(reader.view.seq == seq && reader.view.port == port);
    reader.start = start;
    reader.in_message = true;
    messages_read++;
}

/* Opens the walk over the attributes of the message, which begin at `offset` of it. */
static void walk_message(size_t offset)
{
    HOLDS(rnl_view_attrs(&reader.view, offset - NLMSG_HDRLEN, &reader.walk[1]) == 0);
    reader.depth = 1;
}

/* ---- Verdicts. */

/* The request with this sequence number in what was sent. */
static struct rnl_bytes request_of(uint32_t seq)
{
    struct rnl_bytes rest = { reader.sent, reader.sent_len }, none = { NULL, 0 };
    struct rnl_view view;

    while (rnl_view_next(&rest, &view) == 1)
        if (view.seq == seq)
            return view.msg;
    return none;
}

static void judge(int error, unsigned tlvs)
{
    struct rnl_bytes request = request_of(reader.view.seq), kept = { NULL, 0 };

    reader.verdict = true;
    HOLDS(rnl_view_status(&reader.view, reader.protocol, &request, &reader.err) == error);
    HOLDS((error == 0) == (reader.err == NULL));
    HOLDS(error == 0 || rnl_err_errno(reader.err) == -error);
    HOLDS(error == 0 || rnl_err_origin(reader.err) == RNL_FROM_KERNEL);
    if (reader.err && rnl_err_request(reader.err, &kept) == 1)
        HOLDS(kept.len == request.len && memcmp(kept.ptr, request.ptr, kept.len) == 0);
    if (tlvs)
        walk_message(tlvs - reader.start);
    verdicts_read++;
}

static void read_error(const char *line)
{
    unsigned capped, quoted, tlvs;
    struct nlmsgerr body;
    int error;

    MUST(sscanf(line, "error %d capped %u request %u tlvs %u", &error, &capped, &quoted, &tlvs) == 4);
    HOLDS(rnl_view_fixed(&reader.view, &body, sizeof body) == sizeof body);
    HOLDS(body.error == error && body.msg.nlmsg_len == quoted);
    HOLDS(capped == ((reader.view.flags & NLM_F_CAPPED) != 0));
    judge(error, tlvs);
}

static void read_done(const char *line)
{
    unsigned tlvs;
    int error;

    MUST(sscanf(line, "done %d tlvs %u", &error, &tlvs) == 2);
    judge(error, tlvs);
}

static bool is_hex(const char *hex, struct rnl_bytes bytes)
{
    unsigned byte;
    size_t i;

    for (i = 0; i < bytes.len; i++)
        if (sscanf(hex + 2 * i, "%2x", &byte) != 1 || byte != bytes.ptr[i])
            return false;
    return strlen(hex) == 2 * bytes.len;
}

static bool policy_wants(struct rnl_bytes policy, uint32_t wanted)
{
    struct rnl_attrs walk = NO_WALK;
    struct rnl_attr attr = NO_ATTR;
    uint32_t type = 0;

    return rnl_attrs_of(&policy, &walk) == 0 && rnl_attrs_find(&walk, NL_POLICY_TYPE_ATTR_TYPE, &attr) == 1 &&
           rnl_attr_u32(&attr, &type) == 0 && type == wanted;
}

/* With a success only its attributes are looked at: there is no error to ask. */
static void read_extack(const char *line)
{
    struct rnl_bytes bytes = { NULL, 0 };
    uint32_t number = 0, offset = 0;
    char hex[256] = "";

    if (!reader.err)
        return;
    if (strncmp(line, "extack msg ", 11) == 0) {
        const char *text = rnl_err_kernel_text(reader.err);

        reader.said_text = true;
        HOLDS(text && strcmp(text, line + 11) == 0);
    } else if (sscanf(line, "extack offs %" SCNu32, &number) == 1) {
        reader.said_offset = true;
        HOLDS(rnl_err_offset(reader.err, &offset) == 1 && offset == number);
    } else if (sscanf(line, "extack cookie %255s", hex) == 1) {
        reader.said_cookie = true;
        HOLDS(rnl_err_cookie(reader.err, &bytes) == 1 && is_hex(hex, bytes));
    } else if (sscanf(line, "extack policy %" SCNu32, &number) == 1) {
        reader.said_policy = true;
        HOLDS(rnl_err_policy(reader.err, &bytes) == 1 && policy_wants(bytes, number));
    } else if (sscanf(line, "extack miss-type %" SCNu32, &number) == 1) {
        reader.said_missing = true;
        HOLDS(rnl_err_missing(reader.err) != NULL);
    } else {
        MUST(strncmp(line, "extack miss-nest ", 17) == 0);
    }
}

/* ---- Attributes. */

/* Whether the walk goes on at this offset of the datagram. */
static bool stands_at(const struct rnl_attrs *walk, unsigned offset)
{
    return walk->rest.len && reader.start + walk->end - walk->rest.len == offset;
}

/* A structure at the start of a message or of a nest. */
static void read_fixed(const char *line)
{
    unsigned depth, offset, len;
    struct rnl_attrs *walk;
    uint8_t copy[1024];

    MUST(sscanf(line, "fixed %u %u %u", &depth, &offset, &len) == 3 && len <= sizeof copy);
    if (depth == 0) {
        HOLDS(rnl_view_fixed(&reader.view, copy, len) == (int)len);
        HOLDS(reader.view.body.ptr == reader.bytes + offset && memcmp(copy, reader.bytes + offset, len) == 0);
        walk_message(NLMSG_HDRLEN + len);
        return;
    }
    HOLDS(rnl_attr_fixed(&reader.attr, copy, len) == (int)len);
    HOLDS(reader.attr.data.ptr == reader.bytes + offset && memcmp(copy, reader.bytes + offset, len) == 0);
    walk = &reader.walk[reader.depth];
    len = (len + 3) & ~3U;
    len = len < walk->rest.len ? len : (unsigned)walk->rest.len;
    walk->rest.ptr += len;
    walk->rest.len -= len;
}

static void read_attr(const char *line)
{
    unsigned depth, offset, type, flags, len;
    char shape[8];

    MUST(sscanf(line, "attr %u %u type %u flags %x len %u %7s", &depth, &offset, &type, &flags, &len, shape) == 6);
    MUST(depth > 0 && depth < DEPTH - 1 && depth <= reader.depth);
    end_walks(depth);
    MUST(rnl_attrs_next(&reader.walk[depth], &reader.attr) == 1);
    HOLDS(reader.attr.offset + reader.start == offset);
    HOLDS(reader.attr.type == type && reader.attr.flags == flags);
    HOLDS(reader.attr.data.len == len && reader.attr.data.ptr == reader.bytes + offset + NLA_HDRLEN);
    if (strcmp(shape, "nest") == 0)
        HOLDS(rnl_attr_nested(&reader.attr, &reader.walk[++reader.depth]) == 0);
    if (strcmp(shape, "hops") == 0)
        reader.hops = reader.attr.data;
    attrs_read++;
}

/* A struct rtnexthop of 8 bytes, and a walk over the attributes behind it. */
static void read_hop(const char *line)
{
    unsigned depth, offset, len, step;
    struct rnl_attrs *walk;

    MUST(sscanf(line, "hop %u %u %u", &depth, &offset, &len) == 3 && depth + 1 < DEPTH && depth > 0);
    end_walks(depth - 1);
    HOLDS(reader.hops.ptr == reader.bytes + offset);
    MUST(len >= 8 && len <= reader.hops.len);
    walk = &reader.walk[depth + 1];
    walk->rest.ptr = reader.hops.ptr + 8;
    walk->rest.len = len - 8;
    walk->end = (uint32_t)(offset + len - reader.start);
    /* The level of the hops themselves holds nothing. */
    memset(&reader.walk[depth], 0, sizeof *walk);
    reader.depth = depth + 1;
    step = (len + 3) & ~3U;
    step = step < reader.hops.len ? step : (unsigned)reader.hops.len;
    reader.hops.ptr += step;
    reader.hops.len -= step;
}

static void read_malformed(const char *line)
{
    struct rnl_attr attr;
    unsigned offset = 0;
    char what[8] = "";

    MUST(sscanf(line, "malformed %7s %u", what, &offset) == 2);
    if (strcmp(what, "msg") == 0) {
        end_message();
        HOLDS(reader.rest.ptr == reader.bytes + offset);
        HOLDS(rnl_view_next(&reader.rest, &reader.view) == -EBADMSG);
    } else if (strcmp(what, "attr") == 0) {
        while (reader.depth > 1 && !stands_at(&reader.walk[reader.depth], offset))
            end_walk();
        HOLDS(stands_at(&reader.walk[reader.depth], offset));
        HOLDS(rnl_attrs_next(&reader.walk[reader.depth], &attr) == -EBADMSG);
    } else if (strcmp(what, "ack") == 0) {
        HOLDS(reader.view.body.ptr == reader.bytes + offset);
        HOLDS(rnl_view_status(&reader.view, reader.protocol, NULL, NULL) == -EBADMSG);
    } else {
        /* Next hops are not rnl's to read. */
        MUST(strcmp(what, "hop") == 0);
    }
}

static void read_value(const char *line)
{
    char kind[8] = "";
    int n = 0;

    MUST(sscanf(line, "value %7s%n", kind, &n) == 1);
    HOLDS(has_value(&reader.attr, kind, line[n] == ' ' ? line + n + 1 : line + n));
    values_read++;
}

/* ---- Files. */

static const struct {
    const char *word;
    void (*read)(const char *line);
} items[] = {
    { "datagram ", read_datagram }, { "hex ", read_hex },     { "msg ", read_msg },     { "fixed ", read_fixed },
    { "attr ", read_attr },         { "value ", read_value }, { "hop ", read_hop },     { "error ", read_error },
    { "done ", read_done },         { "extack ", read_extack }, { "malformed ", read_malformed },
};

/* Two spaces and # begin a comment, but not where the rest of the line is text. */
static void strip(char *line)
{
    char *comment = strstr(line, "  #");

    line[strcspn(line, "\n")] = '\0';
    if (comment && strncmp(line, "value str", 9) != 0 && strncmp(line, "extack msg", 10) != 0)
        *comment = '\0';
}

static void read_line(char *line)
{
    size_t i;

    if (sscanf(line, "protocol %d", &reader.protocol) == 1 || strncmp(line, "origin ", 7) == 0)
        return;
    for (i = 0; i < sizeof items / sizeof *items; i++)
        if (strncmp(line, items[i].word, strlen(items[i].word)) == 0) {
            items[i].read(line);
            return;
        }
    FAULT("%s:%u: unknown: %s", reader.file, reader.line, line);
}

/* Gives 1, or 0 for a file of a machine of the other byte order. */
static int read_file(const char *path)
{
    const char *own = *(const uint8_t *)&(uint16_t){ 1 } ? "order little" : "order big";
    FILE *file = fopen(path, "r");
    static char line[1 << 16];

    NEED(file);
    memset(&reader, 0, sizeof reader);
    reader.file = path;
    while (fgets(line, sizeof line, file)) {
        reader.line++;
        strip(line);
        if (strncmp(line, "order ", 6) == 0 && strcmp(line, own) != 0) {
            fclose(file);
            return 0;
        }
        if (*line && *line != '#' && strncmp(line, "order ", 6) != 0)
            read_line(line);
    }
    end_datagram();
    fclose(file);
    return 1;
}

/* Reads all files of a folder and of those in it; gives how many. */
static int read_folder(const char *path)
{
    DIR *folder = opendir(path);
    struct dirent *entry;
    int n = 0;

    if (!folder)
        return 0;
    while ((entry = readdir(folder))) {
        char inner[512];
        const char *end = strrchr(entry->d_name, '.');

        if (entry->d_name[0] == '.')
            continue;
        snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
        n += end ? (strcmp(end, ".golden") == 0 ? read_file(inner) : 0) : read_folder(inner);
    }
    closedir(folder);
    return n;
}

int main(void)
{
    int files = read_folder("tests/golden");

    if (files == 0)
        skip("no tests/golden here: run this from the project's folder");
    printf("%d files: %lu messages, %lu attributes, %lu values, %lu verdicts\n", files, messages_read, attrs_read,
           values_read, verdicts_read);
    CHECK(files >= 100 && messages_read >= 300 && attrs_read >= 3000 && values_read >= 2000 && verdicts_read >= 50);
    return test_end();
}
