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
    damaged_packs_are_refused();
    unlink(path);
    free(bytes);
    return test_end();
}
