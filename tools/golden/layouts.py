# SPDX-License-Identifier: MIT OR Apache-2.0
"""Messages: what they are called, how long their fixed structure is, and which attributes follow it."""

from collections import namedtuple

import netlink

# verb: "get", "new" or "del", which decides what the flag bits above 0xff mean; "" where none of them is meant
Layout = namedtuple("Layout", "name fixed struct set verb")
PLAIN = 1 << 30

CONTROL = {1: "NLMSG_NOOP", 2: "NLMSG_ERROR", 3: "NLMSG_DONE", 4: "NLMSG_OVERRUN"}

# number of the first message of a kind (NEW; DEL, GET and SET follow): name, structure, its size, attributes
ROUTE = {
    16: ("LINK", "ifinfomsg", 16, "IFLA_"),
    20: ("ADDR", "ifaddrmsg", 8, "IFA_"),
    24: ("ROUTE", "rtmsg", 12, "RTA_"),
    28: ("NEIGH", "ndmsg", 12, "NDA_"),
    32: ("RULE", "fib_rule_hdr", 12, "FRA_"),
    36: ("QDISC", "tcmsg", 20, "TCA_"),
    40: ("TCLASS", "tcmsg", 20, "TCA_"),
    44: ("TFILTER", "tcmsg", 20, "TCA_"),
    48: ("ACTION", "tcamsg", 4, "TCA_ROOT_"),
    64: ("NEIGHTBL", "ndtmsg", 4, "NDTA_"),
    80: ("NETCONF", "netconfmsg", 1, "NETCONFA_"),
    84: ("MDB", "br_port_msg", 8, "MDBA_"),
    88: ("NSID", "rtgenmsg", 1, "NETNSA_"),
    92: ("STATS", "if_stats_msg", 12, "IFLA_STATS_"),
    100: ("CHAIN", "tcmsg", 20, "TCA_"),
    104: ("NEXTHOP", "nhmsg", 8, "NHA_"),
    108: ("LINKPROP", "ifinfomsg", 16, "IFLA_"),
}
VERBS = ("NEW", "DEL", "GET", "SET")

# type below 0x100: name, structure, size, attributes
NETFILTER = {
    (1, 0): ("IPCTNL_MSG_CT_NEW", "CTA_"), (1, 1): ("IPCTNL_MSG_CT_GET", "CTA_"),
    (1, 2): ("IPCTNL_MSG_CT_DELETE", "CTA_"), (1, 4): ("IPCTNL_MSG_CT_GET_STATS_CPU", "CTA_STATS_"),
    (1, 5): ("IPCTNL_MSG_CT_GET_STATS", "CTA_STATS_GLOBAL_"),
    (10, 0): ("NFT_MSG_NEWTABLE", "NFTA_TABLE_"), (10, 1): ("NFT_MSG_GETTABLE", "NFTA_TABLE_"),
    (10, 2): ("NFT_MSG_DELTABLE", "NFTA_TABLE_"), (10, 3): ("NFT_MSG_NEWCHAIN", "NFTA_CHAIN_"),
    (10, 4): ("NFT_MSG_GETCHAIN", "NFTA_CHAIN_"), (10, 5): ("NFT_MSG_DELCHAIN", "NFTA_CHAIN_"),
    (10, 6): ("NFT_MSG_NEWRULE", "NFTA_RULE_"), (10, 7): ("NFT_MSG_GETRULE", "NFTA_RULE_"),
    (10, 8): ("NFT_MSG_DELRULE", "NFTA_RULE_"), (10, 9): ("NFT_MSG_NEWSET", "NFTA_SET_"),
    (10, 10): ("NFT_MSG_GETSET", "NFTA_SET_"), (10, 12): ("NFT_MSG_NEWSETELEM", "NFTA_SET_ELEM_LIST_"),
    (10, 13): ("NFT_MSG_GETSETELEM", "NFTA_SET_ELEM_LIST_"), (10, 15): ("NFT_MSG_NEWGEN", "NFTA_GEN_"),
    (10, 16): ("NFT_MSG_GETGEN", "NFTA_GEN_"),
}
BATCH = {16: "NFNL_MSG_BATCH_BEGIN", 17: "NFNL_MSG_BATCH_END"}

XFRM = {
    16: ("XFRM_MSG_NEWSA", "xfrm_usersa_info", 224), 17: ("XFRM_MSG_DELSA", "xfrm_usersa_id", 24),
    18: ("XFRM_MSG_GETSA", "xfrm_usersa_id", 24), 19: ("XFRM_MSG_NEWPOLICY", "xfrm_userpolicy_info", 168),
    20: ("XFRM_MSG_DELPOLICY", "xfrm_userpolicy_id", 64), 21: ("XFRM_MSG_GETPOLICY", "xfrm_userpolicy_id", 64),
    28: ("XFRM_MSG_FLUSHSA", "xfrm_usersa_flush", 1), 34: ("XFRM_MSG_NEWSADINFO", "u32", 4),
    35: ("XFRM_MSG_GETSADINFO", "u32", 4), 36: ("XFRM_MSG_NEWSPDINFO", "u32", 4), 37: ("XFRM_MSG_GETSPDINFO", "u32", 4),
}
XFRM_SETS = {34: "XFRMA_SAD_", 35: "XFRMA_SAD_", 36: "XFRMA_SPD_", 37: "XFRMA_SPD_"}

# address family: request's and reply's structure, and attributes
DIAG = {
    1: (("unix_diag_req", 24, ""), ("unix_diag_msg", 16, "UNIX_DIAG_")),
    2: (("inet_diag_req_v2", 56, "INET_DIAG_REQ_"), ("inet_diag_msg", 72, "INET_DIAG_")),
    10: (("inet_diag_req_v2", 56, "INET_DIAG_REQ_"), ("inet_diag_msg", 72, "INET_DIAG_")),
    16: (("netlink_diag_req", 20, ""), ("netlink_diag_msg", 28, "NETLINK_DIAG_")),
    17: (("packet_diag_req", 20, ""), ("packet_diag_msg", 16, "PACKET_DIAG_")),
}

# attributes of a generic family, and of those of its commands that have a set of their own
GENERIC = {
    "nlctrl": "CTRL_ATTR_",
    "ethtool": "ETHTOOL_A_",
    "mptcp_pm": "MPTCP_PM_ATTR_",
    "nl80211": "NL80211_ATTR_",
    "wireguard": "WGDEVICE_A_",
}
GENERIC_BY_COMMAND = {
    ("ethtool", 2): "ETHTOOL_A_LINKINFO_",
    ("ethtool", 11): "ETHTOOL_A_FEATURES_",
    ("netdev", 1): "NETDEV_A_DEV_",
    ("netdev", 13): "NETDEV_A_DMABUF_",
}


def find(walk, at, kind, length):
    if kind < 16:
        fixed = length - 16 if kind not in (netlink.ERROR, netlink.DONE) or walk.protocol == 11 else 0
        return Layout(CONTROL.get(kind, "control"), fixed, "", "", "")
    maker = MAKERS.get(walk.protocol)
    body = walk.data[at + 16:at + length]
    return maker(walk, kind, body) if maker else Layout("", length - 16, "", "", "")


def route(_walk, kind, _body):
    base = kind & ~3
    if base not in ROUTE:
        return Layout("", PLAIN, "", "", "")
    noun, struct, size, attrs = ROUTE[base]
    verb = VERBS[kind & 3]
    return Layout(f"RTM_{verb}{noun}", size, struct, attrs, verb.lower())


def netfilter(_walk, kind, _body):
    if kind in BATCH:
        return Layout(BATCH[kind], 4, "nfgenmsg", "NFNL_BATCH_", "")
    name, attrs = NETFILTER.get((kind >> 8, kind & 0xFF), ("", ""))
    verb = next((v for v in ("NEW", "GET", "DEL") if v in name), "")
    return Layout(name, 4, "nfgenmsg", attrs, verb.lower())


def xfrm(_walk, kind, _body):
    name, struct, size = XFRM.get(kind, ("", "", PLAIN))
    verb = next((v for v in ("NEW", "GET", "DEL") if v in name), "")
    return Layout(name, size, struct, XFRM_SETS.get(kind, "XFRMA_"), verb.lower())


def diag(walk, _kind, body):
    request, reply = DIAG.get(body[0] if body else 0, (("", PLAIN, ""),) * 2)
    struct, size, attrs = request if walk.direction == "to-kernel" else reply
    return Layout("SOCK_DIAG_BY_FAMILY", size, struct, attrs, "get" if walk.direction == "to-kernel" else "new")


def generic(walk, kind, body):
    family = "nlctrl" if kind == 16 else walk.families.get(kind, "")
    command = body[0] if body else 0
    attrs = GENERIC_BY_COMMAND.get((family, command), GENERIC.get(family, ""))
    # Whether a generic command gets or makes is its own affair: DUMP is the only flag above 0xff they use.
    return Layout(f"{family} command {command}", 4, "genlmsghdr", attrs, "get")


def test(_walk, _kind, _body):
    """Protocol NETLINK_USERSOCK: what the handmade cases that belong to no family speak."""
    return Layout("test", 4, "", "TEST_", "")


MAKERS = {0: route, 2: test, 4: diag, 6: xfrm, 12: netfilter, 16: generic}

COMMON = {1: "REQUEST", 2: "MULTI", 4: "ACK", 8: "ECHO", 0x10: "DUMP_INTR", 0x20: "DUMP_FILTERED"}
BY_VERB = {
    "get": {0x100: "ROOT", 0x200: "MATCH", 0x400: "ATOMIC"},
    "new": {0x100: "REPLACE", 0x200: "EXCL", 0x400: "CREATE", 0x800: "APPEND"},
    "set": {0x100: "REPLACE", 0x200: "EXCL", 0x400: "CREATE", 0x800: "APPEND"},
    "del": {0x100: "NONREC", 0x200: "BULK"},
    "control": {0x100: "CAPPED", 0x200: "ACK_TLVS"},
}


def flag_names(kind, flags, verb):
    names = {**COMMON, **BY_VERB.get("control" if kind < 16 else verb, {})}
    return [name for bit, name in names.items() if flags & bit]
