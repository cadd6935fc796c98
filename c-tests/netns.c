/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Network namespaces: opened by pid, name and path, sockets made inside them, notifications out of them. */
#include "kernel.h"

#include <dirent.h>
#include <linux/net_namespace.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>

/* A namespace beside the one the test runs in. */
static int elsewhere = -1;

static ino_t namespace_of(const char *path)
{
    struct stat state;

    NEED(stat(path, &state) == 0);
    return state.st_ino;
}

static ino_t inode_of(int fd)
{
    struct stat state;

    NEED(fstat(fd, &state) == 0);
    return state.st_ino;
}

/* Makes the namespace `elsewhere` and comes back. */
static void make_another(void)
{
    int here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

    NEED(here >= 0);
    in_namespace();
    elsewhere = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    NEED(elsewhere >= 0);
    NEED(setns(here, CLONE_NEWNET) == 0);
    close(here);
}

static void opens_here(const char *which)
{
    int fd;

    test_forget();
    errno = TEST_ERRNO;
    fd = rnl_netns_open(which, &test_err);
    EQUAL(TEST_ERRNO, errno);
    CHECK(fd >= 0 && test_err == NULL);
    EQUAL(FD_CLOEXEC, fcntl(fd, F_GETFD));
    EQUAL(namespace_of("/proc/self/ns/net"), inode_of(fd));
    close(fd);
}

static void namespaces_open_by_path_and_pid(void)
{
    char pid[16];

    opens_here("/proc/self/ns/net");
    snprintf(pid, sizeof pid, "%d", (int)getpid());
    opens_here(pid);
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_netns_open(NULL, &test_err));
    FAILS(EINVAL, RNL_FROM_SOCKET, rnl_netns_open("", &test_err));
    FAILS(EINVAL, RNL_FROM_LOCAL, rnl_netns_open("\xff", &test_err));
    FAILS(ENOENT, RNL_FROM_SOCKET, rnl_netns_open("rnl-nobody", &test_err));
    CHECK(strstr(rnl_err_text(test_err), "rnl-nobody: ENOENT") != NULL);
    FAILS(ENOENT, RNL_FROM_SOCKET, rnl_netns_open("/no/such/file", &test_err));
    FAILS(ENOENT, RNL_FROM_SOCKET, rnl_netns_open("4194305", &test_err));
    EXPECT(-ENOENT, rnl_netns_open("rnl-nobody", NULL));
}

/* Names are files in /run/netns: here, in a mount namespace that nobody else sees. */
static void by_name(void)
{
    int fd;

    NEED(unshare(CLONE_NEWNS) == 0 && mount("none", "/", "", MS_REC | MS_PRIVATE, NULL) == 0);
    NEED(mount("none", "/run", "tmpfs", 0, NULL) == 0 && mkdir("/run/netns", 0755) == 0);
    fd = open("/run/netns/blue", O_RDONLY | O_CREAT | O_CLOEXEC, 0444);
    NEED(fd >= 0 && mount("/proc/self/ns/net", "/run/netns/blue", "", MS_BIND, NULL) == 0);
    close(fd);
    opens_here("blue");
    FAILS(ENOENT, RNL_FROM_SOCKET, rnl_netns_open("red", &test_err));
}

static void in_child(void (*body)(void))
{
    int status = 0;
    pid_t child;

    fflush(stdout);
    child = fork();
    NEED(child >= 0);
    if (child == 0) {
        test_faults = 0;
        body();
        exit(test_end());
    }
    NEED(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* A socket in `elsewhere`, opened with these flags. */
static struct rnl_sock *sock_elsewhere(uint32_t flags)
{
    struct rnl_opts opts = { .size = sizeof opts, .flags = RNL_OPEN_NETNS | flags, .netns_fd = elsewhere };
    struct rnl_sock *sock = NULL;

    WORKS(0, rnl_sock_open(&sock, NETLINK_ROUTE, &opts, &test_err));
    NEED(sock);
    return sock;
}

/* Whether the socket's namespace has a link of this name. */
static bool has_link(struct rnl_sock *sock, const char *name)
{
    struct rnl_msg *msg = link_msg(RTM_GETLINK, 0, 0);
    int result;

    rnl_msg_put_str(msg, IFLA_IFNAME, name);
    result = rnl_sock_call(sock, msg, SOON, NULL, NULL);
    CHECK(result == 0 || result == -ENODEV);
    rnl_msg_free(msg);
    return result == 0;
}

static int signals;

static void count_signal(int number)
{
    signals += number == SIGCHLD;
}

/* How many signals are blocked. */
static int blocked(void)
{
    sigset_t mask;
    int number, n = 0;

    NEED(sigprocmask(SIG_SETMASK, NULL, &mask) == 0);
    for (number = 1; number < NSIG; number++)
        n += sigismember(&mask, number) == 1;
    return n;
}

/* How many descriptors are open. */
static int descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    int n = 0;

    NEED(dir);
    while (readdir(dir))
        n++;
    closedir(dir);
    return n;
}

/* The caller's thread, its signals, children and descriptors are as before. */
static void a_socket_is_made_elsewhere(void)
{
    ino_t process = namespace_of("/proc/self/ns/net"), thread = namespace_of("/proc/thread-self/ns/net");
    struct sigaction action, before;
    struct rnl_sock *here = open_sock(NETLINK_ROUTE), *there;
    int open_before = descriptors(), blocked_before = blocked();

    memset(&action, 0, sizeof action);
    action.sa_handler = count_signal;
    sigaction(SIGCHLD, &action, &before);
    there = sock_elsewhere(0);
    sigaction(SIGCHLD, &before, NULL);
    EQUAL(process, namespace_of("/proc/self/ns/net"));
    EQUAL(thread, namespace_of("/proc/thread-self/ns/net"));
    CHECK(process != inode_of(elsewhere));
    EQUAL(0, signals);
    EQUAL(blocked_before, blocked());
    CHECK(waitpid(-1, NULL, __WALL | WNOHANG) == -1 && errno == ECHILD);
    EQUAL(open_before + 1, descriptors());
    if (add_any_link(there, "x7")) {
        CHECK(has_link(there, "x7"));
        CHECK(!has_link(here, "x7"));
    } else {
        printf("not run: a link elsewhere: kernel lacks links that could be made\n");
    }
    EXPECT(0, rnl_sock_close(there));
    EXPECT(0, rnl_sock_close(here));
}

static void flags_hold_elsewhere(void)
{
    static const uint32_t flags[] = { 0, RNL_OPEN_NONBLOCK, RNL_OPEN_NO_CLOEXEC, RNL_OPEN_DGRAM };
    size_t i;

    for (i = 0; i < sizeof flags / sizeof *flags; i++) {
        struct rnl_sock *sock = sock_elsewhere(flags[i]);
        int fd = rnl_sock_fd(sock);

        EQUAL(flags[i] & RNL_OPEN_NO_CLOEXEC ? 0 : FD_CLOEXEC, fcntl(fd, F_GETFD));
        EQUAL(flags[i] & RNL_OPEN_NONBLOCK ? O_NONBLOCK : 0, fcntl(fd, F_GETFL) & O_NONBLOCK);
        EXPECT(0, rnl_sock_close(sock));
    }
}

static void wrong_descriptors_are_refused(void)
{
    struct rnl_opts opts = { .size = sizeof opts, .flags = RNL_OPEN_NETNS, .netns_fd = -1 };
    struct rnl_sock *sock = NULL;
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC), open_before = descriptors();

    FAILS(EBADF, RNL_FROM_SOCKET, rnl_sock_open(&sock, NETLINK_ROUTE, &opts, &test_err));
    opts.netns_fd = null;
    FAILS(EINVAL, RNL_FROM_SOCKET, rnl_sock_open(&sock, NETLINK_ROUTE, &opts, &test_err));
    opts.netns_fd = elsewhere;
    FAILS(EPROTONOSUPPORT, RNL_FROM_SOCKET, rnl_sock_open(&sock, 31, &opts, &test_err));
    CHECK(sock == NULL);
    EQUAL(open_before, descriptors());
    close(null);
    /* Without its flag the descriptor means nothing. */
    opts.flags = 0;
    opts.netns_fd = -1;
    WORKS(0, rnl_sock_open(&sock, NETLINK_ROUTE, &opts, &test_err));
    EXPECT(0, rnl_sock_close(sock));
}

/* Calls the namespace `elsewhere` 7. */
static void name_it_seven(struct rnl_sock *sock)
{
    struct rtgenmsg header = { AF_UNSPEC };
    struct rnl_msg *msg = rnl_msg_new(RTM_NEWNSID, 0);

    rnl_msg_put_header(msg, &header, sizeof header);
    rnl_msg_put_u32(msg, NETNSA_FD, (uint32_t)elsewhere);
    rnl_msg_put_u32(msg, NETNSA_NSID, 7);
    deliver(sock, msg);
}

/* One socket hears of all namespaces that have a number in its own, and which it was. */
static void notifications_tell_their_namespace(void)
{
    struct rnl_sock *here = open_sock(NETLINK_ROUTE), *there = sock_elsewhere(0), *monitor = open_sock(NETLINK_ROUTE);
    struct rnl_datagram got = { { NULL, 0 }, 0, 0, 0, 0 };
    struct rnl_view view = { { NULL, 0 }, { NULL, 0 }, 0, 0, 0, 0, 0, 0, 0 };

    name_it_seven(here);
    WORKS(0, rnl_sock_join(monitor, RTNLGRP_LINK, &test_err));
    set_alias_number(there, 1);
    WORKS(0, rnl_sock_next(monitor, &view, 0, &test_err));
    WORKS(0, rnl_sock_setopt(monitor, NETLINK_LISTEN_ALL_NSID, 1, &test_err));
    set_alias_number(there, 2);
    set_alias_number(here, 3);
    set_alias_number(there, 4);
    WORKS(1, rnl_sock_next(monitor, &view, SOON, &test_err));
    EQUAL(2, alias_number(&view));
    EQUAL(7, view.nsid);
    EQUAL(RTNLGRP_LINK, view.group);
    /* Kept ones know it, too. */
    deliver(monitor, link_msg(RTM_GETLINK, 0, LO));
    WORKS(1, rnl_sock_next(monitor, &view, 0, &test_err));
    EQUAL(3, alias_number(&view));
    EQUAL(-1, view.nsid);
    WORKS(1, rnl_sock_next(monitor, &view, 0, &test_err));
    EQUAL(4, alias_number(&view));
    EQUAL(7, view.nsid);
    set_alias_number(there, 5);
    WORKS(1, rnl_sock_recv(monitor, &got, SOON, &test_err));
    EQUAL(7, got.nsid);
    EXPECT(0, rnl_sock_close(monitor));
    EXPECT(0, rnl_sock_close(there));
    EXPECT(0, rnl_sock_close(here));
}

static void as_nobody(void)
{
    struct rnl_opts opts = { .size = sizeof opts, .flags = RNL_OPEN_NETNS, .netns_fd = elsewhere };
    struct rnl_sock *sock = NULL;

    FAILS(EPERM, RNL_FROM_SOCKET, rnl_sock_open(&sock, NETLINK_ROUTE, &opts, &test_err));
    CHECK(sock == NULL);
    if (getpid() != 1 && getppid() != 1)
        FAILS(EACCES, RNL_FROM_SOCKET, rnl_netns_open("1", &test_err));
}

int main(void)
{
    in_namespace();
    make_another();
    namespaces_open_by_path_and_pid();
    a_socket_is_made_elsewhere();
    flags_hold_elsewhere();
    wrong_descriptors_are_refused();
    notifications_tell_their_namespace();
    in_child(by_name);
    without_rights(as_nobody);
    close(elsewhere);
    return test_end();
}
