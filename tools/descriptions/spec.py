# SPDX-License-Identifier: MIT OR Apache-2.0
"""A description with its references resolved: sets by number, sizes of structs, operations by type of message."""
import pathlib
import re

import yaml

SPECS = pathlib.Path(__file__).resolve().parent.parent.parent / "specs"
WIDTHS = {f"{sign}{bits}": bits // 8 for sign in "us" for bits in (8, 16, 32, 64)}
WAYS = (("do", "request"), ("do", "reply"), ("dump", "request"), ("dump", "reply"))


def numbered(items, first=1):
    """(number, item) of attributes, operations or entries: each one more than the last unless it says otherwise."""
    number = first - 1
    for item in items:
        number = item.get("value", number + 1) if isinstance(item, dict) else number + 1
        yield number, item


def entry_name(entry):
    return entry["name"] if isinstance(entry, dict) else entry


class Spec:
    """One file of specs/."""

    def __init__(self, path):
        self.file = pathlib.Path(path).name
        with open(path, encoding="utf-8") as file:
            self.data = yaml.safe_load(file)
        self.name = self.data["name"]
        self.protonum = self.data.get("protonum")
        self.definitions = {d["name"]: d for d in self.data.get("definitions", [])}
        self.sub_messages = {m["name"]: {str(f["value"]): f for f in m["formats"]}
                             for m in self.data.get("sub-messages", [])}
        self.raw_sets = {s["name"]: s for s in self.data.get("attribute-sets", [])}
        self.sets = {name: self._resolved(entry) for name, entry in self.raw_sets.items()}
        self.operations = self.data["operations"]

    def _resolved(self, entry):
        """{number: attribute} of a set; one that is part of another takes what it does not say from there."""
        if "subset-of" not in entry:
            return dict(numbered(entry["attributes"]))
        whole = self._resolved(self.raw_sets[entry["subset-of"]])
        own = {a["name"]: a for a in entry["attributes"]}
        return {n: {**a, **own[a["name"]]} for n, a in whole.items() if a["name"] in own}

    def numbers(self, name):
        """(value, name) of the entries of an enum or flags."""
        definition = self.definitions[name]
        for number, entry in numbered(definition["entries"], definition.get("value-start", 0)):
            yield (1 << number if definition["type"] == "flags" else number), entry_name(entry)

    def length(self, value):
        """A length that may be the name of a constant, or that minus one."""
        if isinstance(value, int):
            return value
        name, _, less = re.fullmatch(r"(.*?)( - (1))?", value).groups()
        return int(name, 0) if name[0].isdigit() else self.definitions[name]["value"] - int(less or 0)

    def size(self, name):
        """Bytes of a struct, without an open end."""
        return sum(self.member_size(m) for m in self.definitions[name]["members"])

    def member_size(self, member):
        if member["type"] in WIDTHS:
            return WIDTHS[member["type"]]
        if "len" in member:
            return self.length(member["len"])
        return self.size(member["struct"]) if "struct" in member and member.get("sub-type") != "struct" else 0

    def open_ended(self, name):
        members = self.definitions[name]["members"]
        return bool(members) and self.member_size(members[-1]) == 0

    def header(self, operation, message=None):
        """The struct that begins a message, or None."""
        return (message or {}).get("fixed-header", operation.get("fixed-header", self.operations.get("fixed-header")))

    def messages(self):
        """(way, direction, number, operation, message) of everything that goes over a socket."""
        yield from self._directional() if self.operations.get("enum-model") == "directional" else self._unified()

    def _unified(self):
        for number, operation in numbered(self.operations["list"]):
            for way, direction in WAYS:
                if direction in operation.get(way, {}):
                    yield way, direction, number, operation, operation[way][direction] or {}
            if "event" in operation or "notify" in operation:
                yield "event", "reply", number, operation, operation.get("event") or {}

    def _directional(self):
        last = {"request": 0, "reply": 0}
        for operation in self.operations["list"]:
            for way, direction in WAYS:
                if direction in operation.get(way, {}):
                    message = operation[way][direction] or {}
                    shared = operation.get("do", {}).get(direction)
                    again = way == "dump" and shared is not None
                    following = last[direction] if again else last[direction] + 1
                    last[direction] = message.get("value", following)
                    yield way, direction, last[direction], operation, message
            if "event" in operation or "notify" in operation:
                message = operation.get("event") or {}
                last["reply"] = message.get("value", operation.get("value", last["reply"] + 1))
                yield "event", "reply", last["reply"], operation, message

    def set_of(self, operation, message):
        """The set of a message; that of a notification is the set of what it is like."""
        if "notify" in operation and "attribute-set" not in operation:
            operation = next(o for o in self.operations["list"] if o["name"] == operation["notify"])
        return message.get("attribute-set", operation.get("attribute-set"))


def every():
    return [Spec(path) for path in sorted(SPECS.glob("*.yaml"))]
