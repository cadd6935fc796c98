# SPDX-License-Identifier: MIT OR Apache-2.0
"""Turns for what ip and bridge say."""
import grp
import ipaddress
import pwd
import time

from turns import MISSING, At, define, first, flags, in_order_of


@define
def user(ours, _):
    return pwd.getpwuid(ours).pw_name


@define
def users(ours, _):
    return grp.getgrgid(ours).gr_name


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
def scope(ours, _):
    return {0: "global", 200: "site", 253: "link", 254: "host", 255: "nowhere"}.get(ours, str(ours))


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
def mptcp_address(found, _):
    """A number or bytes in hexadecimal, as the kernel's description has them."""
    ours = first(found, None)
    return str(ipaddress.ip_address(ours if isinstance(ours, int) else bytes.fromhex(ours)))


@define
def whole_prefix(found, _):
    return f"{found[0]}/{found[1]}"


@define
def unlimited(ours, _):
    return "(INF)" if ours == 2**64 - 1 else ours


@define
def moment(ours, _):
    """Local time; none is "-"."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(ours)) if ours else "-"


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
def octets6(ours, _):
    """The first six bytes, as a link-layer address."""
    return ":".join(ours[at : at + 2] for at in range(0, 12, 2))


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
