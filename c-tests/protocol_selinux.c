/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* NETLINK_SELINUX: it tells when SELinux is switched, in the first network namespace, and listens to nobody. */
#include "protocol.h"

#include <linux/selinux_netlink.h>
#include <sys/mount.h>

/* Both in this namespace and in others. */
static void nobody_listens(void)
{
    struct rnl_sock *sock = open_protocol(NETLINK_SELINUX, "NETLINK_SELINUX", NULL);
    struct rnl_view view;

    FAILS(ECONNREFUSED, RNL_FROM_SOCKET, rnl_sock_send(sock, "0123456789abcdef", 16, 0, 0, &test_err));
    WORKS(0, rnl_sock_join(sock, SELNLGRP_AVC, &test_err));
    WORKS(0, rnl_sock_next(sock, &view, 0, &test_err));
    EXPECT(0, rnl_sock_close(sock));
}

/* Writes whether SELinux enforces its policy, and hears of it. */
static void switching_is_told(struct rnl_sock *sock, const char *to, int value)
{
    struct selnl_msg_setenforce state = { -1 };
    struct rnl_view view;

    write_file("/sys/fs/selinux/enforce", to);
    view = await(sock, SELNL_MSG_SETENFORCE);
    EQUAL(SELNLGRP_AVC, view.group);
    EXPECT(sizeof state, rnl_view_fixed(&view, &state, sizeof state));
    EQUAL(value, state.val);
}

/* There is no policy in the guest: enforcing it changes nothing. */
static void the_guest_is_switched(void)
{
    struct rnl_opts opts = { .size = sizeof opts, .flags = RNL_OPEN_NETNS };
    struct rnl_sock *sock = NULL;

    opts.netns_fd = rnl_netns_open("1", NULL);
    if (opts.netns_fd < 0 || mount("selinuxfs", "/sys/fs/selinux", "selinuxfs", 0, NULL) != 0)
        skip("kernel lacks a SELinux that this user may switch");
    WORKS(0, rnl_sock_open(&sock, NETLINK_SELINUX, &opts, &test_err));
    WORKS(0, rnl_sock_join(sock, SELNLGRP_AVC, &test_err));
    switching_is_told(sock, "1", 1);
    switching_is_told(sock, "0", 0);
    EXPECT(0, rnl_sock_close(sock));
    close(opts.netns_fd);
}

int main(void)
{
    in_namespace();
    nobody_listens();
    if (is_disposable())
        the_guest_is_switched();
    else
        printf("not run: SELinux switched: kernel lacks a SELinux that is a namespace's own\n");
    return test_end();
}
