# SPDX-License-Identifier: MIT OR Apache-2.0
"""Generic netlink: the controller, its policies, and some families."""

from cases import case
from netlink import NETLINK_GENERIC, attr, genl_family, headers, index, nest, run

CTRL, GETFAMILY, GETPOLICY = 16, 3, 10
ETHTOOL_LINKINFO_GET, ETHTOOL_FEATURES_GET, NETDEV_DEV_GET, MPTCP_GET_LIMITS = 2, 11, 1, 6
VETH = "ip link add x0 address 02:00:00:00:00:01 type veth peer name x1"


def command(number, version=1):
    return bytes((number, version, 0, 0))


def genl_case(name, about, lab=False):
    return case(f"genl/{name}", about, NETLINK_GENERIC, lab)


@genl_case("family", "CTRL_CMD_GETFAMILY by name: operations and a multicast group")
def family(talk):
    with talk.socket() as nl:
        nl.call(CTRL, 0, command(GETFAMILY) + attr(2, "mptcp_pm"))


@genl_case("family-ethtool", "CTRL_CMD_GETFAMILY of a family with many operations")
def family_ethtool(talk):
    with talk.socket() as nl:
        nl.call(CTRL, 0, command(GETFAMILY) + attr(2, "ethtool"))


@genl_case("families", "A dump of all families: one message each")
def families(talk):
    with talk.socket() as nl:
        nl.dump(CTRL, command(GETFAMILY))


@genl_case("unknown-family", "CTRL_CMD_GETFAMILY of a name that does not exist: ENOENT")
def unknown_family(talk):
    with talk.socket() as nl:
        nl.call(CTRL, 0, command(GETFAMILY) + attr(2, "no-such-family"))


@genl_case("policy", "CTRL_CMD_GETPOLICY dump of mptcp_pm: ranges, nests by policy index, one message an attribute")
def policy(talk):
    number, _ = genl_family("mptcp_pm")
    with talk.socket() as nl:
        nl.dump(CTRL, command(GETPOLICY) + attr(1, number.to_bytes(2, "little")))


@genl_case("policy-op", "CTRL_CMD_GETPOLICY dump of one operation of ethtool")
def policy_op(talk):
    with talk.socket() as nl:
        nl.dump(CTRL, command(GETPOLICY) + attr(2, "ethtool") + attr(10, ETHTOOL_LINKINFO_GET))


@genl_case("ethtool-features", "ETHTOOL_MSG_FEATURES_GET: bitsets with names of a veth")
def features(talk):
    run(VETH)
    number, _ = talk.family("ethtool")
    with talk.socket() as nl:
        compact = attr(3, 1)
        nl.call(number, 0, command(ETHTOOL_FEATURES_GET) + nest(1, attr(2, "x0"), compact))


@genl_case("netdev-dump", "A dump of netdev devices: u64 attributes, and uint ones")
def netdev(talk):
    number, _ = talk.family("netdev")
    with talk.socket() as nl:
        nl.dump(number, command(NETDEV_DEV_GET))


@genl_case("mptcp-limits", "MPTCP_PM_CMD_GET_LIMITS")
def mptcp(talk):
    number, _ = talk.family("mptcp_pm")
    with talk.socket() as nl:
        nl.call(number, 0, command(MPTCP_GET_LIMITS))


@genl_case("wireguard", "WG_CMD_GET_DEVICE: two peers with allowed addresses, lists in lists", lab=True)
def wireguard(talk):
    run("ip link add x0 type wireguard; key=$(mktemp); echo AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8= >$key; "
        "wg set x0 listen-port 5555 private-key $key "
        "peer ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8= endpoint 10.0.0.2:6666 allowed-ips 10.1.0.0/16,2001:db8::/32 "
        "peer QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8= persistent-keepalive 25 allowed-ips 10.2.0.0/16; rm $key")
    number, _ = talk.family("wireguard")
    with talk.socket() as nl:
        nl.dump(number, command(0) + attr(1, index("x0")))


@genl_case("new-family", "CTRL_CMD_NEWFAMILY and NEWMCAST_GRP, notified while a module is loaded", lab=True)
def new_family(talk):
    _, groups = genl_family("nlctrl")
    with talk.socket() as nl:
        nl.join(groups["notify"])
        run("modprobe fou")
        while not any(h[2] == CTRL for _, data in talk.log for h in headers(data)):
            nl.receive()


@genl_case("two-in-one", "Two requests in one datagram, the second refused: their answers by sequence number")
def two_in_one(talk):
    with talk.socket() as nl:
        first = nl.message(CTRL, 4, command(GETFAMILY) + attr(2, "nlctrl"))
        second = nl.message(CTRL, 4, command(GETFAMILY) + attr(2, "nothing"))
        nl.send(first + second)
        nl.finish(2)
