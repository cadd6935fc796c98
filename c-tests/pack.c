/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Packs of descriptions beside those that are built in. The repository's own serves as one. */
#include "family.h"

static char path[] = "/tmp/rnl-pack-XXXXXX";

static char *bytes;
static size_t len;

static void read_builtin(void)
{
    FILE *file = fopen("src/schema/builtin.pack", "rbe");

    NEED(file && (bytes = malloc(1 << 20)) != NULL);
    len = fread(bytes, 1, 1 << 20, file);
    NEED(len > 1000 && len < 1 << 20);
    fclose(file);
}

static void write_bytes(const void *from, size_t n)
{
    FILE *file = fopen(path, "wbe");

    NEED(file && fwrite(from, 1, n, file) == n && fclose(file) == 0);
}

static void a_pack_serves_its_families(void)
{
    struct rnl_pack *pack = NULL;
    struct rnl_family *family = NULL;

    write_bytes(bytes, len);
    WORKS(0, rnl_pack_open(&pack, path, &test_err));
    WORKS(0, rnl_family_open(&family, pack, "rt-addr", &test_err));
    EXPECT(NETLINK_ROUTE, rnl_family_protocol(family));
    EXPECT(-EBUSY, rnl_pack_close(pack));
    EXPECT(0, rnl_family_free(family));
    EXPECT(0, rnl_pack_close(pack));
    FREED(rnl_pack_close(pack));
    EXPECT(0, rnl_pack_close(NULL));
}

/* Another name of the same length, wherever it is. */
static void rename_all(const char *from, const char *to)
{
    size_t at, n = strlen(from);

    for (at = 0; at + n <= len; at++)
        if (!memcmp(bytes + at, from, n))
            memcpy(bytes + at, to, n);
}

static void too_long_a_name_is_refused(struct rnl_sock *sock, const char *path)
{
    struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC };
    struct rnl_msg *msg = rnl_msg_new(RTM_NEWLINK, 0);

    NEED(msg);
    rnl_msg_put_header(msg, &ifi, sizeof ifi);
    rnl_msg_put_str(msg, IFLA_IFNAME, "a-name-that-is-too-long");
    FAILS(ERANGE, RNL_FROM_KERNEL, rnl_sock_call(sock, msg, SOON, NULL, &test_err));
    SAME_TEXT(path, rnl_err_attr(test_err));
    EXPECT(0, rnl_msg_free(msg));
}

/* A socket that was told of a family uses its names, also once the pack has been closed. */
static void errors_use_the_names_of_a_pack(void)
{
    struct rnl_pack *pack = NULL;
    struct rnl_family *family = NULL;
    struct rnl_sock *sock = open_sock(NETLINK_ROUTE), *other = open_sock(NETLINK_ROUTE);

    rename_all("ifname", "IFNAME");
    write_bytes(bytes, len);
    WORKS(0, rnl_pack_open(&pack, path, &test_err));
    WORKS(0, rnl_family_open(&family, pack, "rt-link", &test_err));
    too_long_a_name_is_refused(sock, ".ifname");
    WORKS(0, rnl_family_resolve(family, sock, SOON, &test_err));
    WORKS(0, rnl_family_resolve(family, sock, SOON, &test_err));
    too_long_a_name_is_refused(sock, ".IFNAME");
    FAILS(ERANGE, RNL_FROM_KERNEL,
          rnl_family_call(family, other, "newlink", 0, "{\"IFNAME\":\"a-name-that-is-too-long\"}", SOON, NULL, &test_err));
    SAME_TEXT(".IFNAME", rnl_err_attr(test_err));
    EXPECT(0, rnl_family_free(family));
    EXPECT(0, rnl_pack_close(pack));
    too_long_a_name_is_refused(sock, ".IFNAME");
    EXPECT(0, rnl_sock_close(sock));
    too_long_a_name_is_refused(other, ".IFNAME");
    EXPECT(0, rnl_sock_close(other));
}

static void damaged_packs_are_refused(void)
{
    struct rnl_pack *pack = NULL;
    size_t n;

    for (n = 0; n < len; n += 1 + len / 50) {
        write_bytes(bytes, n);
        FAILS(EBADMSG, RNL_FROM_LOCAL, rnl_pack_open(&pack, path, &test_err));
    }
    write_bytes("no pack at all, but a text that is long enough for a header of one, and then some more of it", 90);
    FAILS(EBADMSG, RNL_FROM_LOCAL, rnl_pack_open(&pack, path, &test_err));
    FAILS(ENOENT, RNL_FROM_SOCKET, rnl_pack_open(&pack, "/no/such/file", &test_err));
    FAILS(EISDIR, RNL_FROM_SOCKET, rnl_pack_open(&pack, "/tmp", &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_pack_open(NULL, path, &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_pack_open(&pack, NULL, &test_err));
    CHECK(pack == NULL);
}

int main(void)
{
    int fd = mkstemp(path);

    NEED(fd >= 0);
    close(fd);
    read_builtin();
    a_pack_serves_its_families();
    errors_use_the_names_of_a_pack();
    damaged_packs_are_refused();
    unlink(path);
    free(bytes);
    return test_end();
}
