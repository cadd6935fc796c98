# SPDX-License-Identifier: MIT OR Apache-2.0
"""Sockets, by sock_diag."""

import socket
import struct

from cases import case
from netlink import NETLINK_SOCK_DIAG, attr, run

BY_FAMILY = 20
ALL_STATES = 0xFFFFFFFF


def inet_request(family, protocol, extensions):
    mask = sum(1 << (e - 1) for e in extensions)
    return struct.pack("=BBBxI48s", family, protocol, mask, ALL_STATES, bytes(48))


def diag_case(name, about):
    return case(f"diag/{name}", about, NETLINK_SOCK_DIAG)


@diag_case("tcp", "A dump of TCP sockets: one listening on 127.0.0.1, and a connection to it")
def tcp(talk):
    run("ip link set lo up")
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()), talk.socket() as nl:
        server.accept()[0].close()
        nl.dump(BY_FAMILY, inet_request(socket.AF_INET, socket.IPPROTO_TCP, (1, 2, 4, 5, 7)))


@diag_case("tcp6", "A dump of TCP sockets: one listening on ::1 (INET_DIAG_SKV6ONLY)")
def tcp6(talk):
    run("ip link set lo up")
    with socket.create_server(("::1", 0), family=socket.AF_INET6), talk.socket() as nl:
        nl.dump(BY_FAMILY, inet_request(socket.AF_INET6, socket.IPPROTO_TCP, (4, 6, 8)))


@diag_case("unix", "A dump of unix sockets: an abstract name with NUL in front (attribute type 0), a peer")
def unix(talk):
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client, talk.socket() as nl:
        server.bind(b"\0golden")
        server.listen(3)
        client.connect(b"\0golden")
        every_attribute = 0x7F
        nl.dump(BY_FAMILY, struct.pack("=BBxxIIIII", socket.AF_UNIX, 0, ALL_STATES, 0, every_attribute, 0, 0))


@diag_case("netlink", "A dump of netlink sockets: members of groups")
def netlink(talk):
    with talk.socket() as nl:
        nl.join(1)
        show_memory_groups = 1 | 2
        nl.dump(BY_FAMILY, struct.pack("=BBxxIIII", socket.AF_NETLINK, 0, 0, show_memory_groups, 0, 0))


@diag_case("packet", "A dump of packet sockets")
def packet(talk):
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM), talk.socket() as nl:
        nl.dump(BY_FAMILY, struct.pack("=BBxxIIII", socket.AF_PACKET, 0, 0, 0x3F, 0, 0))


@diag_case("bytecode", "A dump with a filter program in its request, and an empty answer")
def bytecode(talk):
    less_than_zero = struct.pack("=BBHBBH", 2, 8, 12, 0, 0, 1)
    with talk.socket() as nl:
        nl.dump(BY_FAMILY, inet_request(socket.AF_INET, socket.IPPROTO_TCP, ()) + attr(1, less_than_zero))
