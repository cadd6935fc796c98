# SPDX-License-Identifier: MIT OR Apache-2.0
"""Turns for what iw says."""
import pathlib
import re

from turns import define, in_order_of

TYPES = {"adhoc": "IBSS", "station": "managed", "ap": "AP", "ap-vlan": "AP/VLAN", "mesh-point": "mesh point", "p2p-client": "P2P-client",
         "p2p-go": "P2P-GO", "p2p-device": "P2P-device", "ocb": "outside context of a BSS", "nan": "NAN", "nan-data": "Unknown mode (13)"}
COMMANDS = {"new-beacon": "start_ap", "action": "frame", "assoc-mlo-reconf": "Unknown"}
WIDTHS = {"20-noht": 20, "20": 20, "40": 40, "80": 80, "160": 160}
# What a radio supports: flags of the object, or names of feature flags.
SUPPORTS = {"support-ibss-rsn": "Device supports RSN-IBSS", "support-ap-uapsd": "Device supports AP-side u-APSD",
            "tdls-support": "Device supports T-DLS"}
FEATURES = {
    "sk-tx-status": "Device supports TX status socket option", "ht-ibss": "Device supports HT-IBSS",
    "sae": "Device supports SAE with AUTHENTICATE command", "low-priority-scan": "Device supports low priority scan",
    "scan-flush": "Device supports scan flush", "ap-scan": "Device supports AP scan",
    "vif-txpower": "Device supports per-vif TX power setting", "p2p-go-ctwin": "P2P GO supports CT window setting",
    "p2p-go-oppps": "P2P GO supports opportunistic powersave setting",
    "full-ap-client-state": "Driver supports full state transitions for AP/GO clients",
    "userspace-mpm": "Driver supports a userspace MPM",
    "active-monitor": "Device supports active monitor (which will ACK incoming frames)",
    "ap-mode-chan-width-change": "Driver/device bandwidth changes during BSS lifetime (AP/GO mode)",
    "static-smps": "Device supports static SMPS", "dynamic-smps": "Device supports dynamic SMPS",
    "mac-on-create": "Device supports configuring vdev MAC-addr on create",
    "scan-random-mac-addr": "Device supports randomizing MAC-addr in scans",
}
HEADER = "/usr/include/linux/nl80211.h"


@define
def feature_bits(ours, at):
    """Extended features by bit, as enum nl80211_ext_feature_index has them, as far as iw knows them."""
    names = re.findall(r"^\tNL80211_EXT_FEATURE_(\w+)(?: = 0)?,$", pathlib.Path(HEADER).read_text(), re.M)
    bits = int.from_bytes(bytes.fromhex(ours), "little")
    last = max(bit for bit, name in enumerate(names) if name in at.theirs)
    return in_order_of(at.theirs, [name for bit, name in enumerate(names[: last + 1]) if bits >> bit & 1])


@define
def channel(ours, _):
    """By frequency, in the band of 2.4 GHz."""
    return (ours - 2407) // 5


@define
def channel_width(ours, _):
    return WIDTHS.get(ours)


@define
def ciphers(ours, _):
    """A suite by its number: OUI and type."""
    return ["-".join(f"{int(one, 0) >> at & 255:02x}" for at in (24, 16, 8)) + f":{int(one, 0) & 255}" for one in ours]


@define
def iftypes(ours, at):
    return in_order_of(at.theirs, [TYPES.get(one, one) for one in ours])


@define
def wifi_commands(ours, at):
    """iw knows a command by its older name, and shows numbers of those that are newer than itself."""
    known = [COMMANDS.get(one, one.replace("-", "_")) for one in ours]
    return in_order_of(at.theirs, known)


@define
def as_list(found, _):
    return found


@define
def wifi_supports(ours, at):
    said = [word for name, word in SUPPORTS.items() if name in ours]
    said += [word for name, word in FEATURES.items() if name in ours["feature-flags"]]
    return in_order_of(at.theirs, said)


@define
def frame_types(ours, _):
    """Types of links that have any."""
    return {TYPES.get(name, name): inner["frame-type"] for name, inner in ours.items() if inner}


@define
def values(ours, _):
    return list(ours.values())


@define
def capabilities(ours, at):
    """`capabilities:NAME,LENGTH`: bytes of each, zeros where there are none; those of HE MAC are words of two bytes."""
    name, length = at.argument.split(",")
    found = [next(iter(one.values())).get(name, "00" * int(length))[: 2 * int(length)] for one in ours]
    return [re.sub("(..)(..)", r"\2\1", one) for one in found] if name == "he-cap-mac" else found


@define
def data_iftypes(ours, _):
    return [", ".join(TYPES[name] for name in next(iter(one.values()))["iftypes"]) for one in ours]


@define
def frequency_marks(ours, _):
    if "disabled" in ours:
        return ["disabled"]
    return [word for name, word in (("no-ir", "no IR"), ("radar", "radar detection")) if name in ours]
