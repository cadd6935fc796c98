/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Every protocol number there is: opened, or refused by the kernel with the one answer that means it has no such. */
#include "protocol.h"

static const char *const names[32] = {
    [0] = "NETLINK_ROUTE",      [2] = "NETLINK_USERSOCK",        [3] = "NETLINK_FIREWALL",
    [4] = "NETLINK_SOCK_DIAG",  [5] = "NETLINK_NFLOG",           [6] = "NETLINK_XFRM",
    [7] = "NETLINK_SELINUX",    [8] = "NETLINK_ISCSI",           [9] = "NETLINK_AUDIT",
    [10] = "NETLINK_FIB_LOOKUP", [11] = "NETLINK_CONNECTOR",     [12] = "NETLINK_NETFILTER",
    [13] = "NETLINK_IP6_FW",    [14] = "NETLINK_DNRTMSG",        [15] = "NETLINK_KOBJECT_UEVENT",
    [16] = "NETLINK_GENERIC",   [18] = "NETLINK_SCSITRANSPORT",  [19] = "NETLINK_ECRYPTFS",
    [20] = "NETLINK_RDMA",      [21] = "NETLINK_CRYPTO",         [22] = "NETLINK_SMC",
};

/* The kernel's own sockets of this namespace: the protocols they speak, as bits. */
static uint32_t spoken_by_the_kernel(void)
{
    FILE *file = fopen("/proc/net/netlink", "r");
    unsigned protocol, port;
    uint32_t bits = 0;
    char line[256];

    NEED(file);
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "%*s %u %u", &protocol, &port) == 2 && port == 0 && protocol < 32)
            bits |= 1u << protocol;
    fclose(file);
    return bits;
}

static void is_open(struct rnl_sock *sock, int protocol)
{
    int value = 0;

    EXPECT(protocol, rnl_sock_protocol(sock));
    NEED(getsockopt(rnl_sock_fd(sock), SOL_SOCKET, SO_PROTOCOL, &value, &(socklen_t){ sizeof value }) == 0);
    EQUAL(protocol, value);
    CHECK(port_of(sock) != 0);
}

static void is_lacking(struct rnl_sock *sock, int protocol)
{
    char name[16];

    CHECK(sock == NULL);
    EQUAL(EPROTONOSUPPORT, rnl_err_errno(test_err));
    EQUAL(RNL_FROM_SOCKET, rnl_err_origin(test_err));
    CHECK(strstr(rnl_err_text(test_err), "EPROTONOSUPPORT") != NULL);
    CHECK((spoken_by_the_kernel() & (1u << protocol)) == 0);
    snprintf(name, sizeof name, "protocol %d", protocol);
    printf("not run: %s: kernel lacks it: EPROTONOSUPPORT\n", names[protocol] ? names[protocol] : name);
}

/* Gives 1 if the kernel has the protocol. */
static int is_tried(int protocol)
{
    struct rnl_sock *sock = NULL;
    int result;

    test_forget();
    result = rnl_sock_open(&sock, protocol, NULL, &test_err);
    if (result == 0)
        is_open(sock, protocol);
    else
        is_lacking(sock, protocol);
    EXPECT(0, rnl_sock_close(sock));
    return result == 0;
}

static void others_are_no_protocols(void)
{
    static const int numbers[] = { -1, 32, 255, INT32_MAX };
    struct rnl_sock *sock = NULL;
    size_t i;

    for (i = 0; i < sizeof numbers / sizeof *numbers; i++)
        FAILS(EPROTONOSUPPORT, RNL_FROM_SOCKET, rnl_sock_open(&sock, numbers[i], NULL, &test_err));
    CHECK(sock == NULL);
}

int main(void)
{
    int protocol, open = 0;

    in_namespace();
    for (protocol = 0; protocol < 32; protocol++)
        open += is_tried(protocol);
    /* ROUTE and GENERIC are in every kernel with a network, USERSOCK in every one with netlink. */
    CHECK(open >= 3);
    others_are_no_protocols();
    return test_end();
}
