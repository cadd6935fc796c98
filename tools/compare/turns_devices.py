# SPDX-License-Identifier: MIT OR Apache-2.0
"""Turns for what ethtool, devlink, wg, teamnl and genl say."""
import binascii
import ipaddress
import socket

from turns import MISSING, At, define, flags


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
def team_value(found, _):
    """The data of an option, by its type: a number or text."""
    kind, data = found[0], bytes.fromhex(found[1])
    return data.rstrip(b"\0").decode() if kind == 5 else str(int.from_bytes(data, "little"))


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
