# SPDX-License-Identifier: MIT OR Apache-2.0
"""What is compared: a namespace with all kinds of things in it."""
import os
import socket
import subprocess
import sys

PASSED = "RNL_COMPARE_INSIDE"
TOOLS = "iproute2-6.1"


def leave_out(reason):
    print(f"not run: {reason}")
    sys.exit(77)


def can_run():
    """The tables are for what the tools of one release show: others show more, and call things otherwise."""
    said = subprocess.run(["ip", "-V"], capture_output=True, text=True, check=True).stdout
    if TOOLS not in said:
        leave_out(f"the tables are for {TOOLS} and its contemporaries, not for {said.strip()}")
    if os.getuid() != 0:
        leave_out("links that belong to users are made by root")


def enter(lab):
    """Into a network namespace, and a mount namespace for what `ip netns` mounts; the lab's kernel is its own."""
    can_run()
    if lab or os.environ.get(PASSED):
        return
    os.environ[PASSED] = "yes"
    os.execvp("unshare", ["unshare", "-nm", sys.executable, *sys.argv])


def make(here, lab):
    """Make it all; what is returned is to be kept as long as it is looked at."""
    script = here / ("lab.sh" if lab else "here.sh")
    if subprocess.run(["bash", script], timeout=120, check=False).returncode != 0:
        raise SystemExit(f"{script.name} failed: its last error is above")
    return [] if lab else sockets()


IPV6_V6ONLY, IPPROTO_MPTCP, EVERY_PROTOCOL = 26, 262, 3


def sockets():
    """A few of each kind, in different states."""
    kept = []

    def one(*what):
        kept.append(socket.socket(*what))
        return kept[-1]

    listener = one(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind(("127.0.0.1", 5000))
    listener.listen(7)
    client = one(socket.AF_INET, socket.SOCK_STREAM)
    client.connect(("127.0.0.1", 5000))
    kept.append(listener.accept()[0])
    client.sendall(bytes(1000))
    kept[-1].recv(100)
    listener = one(socket.AF_INET6, socket.SOCK_STREAM)
    listener.setsockopt(socket.IPPROTO_IPV6, IPV6_V6ONLY, 1)
    listener.bind(("::1", 5001))
    listener.listen()
    connected = one(socket.AF_INET, socket.SOCK_DGRAM)
    connected.bind(("127.0.0.1", 5002))
    connected.connect(("127.0.0.1", 5003))
    marked = one(socket.AF_INET6, socket.SOCK_DGRAM)
    marked.bind(("::", 5004))
    marked.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, 7)
    multipath = one(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP)
    multipath.bind(("127.0.0.1", 5010))
    multipath.listen(3)
    named = one(socket.AF_UNIX, socket.SOCK_STREAM)
    named.bind("\0rnl-compare")
    named.listen(5)
    other = one(socket.AF_UNIX, socket.SOCK_STREAM)
    other.connect("\0rnl-compare")
    kept.append(named.accept()[0])
    other.send(b"hello")
    one(socket.AF_UNIX, socket.SOCK_DGRAM).bind("\0rnl-compare-datagrams")
    one(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(EVERY_PROTOCOL)).bind(("lo", EVERY_PROTOCOL))
    return kept
