# SPDX-License-Identifier: MIT OR Apache-2.0
"""Turns: how a value of ours is said by another tool. `NAME:ARGUMENT` in a table is turn NAME with that argument."""
import binascii
import grp
import ipaddress
import json
import pwd
import re
import socket
import struct
import time

import nft


class Missing:
    """What is not in ours."""

    def __repr__(self):
        return "nothing"


MISSING = Missing()
TURNS = {}
OF_NOTHING = ("given", "default", "unix_name", "generic")


def define(function):
    TURNS[function.__name__] = function
    return function


class At:
    """Where a turn stands: its argument, names of links, the path in the tool's output, what it shows there."""

    def __init__(self, argument, names, path, theirs):
        self.argument, self.names, self.path, self.theirs = argument, names, path, theirs


class Names:
    """The links there are: names by index, and what else of them another tool shows elsewhere."""

    def __init__(self, links):
        self.links = {link["ifi-index"]: link for link in links}

    def get(self, index, otherwise=None):
        return self.links[index]["ifname"] if index in self.links else otherwise

    def fill(self, word):
        """A word of the rnl command, in which %NAME is the index of a link."""
        index = {link["ifname"]: str(at) for at, link in self.links.items()}
        return re.sub(r"%(\w+)", lambda name: index[name[1]], word)


def turn(name, found, names, path, theirs):
    name, _, argument = name.partition(":")
    if found == [MISSING] and name not in OF_NOTHING:
        return MISSING
    at = At(argument, names, path, theirs)
    try:
        return TURNS[name](found if len(found) > 1 else found[0], at)
    except (TypeError, AttributeError, ValueError, KeyError, IndexError):
        return MISSING


def same(theirs, ours):
    """Equal in value and kind; a boolean may be a number in ours."""
    if isinstance(theirs, bool):
        return ours in (theirs, int(theirs)) and not isinstance(ours, (str, float))
    if isinstance(theirs, (int, float)) and isinstance(ours, (int, float)) and not isinstance(ours, bool):
        return theirs == ours
    return type(theirs) is type(ours) and theirs == ours


def table_of(argument):
    """`0=A,1=B`."""
    return dict(pair.split("=", 1) for pair in argument.split(","))


@define
def names(ours, at):
    """Other names: `names:OURS=THEIRS,...`; of a list, of each element."""
    table = table_of(at.argument)
    if isinstance(ours, list):
        return [table.get(str(one), one) for one in ours]
    return table.get(str(ours), ours)


@define
def upper(ours, _):
    return ours.upper()


@define
def text(ours, _):
    """A number as text."""
    return str(ours)


@define
def hexa(ours, at):
    """Hexadecimal text; `hexa:bare` without 0x; of a width: `hexa:4`."""
    width = int(at.argument) if at.argument.isdigit() else 0
    return ("" if at.argument == "bare" else "0x") + f"{ours:0{width}x}"


@define
def sharp(ours, _):
    """As C's %#x: zero is "0"."""
    return hex(ours) if ours else "0"


@define
def user(ours, _):
    return pwd.getpwuid(ours).pw_name


@define
def users(ours, _):
    return grp.getgrgid(ours).gr_name


@define
def given(ours, _):
    """Is it there at all?"""
    return ours is not MISSING


@define
def has(ours, at):
    """Is this flag among ours? Tools that say null or true for it say it of flags that are set."""
    there = at.argument in ours
    return (None if there else MISSING) if at.theirs is None else there


@define
def ifname(ours, at):
    """The name of an interface of that index."""
    return at.names.get(ours, ours)


@define
def times(ours, at):
    return ours * int(at.argument)


@define
def over(ours, at):
    return ours / float(at.argument)


@define
def timer(ours, at):
    """Hundredths of a second, which run."""
    return at.theirs if abs(ours / 100 - at.theirs) < 3 else ours / 100


@define
def near(ours, at):
    """What changes by itself: ours if the difference is larger than that."""
    return at.theirs if abs(ours - at.theirs) <= float(at.argument) else ours


@define
def family(ours, _):
    return {socket.AF_INET: "inet", socket.AF_INET6: "inet6", socket.AF_BRIDGE if hasattr(socket, "AF_BRIDGE") else 7: "bridge",
            28: "mpls", 17: "link", 0: "unspec"}.get(ours, ours)


def in_order_of(theirs, ours):
    """Ours, in the order of theirs if that is all that differs."""
    same_order = isinstance(theirs, list) and sorted(map(sorted_text, theirs)) == sorted(map(sorted_text, ours))
    return theirs if same_order else ours


def sorted_text(one):
    return json.dumps(one, sort_keys=True)


@define
def flags(ours, at):
    """Names of flags in whatever order: `flags:OURS=THEIRS,...`, others in capitals with `_`."""
    table = table_of(at.argument) if at.argument else {}
    return in_order_of(at.theirs, [table.get(one, one.upper().replace("-", "_")) for one in ours])


LINK_FLAGS = {"point-to-point": "POINTOPOINT", "no-arp": "NOARP", "lower-up": "LOWER_UP"}


@define
def link_flags(found, at):
    """ip leaves out `running`, says NO-CARRIER without it, and M-DOWN of the link below."""
    ours, link = found
    said = [LINK_FLAGS.get(one, one.upper()) for one in ours if one != "running"]
    if "up" in ours and "running" not in ours:
        said.append("NO-CARRIER")
    below = at.names.links.get(link)
    if below and "up" not in below["ifi-flags"]:
        said.append("M-DOWN")
    return in_order_of(at.theirs, said)


@define
def bridge_id(ours, _):
    """ip leaves zeros out."""
    return f"{ours['prio']:04x}." + ":".join(f"{int(byte, 16):x}" for byte in ours["addr"].split(":"))


@define
def group(ours, _):
    """ip has a name for group 0 alone."""
    return "default" if ours == 0 else str(ours)


@define
def bit(ours, at):
    return ours >> int(at.argument) & 1


@define
def first(found, _):
    """The first that is there."""
    return next((one for one in found if one is not MISSING), MISSING)


@define
def default(ours, at):
    """What is said where there is nothing: `default:VALUE`."""
    return (int(at.argument) if at.argument.isdigit() else at.argument) if ours is MISSING else ours


@define
def called(ours, at):
    """The name of a number, or the number as text."""
    return table_of(at.argument).get(str(ours), str(ours))


@define
def scope(ours, _):
    return {0: "global", 200: "site", 253: "link", 254: "host", 255: "nowhere"}.get(ours, str(ours))


@define
def lacks(ours, at):
    return at.argument not in ours


@define
def netconf_name(ours, at):
    return {-1: "all", 4294967295: "all", -2: "default", 4294967294: "default"}.get(ours) or at.names.get(ours)


@define
def prefix(found, _):
    """An address and its length, which is left out where it is that of the family."""
    address, length, kind = found
    if address is MISSING:
        return "default" if length == 0 else MISSING
    return address if length == {2: 32, 10: 128}.get(kind) else f"{address}/{length}"


@define
def realm(ours, at):
    """Half of a 32-bit number, as text."""
    return str(ours >> int(at.argument) & 0xFFFF)


@define
def seconds(ours, at):
    """Whole seconds of a time in hundredths, which runs."""
    return at.theirs if abs(ours // 100 - at.theirs) <= 2 else ours // 100


@define
def plus(ours, at):
    return ours + int(at.argument)


@define
def number(ours, _):
    return int(ours, 0)


@define
def null(ours, _):
    return None if ours else MISSING


@define
def mask(ours, at):
    """Null where a bit is set."""
    return None if ours & int(at.argument) else MISSING


ROUTE_FLAGS = {1: "dead", 2: "pervasive", 4: "onlink", 8: "offload", 16: "linkdown", 32: "unresolved", 64: "trap"}


@define
def route_flags(ours, at):
    return in_order_of(at.theirs, [name for bit, name in ROUTE_FLAGS.items() if ours & bit])


@define
def nexthop_flags(ours, at):
    return in_order_of(at.theirs, ours)


@define
def segments(ours, _):
    """Addresses, the last one first."""
    return [str(ipaddress.ip_address(bytes.fromhex(ours[at : at + 32]))) for at in range(len(ours) - 32, -1, -32)]


@define
def fdb_flags(ours, at):
    return in_order_of(at.theirs, [one.replace("ext-learned", "extern_learn") for one in ours if one != "proxy"])


@define
def fdb_state(ours, _):
    return "permanent" if "permanent" in ours else "static" if "noarp" in ours else "stale" if "stale" in ours else ""


@define
def handle(ours, _):
    """A handle of traffic control: MAJOR:MINOR, without what is zero."""
    return f"{ours >> 16:x}:" + (f"{ours & 0xFFFF:x}" if ours & 0xFFFF else "")


@define
def major(ours, _):
    return f"{ours >> 16:x}:"


@define
def equals(ours, at):
    return str(ours) == at.argument


@define
def version(ours, _):
    return f"{ours >> 16}.{ours & 0xFFFF}"


TICKS = 15.625  # of the clock of packet schedulers, in a microsecond: see /proc/net/psched


@define
def burst(found, at):
    """What is sent at a rate in some ticks; tc rounds it, and says "b", "Kb" and a size of cells."""
    ticks, rate = found
    said = at.theirs.removesuffix("/1")
    count, unit = re.fullmatch(r"(\d+)(b|Kb)", said).groups()
    size = rate * ticks / TICKS / 1e6
    return at.theirs if abs(int(count) * {"b": 1, "Kb": 1024}[unit] - size) < 16 else size


@define
def bits(ours, at):
    """Bytes in a second as bits."""
    return f"{ours * 8 // 1000000}Mbit" if ours * 8 % 1000000 == 0 else f"{ours * 8}bit"


@define
def octets(ours, _):
    return list(bytes.fromhex(ours))


@define
def ethertype(ours, _):
    """The protocol of a filter, in the lower half of its info, big-endian."""
    return {0x0800: "ip", 0x0003: "all", 0x86DD: "ipv6", 0x8100: "802.1Q"}.get(socket.ntohs(ours & 0xFFFF))


@define
def shifted(ours, at):
    return ours >> int(at.argument)


@define
def low(ours, at):
    return ours & (1 << int(at.argument)) - 1


@define
def u32_handle(ours, _):
    table, bucket, node = ours >> 20, ours >> 12 & 0xFF, ours & 0xFFF
    return f"{table:x}:" + (f"{bucket:x}" if bucket else "") + (f":{node:x}" if node else "")


@define
def u32_table(ours, _):
    return f"{ours >> 20:x}"


@define
def u32_bucket(ours, _):
    return f"{ours >> 12 & 0xFF:x}"


@define
def flag(ours, at):
    return bool(ours & int(at.argument))


@define
def zero(ours, at):
    """What is said of zero; other numbers in hexadecimal."""
    return f"{ours:x}" if ours else at.argument


@define
def instructions(ours, _):
    """Those of a socket filter, 8 bytes each."""
    return [dict(zip(("code", "jt", "jf", "k"), one)) for one in struct.iter_unpack("=HBBI", bytes.fromhex(ours))]


@define
def socket_address(found, at):
    """ADDRESS:PORT as ss says it: `*` for both families."""
    address, port, only, kind = found
    if kind == socket.AF_INET6:
        address = "*" if address == "::" and only == 0 else f"[{address}]"
    return f"{address}:{port or '*'}"


@define
def cookie(ours, _):
    return f"{ours[0] | ours[1] << 32:x}"


@define
def memory(ours, _):
    letters = dict(zip(("r", "rb", "t", "tb", "f", "w", "o", "bl", "d"), map(str, ours.values())))
    return letters


@define
def window_scale(ours, _):
    """Two halves of an octet; theirs: FIRST,SECOND."""
    return f"{ours & 15},{ours >> 4}"


@define
def gain(ours, at):
    """In 256ths."""
    return at.theirs if abs(ours / 256 - at.theirs) < 0.0001 else ours / 256


@define
def unix_name(ours, _):
    return "*" if ours is MISSING else "@" + ours[1:] if ours.startswith("\0") else ours


@define
def flag_name(ours, _):
    return ours.upper().replace("-", "_")


@define
def mptcp_address(found, _):
    """A number or bytes in hexadecimal, as the kernel's description has them."""
    ours = first(found, None)
    return str(ipaddress.ip_address(ours if isinstance(ours, int) else bytes.fromhex(ours)))


@define
def whole_prefix(found, _):
    return f"{found[0]}/{found[1]}"


@define
def none(ours, at):
    """What is said of a list without elements."""
    return at.argument if ours == [] else ours


@define
def unlimited(ours, _):
    return "(INF)" if ours == 2**64 - 1 else ours


@define
def moment(ours, _):
    """Local time; none is "-"."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(ours)) if ours else "-"


# What ethtool calls a feature, and what the kernel does: of several, whether one is active.
FEATURES = {
    "rx-checksumming": "rx-checksum", "generic-segmentation-offload": "tx-generic-segmentation", "generic-receive-offload": "rx-gro",
    "large-receive-offload": "rx-lro", "rx-vlan-offload": "rx-vlan-hw-parse", "tx-vlan-offload": "tx-vlan-hw-insert",
    "ntuple-filters": "rx-ntuple-filter", "receive-hashing": "rx-hashing",
    "tx-checksumming": "tx-checksum-", "scatter-gather": "tx-scatter-gather", "tcp-segmentation-offload": "tx-tcp",
}
TOGETHER = ("tx-checksumming", "scatter-gather", "tcp-segmentation-offload")


@define
def feature(ours, at):
    """One of the bits; `active` of several together is whether one is, and the rest is not said of them."""
    name = at.path[-2]
    bits = {what: {bit["name"] for bit in ours[what]["bits"].get("bit", []) if bit.get("value", what != "hw")}
            for what in ("hw", "wanted", "active", "nochange")}
    if name in TOGETHER:
        return any(bit.startswith(FEATURES[name]) for bit in bits["active"]) if at.argument == "active" else None
    name = FEATURES.get(name, name)
    if at.argument == "fixed":
        return name not in bits["hw"] or name in bits["nochange"]
    return name in bits["active" if at.argument == "active" else "wanted"]


@define
def suffix(ours, at):
    return f"{ours}{at.argument}"


@define
def port(ours, _):
    return {0: "Twisted Pair", 3: "FIBRE", 0xEF: "None", 0xFF: "Other"}.get(ours, ours)


@define
def nft_family(ours, _):
    return {1: "inet", 2: "ip", 5: "netdev", 7: "bridge", 10: "ip6"}.get(ours)


@define
def nft_statements(found, at):
    expressions, kind = found
    return nft.Statements(kind, at.names).all(expressions)


@define
def nft_comment(ours, _):
    return nft.comment(ours)


@define
def nft_types(ours, _):
    return nft.types(ours)


@define
def nft_elements(ours, at):
    """`nft_elements:KEY,VALUE`: those of a set of these types; `nft_elements:intervals` of addresses. What is left of their time runs."""
    if at.argument == "intervals":
        return in_order_of(at.theirs, nft.intervals(ours))
    kind, _, target = at.argument.partition(",")
    said = [nft.element(one, kind.split("+") if "+" in kind else kind, target) for one in ours]
    for one in said if isinstance(at.theirs, list) else []:
        for other in at.theirs:
            if isinstance(one, dict) and "elem" in one and one["elem"]["val"] == other["elem"]["val"]:
                one["elem"]["expires"] = near(one["elem"]["expires"], At("3", None, [], other["elem"]["expires"]))
    return in_order_of(at.theirs, said)


@define
def nft_hook(found, _):
    """Hooks by number; that of netdev is another list."""
    number, kind = found
    return ("ingress", "egress")[number] if kind == 5 else ("prerouting", "input", "forward", "output", "postrouting")[number]


@define
def synproxy_flags(ours, at):
    """Bits; those that the other numbers beside them stand for are not said."""
    return in_order_of(at.theirs, [name for bit, name in ((4, "sack-perm"), (8, "timestamp")) if ours & bit])


@define
def ifname_or_null(ours, at):
    """Null is how ip says index 0."""
    return at.names.get(ours, ours) if ours else None


@define
def link_address(found, _):
    """The address of a tunnel is that of a host."""
    ours, kind = found
    if ours is MISSING or kind not in (768, 769, 776, 778, 823):
        return ours
    return str(ipaddress.ip_address(bytes.fromhex(ours.replace(":", ""))))


@define
def first_digits(ours, at):
    """ip has room for so many."""
    return ours[: int(at.argument)]


@define
def octets6(ours, _):
    """The first six bytes, as a link-layer address."""
    return ":".join(ours[at : at + 2] for at in range(0, 12, 2))


@define
def none_or(ours, at):
    return None if ours == 0 else table_of(at.argument).get(str(ours), ours)


@define
def bare_number(ours, at):
    """A number that is text already, in so many digits to base 16."""
    return f"{int(ours, 0):0{at.argument}x}"


@define
def or_any(ours, _):
    return "any" if ours in ("0.0.0.0", "::") else ours


@define
def dotted(ours, _):
    return str(ipaddress.IPv4Address(ours))


@define
def traffic_class(ours, _):
    return f"0x{ours >> 20 & 0xFF:02x}"


@define
def flow_label(ours, _):
    return f"0x{ours & 0xFFFFF:05x}"


@define
def base64(ours, _):
    """Bytes of keys; a key of zeros is none."""
    key = bytes.fromhex(ours)
    return binascii.b2a_base64(key, newline=False).decode() if any(key) else "(none)"


@define
def sockaddr(ours, _):
    """struct sockaddr_in or sockaddr_in6."""
    data = bytes.fromhex(ours)
    port = int.from_bytes(data[2:4], "big")
    if int.from_bytes(data[:2], "little") == socket.AF_INET:
        return f"{ipaddress.ip_address(data[4:8])}:{port}"
    return f"[{ipaddress.ip_address(data[8:24])}]:{port}"


@define
def allowed_ips(ours, _):
    inner = [next(iter(one.values())) for one in ours]
    return ",".join(f"{one['ipaddr']}/{one['cidr-mask']}" for one in inner) or "(none)"


@define
def octets_together(ours, _):
    return ours.replace(" ", "")


@define
def team_value(found, _):
    """The data of an option, by its type: a number or text."""
    kind, data = found[0], bytes.fromhex(found[1])
    return data.rstrip(b"\0").decode() if kind == 5 else str(int.from_bytes(data, "little"))


@define
def group_address(found, _):
    """16 bytes, of which an IPv4 address takes four."""
    data = bytes.fromhex(found[0])
    return str(ipaddress.ip_address(data[:4] if found[1] == 0x0800 else data))


@define
def padded_timer(ours, at):
    return at.theirs if abs(float(at.theirs) - ours / 100) < 3 else f"{ours / 100:7.2f}"


@define
def vlan_flags(ours, at):
    return flags(ours, At("pvid=PVID,untagged=Egress Untagged", None, [], at.theirs))


@define
def command_flags(ours, at):
    """genl has no word for one of them."""
    ours = [one for one in ours if one != "uns-admin-perm"]
    return flags(ours, At("admin-perm=requires admin permission,cmd-cap-do=can doit,cmd-cap-dump=can dumpit,cmd-cap-haspol=has policy", None, [], at.theirs))


@define
def device(found, _):
    """How devlink writes a device: BUS/NAME, and what of it."""
    return "/".join(str(one) for one in found if one is not MISSING)


@define
def parameter(found, _):
    """A value by its type; a flag is true by being there."""
    kind, data = found
    return data is not MISSING if kind == "flag" else data["value"]


@define
def infinite(ours, _):
    return "unlimited" if ours == 2**64 - 1 else ours


@define
def fec(ours, _):
    """The names of bits."""
    return [bit["name"] for bit in ours["bits"]["bit"]]


@define
def fec_active(ours, _):
    """The index of a mode of links: 49 none, 50 RS, 51 BASER."""
    return [{49: "None", 50: "RS", 51: "BaseR"}[ours]]


@define
def generic(ours, _):
    return "generic" if ours is True else "driver-specific"
