# SPDX-License-Identifier: MIT OR Apache-2.0
"""What tools print for people, taken apart into objects."""
import json
import re
import xml.etree.ElementTree

PARSERS = {}


def parser(function):
    PARSERS[function.__name__] = function
    return function


def twice(pairs):
    """An object in which a name comes again has it as NAME#2."""
    found = {}
    for name, value in pairs:
        found[f"{name}#2" if name in found else name] = value
    return found


@parser
def plain(said):
    return json.loads(said or "[]", object_pairs_hook=twice)


@parser
def without_addresses(said):
    return [{key: value for key, value in link.items() if key != "addr_info"} for link in plain(said)]


@parser
def addresses(said):
    return [{"ifname": link["ifname"], **address} for link in plain(said) for address in link["addr_info"]]


# What `tc class show` says of a class: KIND HANDLE root | parent PARENT, then words with values.
CLASS = re.compile(
    r"class (?P<kind>\w+) (?P<handle>\S+) (?:root|parent (?P<parent>\S+))"
    r"(?: leaf (?P<leaf>\S+))?(?: prio (?P<prio>\d+))?(?: quantum (?P<quantum>\d+))?(?: rate (?P<rate>\S+))?"
    r"(?: overhead (?P<overhead>\d+))?(?: ceil (?P<ceil>\S+))?(?: linklayer (?P<linklayer>\w+))?"
    r"(?: burst (?P<burst>\S+) mpu \S+ cburst (?P<cburst>\S+) mpu \S+ level (?P<level>\d+))?\s*"
    r"(?:Sent (?P<bytes>\d+) bytes (?P<packets>\d+) pkt \(dropped (?P<drops>\d+), overlimits (?P<overlimits>\d+) "
    r"requeues (?P<requeues>\d+)\)\s*backlog (?P<backlog>\d+)b (?P<qlen>\d+)p requeues \d+\s*)?"
    r"(?:lended: (?P<lended>\d+) borrowed: (?P<borrowed>\d+) giants: (?P<giants>\d+)\s*"
    r"tokens: (?P<tokens>\d+) ctokens: (?P<ctokens>\d+))?\s*"
)


def matched(pattern, text):
    """The named groups that are there, numbers as such; text that the pattern does not cover is an error."""
    match = pattern.fullmatch(text)
    if not match:
        raise SystemExit(f"not understood: {text!r}")
    return {name: int(value) if value.isdigit() else value for name, value in match.groupdict().items() if value is not None}


@parser
def classes(said):
    return [matched(CLASS, "class " + one) for one in re.split(r"^class ", said, flags=re.M)[1:]]


def valued(text):
    """A number where it is one."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


def memory(text):
    return dict(re.findall(r"([a-z]+)(\d+)", text))


# Words of ss that say rates or times, with their units.
UNITS = re.compile(r"(\d+)(bps|ms)")


def ss_words(words):
    """NAME:VALUE, NAME VALUE, or NAME alone: what `ss -i -e -o -m` says of a socket."""
    found, words = {}, iter(words)
    for word in words:
        name, colon, value = word.partition(":")
        if word == "<->":
            continue
        if name == "skmem":
            found[name] = memory(value)
        elif name == "bbr" and colon:
            found[name] = {key: valued(part.removesuffix("bps")) for key, part in (one.split(":") for one in value[1:-1].split(","))}
        elif name == "rtt":
            found["rtt"], found["rttvar"] = map(valued, value.split("/"))
        elif colon:
            number = UNITS.fullmatch(value)
            found[name] = value if name in ("sk", "cgroup", "fwmark") else valued(number[1] if number else value)
        elif name in ("send", "pacing_rate", "delivery_rate"):
            found[name] = int(next(words).removesuffix("bps"))
        elif name.startswith("tcp-ulp-"):
            found["tcp-ulp"] = name.removeprefix("tcp-ulp-")
        elif name in ("ts", "sack", "app_limited"):
            found[name] = True
        else:
            found["cong"] = name
    return found


@parser
def sockets(said):
    found = []
    for line in said.splitlines():
        state, recv, send, local, peer, *words = line.split()
        found.append({"state": state, "recv_q": int(recv), "send_q": int(send), "local": local, "peer": peer, **ss_words(words)})
    return found


@parser
def unix_sockets(said):
    found = []
    for line in said.splitlines():
        kind, state, recv, send, name, ino, _, peer, skmem, *_ = line.split()
        found.append({"ino": int(ino), "type": kind, "state": state, "recv_q": int(recv), "send_q": int(send), "name": name,
                      "peer": int(peer), "skmem": memory(skmem)})
    return found


@parser
def packet_sockets(said):
    found = []
    for line in said.splitlines():
        line, flags = re.sub(r"flags\([^)]*\)", "", line), re.search(r"flags\(([^)]*)\)", line)[1].split()
        kind, state, recv, send, place, _, *words = line.split()
        protocol, interface = place.split(":")
        found.append({"type": kind, "state": state, "recv_q": int(recv), "send_q": int(send), "protocol": protocol,
                      "interface": interface, "flags": flags, **ss_words(words)})
    return found


def tree(element):
    """What is inside an element of XML: attributes, elements by name (or direction), texts."""
    found = {name: valued(value) for name, value in element.attrib.items() if name != "direction"}
    for inner in element:
        value = tree(inner) if len(inner) or inner.attrib else valued(inner.text) if inner.text else True
        found[inner.get("direction", inner.tag)] = value
    return found


@parser
def flows(said):
    whole = [tree(flow) for flow in xml.etree.ElementTree.fromstring(said)]
    return [{**flow.pop("independent"), **flow} for flow in whole]


@parser
def words(said):
    """NAME VALUE NAME VALUE ..."""
    said = said.split()
    return {name: valued(value) for name, value in zip(said[::2], said[1::2])}


SECONDS = r"expire {0}: soft (?P<soft_{0}>\d+)\(sec\), hard (?P<hard_{0}>\d+)\(sec\)\s*"
LIMITS = re.compile(
    r"limit: soft (?P<soft_bytes>\S+)\(bytes\), hard (?P<hard_bytes>\S+)\(bytes\)\s*"
    r"limit: soft (?P<soft_packets>\S+)\(packets\), hard (?P<hard_packets>\S+)\(packets\)\s*"
    + SECONDS.format("add") + SECONDS.format("use")
)
CURRENT = re.compile(r"(?P<bytes>\d+)\(bytes\), (?P<packets>\d+)\(packets\)\s*add (?P<add>\S+ \S+) use (?P<use>-|\S+ \S+)\s*")
POLICY = re.compile(
    r"src (?P<src>\S+) dst (?P<dst>\S+)(?: proto (?P<proto>\w+))?(?: dport (?P<dport>\d+))? uid (?P<uid>\d+)\s*"
    r"dir (?P<dir>\w+) action (?P<action>\w+) index (?P<index>\d+) priority (?P<priority>\d+) ptype (?P<ptype>\w+) "
    r"share (?P<share>\w+) flag\s+\((?P<flag>\w+)\)\s*lifetime config:\s*(?P<limits>.*?)lifetime current:\s*"
    r"(?P<current>.*? use (?:-|\S+ \S+))\s*(?:mark 0x(?P<mark>\w+)/0x(?P<mask>\w+)\s*)?(?:tmpl (?P<tmpl>.*))?", re.S
)
TEMPLATE = re.compile(
    r"src (?P<src>\S+) dst (?P<dst>\S+)\s*proto (?P<proto>\w+) spi \w+\((?P<spi>\d+)\) reqid (?P<reqid>\d+)\(\w+\) "
    r"mode (?P<mode>\w+)\s*level (?P<level>\w+) share (?P<share>\w+)\s*"
    r"enc-mask (?P<enc_mask>\w+) auth-mask (?P<auth_mask>\w+) comp-mask (?P<comp_mask>\w+)\s*"
)


@parser
def policies(said):
    found = []
    for one in re.split(r"^(?=src )", said, flags=re.M)[1:]:
        policy = matched(POLICY, one)
        policy |= {name: matched(pattern, policy[name]) for name, pattern in
                   (("limits", LIMITS), ("current", CURRENT), ("tmpl", TEMPLATE)) if name in policy}
        found.append(policy)
    return found


@parser
def channels(said):
    """Maximums, then what is set."""
    names = [f"{kind}-{what}" for what in ("max", "count") for kind in ("rx", "tx", "other", "combined")]
    values = re.findall(r"^(?:RX|TX|Other|Combined):\s+(\S+)", said, re.M)
    return {name: int(value) for name, value in zip(names, values) if value != "n/a"}


@parser
def settings(said):
    """NAME: VALUE, a line each, below a title."""
    lines = [line.strip().partition(":") for line in said.splitlines()[1:]]
    return {name.replace(" ", "_"): valued(value.strip()) for name, _, value in lines}


@parser
def tables(said):
    return nft(said, "table")


@parser
def chains(said):
    return nft(said, "chain")


@parser
def rules(said):
    return nft(said, "rule")


@parser
def sets(said):
    """Sets and maps, without elements."""
    return [{key: value for key, value in one.items() if key != "elem"} for one in nft(said, "set", "map")]


@parser
def elements(said):
    return [{"elem": one["elem"]} for one in nft(said, "set", "map")]


@parser
def objects(said):
    """Of all kinds; "kind" is what each is called."""
    kinds = ("counter", "quota", "limit", "ct helper", "ct timeout", "ct expectation", "synproxy")
    return [{"kind": kind.replace(" ", "-"), **one} for kind in kinds for one in nft(said, kind)]


def nft(said, *kinds):
    """The things of some kinds in what nft says."""
    return [thing for one in plain(said)["nftables"] for kind, thing in one.items() if kind in kinds]


@parser
def wireguard(said):
    """Lines with tabs: the interface, then its peers."""
    device, *peers = [line.split("\t") for line in said.splitlines()]
    names = ("public-key", "preshared-key", "endpoint", "allowed-ips", "latest-handshake", "rx-bytes", "tx-bytes", "persistent-keepalive")
    found = dict(zip(("ifname", "private-key", "public-key", "listen-port", "fwmark"), device))
    found["listen-port"] = int(found["listen-port"])
    found["peers"] = [{name: int(value) if value.isdigit() else value for name, value in zip(names, peer[1:])} for peer in peers]
    return found


@parser
def team_options(said):
    return [dict(zip(("name", "value"), line.split())) for line in said.splitlines()]


@parser
def groups(said):
    return [entry for bridge in plain(said) for entry in bridge["mdb"]]


@parser
def vlans(said):
    return [{"ifname": link["ifname"], **vlan} for link in plain(said) for vlan in link["vlans"]]


FAMILY = re.compile(r"(?P<name>.+?)\s+ID: (?P<id>\w+)  Version: (?P<version>\w+)  header size: (?P<size>\d+)  max attribs: (?P<most>\d+)\s")


@parser
def families(said):
    """Name, numbers, commands and groups of each."""
    found = []
    for one in re.split(r"^Name: ", said, flags=re.M)[1:]:
        match = FAMILY.match(one)
        commands = re.findall(r"#\d+:  ID-(\w+)\s+Capabilities \(\w+\):\s+(.*?)\s*\n", one)
        groups = re.findall(r"#\d+:  ID-(\w+)  name: (\S+)", one)
        family = {"name": match["name"], "id": int(match["id"], 0), "version": int(match["version"], 0),
                  "header-size": int(match["size"]), "max-attribs": int(match["most"])}
        if commands:
            family["commands"] = [{"id": int(number, 0), "flags": re.split(r"; *", flags.strip("; "))} for number, flags in commands]
        if groups:
            family["groups"] = [{"id": int(number, 0), "name": name} for number, name in groups]
        found.append(family)
    return found


@parser
def devlink(said):
    """{WHAT: {DEVICE: THING or LIST}} as things, each with its device."""
    found = []
    for things in plain(said).values():
        for name, thing in things.items():
            found += [{"device": name, **one} for one in (thing if isinstance(thing, list) else [thing])]
    return found


@parser
def resources(said):
    """What is below the device."""
    return [{"device": name, "resources": things} for name, things in plain(said)["resources"].items()]


@parser
def numbered(said):
    """NAME: VALUE lines; what comes again is what is set, after what could be; what is not there is left out."""
    found = {}
    for name, value in re.findall(r"^([\w. -]+?):\s+(\S+)\s*$", said, re.M):
        name = re.sub(r"[ -]+", "-", name.lower())
        if value != "n/a":
            found[name + "#2" if name in found else name] = valued(value)
    return found


WIFI_LINK = re.compile(
    r"phy#(?P<wiphy>\d+)\s+Interface (?P<ifname>\S+)\s+ifindex (?P<ifindex>\d+)\s+wdev (?P<wdev>\S+)\s+addr (?P<addr>\S+)\s+"
    r"(?:ssid (?P<ssid>\S+)\s+)?type (?P<type>\S+)\s+(?:channel (?P<channel>\d+) \((?P<freq>\d+) MHz\), width: (?P<width>\d+) MHz"
    r"[^,]*, center1: (?P<center1>\d+) MHz\s+)?txpower (?P<txpower>\S+) dBm\s+multicast TXQ:\s+[a-z\s-]+(?P<txq>[\d\s]+)"
)


@parser
def wifi_links(said):
    found = []
    for one in re.split(r"^(?=phy#)", said, flags=re.M)[1:]:
        link = matched(WIFI_LINK, one)
        names = ("backlog-bytes", "backlog-packets", "flows", "drops", "ecn-marks", "overlimit", "collisions", "tx-bytes", "tx-packets")
        found.append({**link, "txpower": float(link["txpower"]), "txq": dict(zip(names, map(int, str(link["txq"]).split())))})
    return found


RULE = re.compile(r"\((\d+) - (\d+) @ (\d+)\), \((\S+), (\S+)\), \((?:(\d+) ms|N/A)\)(?:, (.*))?")


@parser
def regulation(said):
    """The country, and rules: frequencies in MHz, powers, time, flags."""
    found = []
    for block in re.findall(r"country \S+: \S+\n(?:\t.*\n)+", said):
        country, dfs = re.match(r"country (\S+): (\S+)", block).groups()
        rules = []
        for line in block.splitlines()[1:]:
            start, end, width, gain, power, cac, flags = RULE.fullmatch(line.strip()).groups()
            rule = {"start": int(start), "end": int(end), "width": int(width), "gain": gain, "power": int(power),
                    "flags": flags.split(", ") if flags else []}
            rules.append(rule | ({"cac": int(cac)} if cac else {}))
        found.append({"country": country, "dfs": dfs, "rules": rules})
    return found


def after(text, title, pattern):
    """What a pattern finds in the lines that are indented more than a title."""
    match = re.search(r"^(\t*)" + title + r".*\n((?:\1\t.*\n)+)", text, re.M)
    return re.findall(pattern, match[2], re.M) if match else []


@parser
def wiphy(said):
    """A radio without bands: numbers, ciphers, types, combinations, commands, features."""
    whole = said
    said = re.sub(r"^\tBand \d+:\n(?:\t\t.*\n)+", "", said, flags=re.M)
    found = {name: valued(value) for name, value in re.findall(r"^\t([\w #-]+): (\d+)(?: bytes| \(up to 0m\))?$", said, re.M)}
    found = {re.sub(r"[ #]+", "-", name.lower()): value for name, value in found.items()}
    found["name"] = re.match(r"Wiphy (\S+)", said)[1]
    found["ciphers"] = after(said, "Supported Ciphers:", r"\* \S+ \((\S+)\)")
    found["types"] = after(said, "Supported interface modes:", r"\* (.*)$")
    found["software-types"] = after(said, "software interface modes", r"\* (.*)$")
    found["commands"] = after(said, "Supported commands:", r"\* (\S+)")
    found["antennas"] = [int(number, 0) for number in re.search(r"Available Antennas: TX (\S+) RX (\S+)", said).groups()]
    found["supports"] = re.findall(r"^\t((?:Device|Driver|P2P GO)[ /].*?)\.?$", said, re.M)
    found["features"] = after(said, "Supported extended features:", r"\* \[ (\S+) \]")
    for way in ("tx", "rx"):
        lists = after(said, f"Supported {way.upper()} frame types:", r"\* (.+?): (.*)$")
        found[f"{way}-frames"] = {kind: [int(number, 0) for number in numbers.split()] for kind, numbers in lists}
    found["bands"] = [band(one) for one in re.findall(r"^\tBand \d+:\n((?:\t\t.*\n)+)", whole, re.M)]
    return found


def band(said):
    found = {"ht": int(re.search(r"^\t\tCapabilities: (\S+)", said, re.M)[1], 0)} if "\t\tCapabilities" in said else {}
    for name, pattern in (("vht", r"VHT Capabilities \((\S+)\)"), ("ampdu", r"exponent: 0x(\d+)\)"), ("spacing", r"spacing: .* \(0x(\d+)\)")):
        match = re.search(pattern, said)
        if match:
            found[name] = int(match[1], 16)
    for name, pattern in (("he-mac", r"HE MAC Capabilities \(0x(\S+)\)"), ("he-phy", r"HE PHY Capabilities: \(0x(\S+)\)"),
                          ("iftypes", r"\tHE Iftypes: (.*)"), ("eht-mac", r"EHT MAC Capabilities \(0x(\S+)\)"),
                          ("eht-phy", r"EHT PHY Capabilities: \(0x(\S+)\)")):
        found[name] = re.findall(pattern, said)
    found = {name: value for name, value in found.items() if value != []}
    found["rates"] = [{"rate": float(rate), **({"short": True} if short else {})} for rate, short in
                      re.findall(r"\* (\S+) Mbps( \(short preamble supported\))?", said)]
    found["frequencies"] = []
    for freq, rest in re.findall(r"\* ([\d.]+) MHz \[-?\d+\] (\(.*\))", said):
        marks = [mark for marks in re.findall(r"\((.*?)\)", rest) for mark in marks.split(", ")]
        power = [float(mark.removesuffix(" dBm")) for mark in marks if mark.endswith("dBm")]
        found["frequencies"].append({"freq": float(freq), **({"power": power[0]} if power else {}),
                                     "marks": [mark for mark in marks if not mark.endswith("dBm")]})
    return found


ALGORITHM = r"{0} (?P<{1}_name>\S+) 0x(?P<{1}_key>\w+) \((?P<{1}_bits>\d+) bits\)"
STATE = re.compile(
    r"src (?P<src>\S+) dst (?P<dst>\S+)\s+proto (?P<proto>\w+) spi \w+\((?P<spi>\d+)\) reqid (?P<reqid>\d+)\(\w+\) mode (?P<mode>\w+)\s+"
    r"replay-window (?P<window>\d+) seq (?P<seq>\w+) flag (?P<flag>[\w-]+)? ?\(\w+\)\s+(?:mark 0x(?P<mark>\w+)/0x(?P<mask>\w+)\s+)?"
    rf"(?:{ALGORITHM.format('aead', 'aead')} (?P<aead_icv>\d+)\s+)?(?:{ALGORITHM.format('auth-trunc', 'auth')} (?P<auth_trunc>\d+)\s+)?"
    rf"(?:{ALGORITHM.format('enc', 'enc')}\s+)?anti-replay context: seq 0x(?P<replay_seq>\w+), oseq 0x(?P<replay_oseq>\w+), "
    r"bitmap 0x(?P<bitmap>\w+)\s+sel src (?P<sel_src>\S+) dst (?P<sel_dst>\S+) uid (?P<uid>\d+)\s+lifetime config:\s*(?P<limits>.*?)"
    r"lifetime current:\s*(?P<current>.*? use (?:-|\S+ \S+))\s+stats:\s+replay-window (?P<lost>\d+) replay (?P<replayed>\d+) failed (?P<failed>\d+)\s*",
    re.S,
)


@parser
def states(said):
    found = []
    for one in re.split(r"^(?=src )", said, flags=re.M)[1:]:
        state = STATE.fullmatch(one)
        if not state:
            raise SystemExit(f"not understood: {one!r}")
        state = {name: value for name, value in state.groupdict().items() if value is not None}
        hexadecimal = ("mark", "mask", "replay_seq", "replay_oseq", "bitmap", "seq")
        numbers = ("spi", "reqid", "window", "uid", "lost", "replayed", "failed", "aead_bits", "aead_icv", "auth_bits", "auth_trunc", "enc_bits")
        state |= {name: int(state[name], 16) for name in hexadecimal if name in state}
        state |= {name: int(state[name]) for name in numbers if name in state}
        found.append(state | {"limits": matched(LIMITS, state["limits"]), "current": matched(CURRENT, state["current"])})
    return found
