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
