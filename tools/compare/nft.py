# SPDX-License-Identifier: MIT OR Apache-2.0
"""What nft makes of the kernel's expressions: statements with the names of fields, and elements of sets."""
import ipaddress

from turns import At, define, in_order_of, near

NAMES = {"l4-proto": "l4proto"}
PROTOCOLS = {1: "icmp", 6: "tcp", 17: "udp"}
ETHERTYPES = {0x0800: "ip", 0x86DD: "ip6"}
TCP_FLAGS = ("fin", "syn", "rst", "psh", "ack", "urg")
CT_STATES = {2: "established", 4: "related", 8: "new", 1: "invalid"}
# Types of keys of sets, by number.
TYPES = {7: "ipv4_addr", 12: "inet_proto", 13: "inet_service", 19: "mark", 0xFFFFFF00: "verdict"}


def number(data):
    return int.from_bytes(data, "big")


def native(data):
    return int.from_bytes(data, "little")


def address(data):
    return str(ipaddress.ip_address(data)) if len(data) in (4, 16) else prefix(data)


def prefix(data):
    """Some leading bytes of an IPv4 address."""
    return {"prefix": {"addr": str(ipaddress.ip_address(data.ljust(4, b"\0"))), "len": 8 * len(data)}}


def protocol(data):
    return PROTOCOLS.get(number(data), number(data))


def text(data):
    return data.rstrip(b"\0").decode()


# (header, protocol before it, offset): protocol and field in nft's words, and how its value is said.
FIELDS = {
    ("network-header", 2, 9): ("ip", "protocol", protocol),
    ("network-header", 2, 12): ("ip", "saddr", address),
    ("network-header", 2, 16): ("ip", "daddr", address),
    ("network-header", 10, 8): ("ip6", "saddr", address),
    ("transport-header", 6, 2): ("tcp", "dport", number),
    ("transport-header", 6, 13): ("tcp", "flags", lambda data: bits(TCP_FLAGS, number(data))),
    ("link-layer-header", 0, 12): ("ether", "type", lambda data: ETHERTYPES.get(number(data))),
}
META = {"iifname": text, "oifname": text, "mark": native, "l4-proto": protocol, "nfproto": number}
UNITS = {1: "second", 60: "minute", 3600: "hour"}
SET_TYPES = {"ipv4_addr": address, "inet_proto": protocol, "inet_service": number, "mark": native}


def bits(names, value):
    found = [name for at, name in enumerate(names) if value >> at & 1]
    return found[0] if len(found) == 1 else found


def verdict(data):
    """A verdict is its code, with a target for jumps."""
    said = data["verdict"]
    return {said["code"]: {"target": said["chain"]} if "chain" in said else None}


class Statements:
    """Reads a rule: registers hold what was loaded, and a match of a protocol may be only for the field that follows."""

    def __init__(self, family, names):
        self.names, self.said, self.held, self.loaded = names, [], None, {}
        self.protocols = {"network-header": {2: 2, 10: 10}.get(family), "link-layer-header": 0}

    def all(self, expressions):
        for expression in expressions:
            data = expression.get("data", {})
            getattr(self, "on_" + expression["name"])(data)
        self.settle()
        return self.said

    def settle(self):
        if self.held:
            self.said.append(self.held)
        self.held = None

    def say(self, statement):
        self.settle()
        self.said.append(statement)

    def on_meta(self, data):
        left = {"meta": {"key": NAMES.get(data["key"], data["key"])}}
        if "sreg" in data:
            self.say({"mangle": {"key": left, "value": native(self.loaded[data["sreg"]])}})
        elif data["key"] == "oif":
            self.loaded[data["dreg"]] = left, lambda value: self.names.get(native(value))
        else:
            self.loaded[data["dreg"]] = left, META[data["key"]]

    def on_payload(self, data):
        self.held = None
        base = data["base"]
        proto, field, say = FIELDS[base, self.protocols[base], data["offset"]]
        self.loaded[int(data["dreg"].removeprefix("reg-"))] = {"payload": {"protocol": proto, "field": field}}, say

    def on_ct(self, data):
        self.loaded[data["dreg"]] = {"ct": {"key": data["key"]}}, None

    def on_bitwise(self, data):
        left, say = self.loaded[data["sreg"]]
        self.loaded[data["dreg"]] = {"&": [left, bytes.fromhex(data["mask"]["value"])]}, say

    def on_cmp(self, data):
        left, say = self.loaded[data["sreg"]]
        value = bytes.fromhex(data["data"]["value"])
        if "&" in left:
            inner, mask = left["&"]
            self.say(self.masked(inner, mask, value, say, data["op"]))
            return
        key = left.get("meta", {}).get("key")
        layer = {"nfproto": "network-header", "l4proto": "transport-header"}.get(key)
        match = {"match": {"op": "==", "left": left, "right": say(value)}}
        self.settle()
        if layer:
            self.protocols[layer], self.held = number(value), match
        else:
            self.say(match)

    @staticmethod
    def masked(left, mask, value, say, op):
        if op == "neq":
            return {"match": {"op": "in", "left": left, "right": [name for bit, name in CT_STATES.items() if native(mask) & bit]}}
        return {"match": {"op": "==", "left": {"&": [left, say(mask)]}, "right": say(value)}}

    def on_lookup(self, data):
        left, _ = self.loaded[data["sreg"]]
        name = "@" + data["set"]
        if data.get("dreg") == 0:
            self.say({"vmap": {"key": left, "data": name}})
        else:
            self.say({"match": {"op": "==", "left": left, "right": name}})

    def on_immediate(self, data):
        if data["dreg"] == 0:
            self.say(verdict(data["data"]))
        else:
            self.loaded[data["dreg"]] = bytes.fromhex(data["data"]["value"])

    def on_counter(self, data):
        self.say({"counter": {"packets": data["packets"], "bytes": data["bytes"]}})

    def on_limit(self, data):
        self.say({"limit": {"rate": data["rate"], "burst": data["burst"], "per": UNITS[data["unit"]]}})

    def on_log(self, data):
        self.say({"log": {"prefix": data["prefix"], "group": data["group"], "snaplen": data["snaplen"],
                          "queue-threshold": data["qthreshold"]}})

    def on_reject(self, data):
        self.say({"reject": {"type": "icmp", "expr": {3: "port-unreachable"}[data["icmp-code"]]}})

    def on_objref(self, data):
        self.say({{1: "counter"}[data["imm-type"]]: data["imm-name"]})

    def on_masq(self, data):
        self.say({"masquerade": {"flags": {"proto-random": "random"}[data["flags"][0]]}})

    def on_nat(self, data):
        low, high = (number(self.loaded[data[name]]) for name in ("reg-proto-min", "reg-proto-max"))
        port = low if low == high else {"range": [low, high]}
        self.say({("snat", "dnat")[data["type"]]: {"addr": address(self.loaded[data["reg-addr-min"]]), "port": port}})

    def on_redir(self, data):
        self.say({"redirect": {"port": number(self.loaded[data["reg-proto-min"]])}})


def comment(userdata):
    """Type 0, length, text: what nft keeps with things for itself."""
    data = bytes.fromhex(userdata)
    return text(data[2 : 2 + data[1]])


def types(key):
    """The type of a key, or of the fields of one: six bits each."""
    if key in TYPES:
        return TYPES[key]
    return [TYPES[key >> at & 63] for at in (6, 0)]


def value(data, kind):
    """A key in the words of its type; fields of one begin at multiples of four bytes."""
    if isinstance(kind, list):
        return {"concat": [value(data[4 * at : 4 * at + (1 if one == "inet_proto" else 2)], one) for at, one in enumerate(kind)]}
    return SET_TYPES[kind](data)


def interval(start, end):
    """Two addresses, the end not included: a prefix if it is one."""
    last = ipaddress.ip_address(number(end) - 1)
    first = ipaddress.ip_address(start)
    nets = list(ipaddress.summarize_address_range(first, last))
    if len(nets) == 1:
        return {"prefix": {"addr": str(first), "len": nets[0].prefixlen}}
    return {"range": [str(first), str(last)]}


def intervals(found):
    """Begins and ends, sorted by the key."""
    ordered = sorted(found, key=lambda one: one["key"]["value"])
    ends = {id(one) for one in ordered if "interval-end" in one.get("flags", [])}
    pairs = [(one, other) for one, other in zip(ordered, ordered[1:]) if id(one) not in ends]
    return [interval(*(bytes.fromhex(one["key"]["value"]) for one in pair)) for pair in pairs]


def element(one, kind, target):
    key = value(bytes.fromhex(one["key"]["value"]), kind)
    if target:
        return [key, verdict(one["data"]) if target == "verdict" else value(bytes.fromhex(one["data"]["value"]), target)]
    if "expiration" not in one:
        return key
    said = {"val": key, "expires": one["expiration"] // 1000}
    if "timeout" in one:
        said["timeout"] = one["timeout"] // 1000
    if "userdata" in one:
        said["comment"] = comment(one["userdata"])
    return {"elem": said}


@define
def nft_family(ours, _):
    return {1: "inet", 2: "ip", 5: "netdev", 7: "bridge", 10: "ip6"}.get(ours)


@define
def nft_statements(found, at):
    expressions, kind = found
    return Statements(kind, at.names).all(expressions)


@define
def nft_comment(ours, _):
    return comment(ours)


@define
def nft_types(ours, _):
    return types(ours)


@define
def nft_elements(ours, at):
    """`nft_elements:KEY,VALUE`: those of a set of these types; `nft_elements:intervals` of addresses. What is left of their time runs."""
    if at.argument == "intervals":
        return in_order_of(at.theirs, intervals(ours))
    kind, _, target = at.argument.partition(",")
    said = [element(one, kind.split("+") if "+" in kind else kind, target) for one in ours]
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
