# SPDX-License-Identifier: MIT OR Apache-2.0
"""Does every name in a description refer to something?"""
from .spec import Spec

# Keys of attributes, members and formats that are names, and of what.
NAMES = {"nested-attributes": "set", "attribute-set": "set", "struct": "definition", "enum": "definition",
         "fixed-header": "definition", "sub-message": "sub-message"}
LIMITS = ("-min", "-max")


class Check:
    """One family; `wrong` are lines."""

    def __init__(self, spec: Spec):
        self.spec, self.wrong = spec, []
        self.known = {"set": spec.raw_sets, "definition": spec.definitions, "sub-message": spec.sub_messages}

    def run(self):
        for name, attrs in self.spec.sets.items():
            for attr in attrs.values():
                self.attribute(f"{name}.{attr['name']}", attr)
        for definition in self.spec.definitions.values():
            for member in definition.get("members", []):
                self.names(f"{definition['name']}.{member['name']}", member)
        for name, formats in self.spec.sub_messages.items():
            for form in formats.values():
                self.names(f"{name}.{form['value']}", form)
        self.operations()
        return self.wrong

    def say(self, where, what):
        self.wrong.append(f"{where}: {what}")

    def names(self, where, thing):
        for key, kind in NAMES.items():
            if key in thing and thing[key] not in self.known[kind]:
                self.say(where, f"no {kind} {thing[key]}")

    def attribute(self, where, attr):
        self.names(where, attr)
        if "type" not in attr:
            self.say(where, "no type")
        for limit in attr.get("checks", {}).values():
            if isinstance(limit, str) and not limit.endswith(LIMITS):
                self.constant(where, limit.removesuffix(" - 1"))

    def constant(self, where, name):
        if name not in self.spec.definitions:
            self.say(where, f"no definition {name}")

    def operations(self):
        listed = self.spec.operations["list"]
        groups = {g["name"] for g in self.spec.data.get("mcast-groups", {}).get("list", [])}
        for operation in listed:
            if operation.get("notify", listed[0]["name"]) not in {o["name"] for o in listed}:
                self.say(operation["name"], f"no operation {operation['notify']}")
            if groups and operation.get("mcgrp", next(iter(groups))) not in groups:
                self.say(operation["name"], f"no group {operation['mcgrp']}")
        for _, _, _, operation, message in self.spec.messages():
            self.message(operation, message)

    def message(self, operation, message):
        self.names(operation["name"], {"fixed-header": self.spec.header(operation, message)}
                   if self.spec.header(operation, message) else {})
        name = self.spec.set_of(operation, message)
        if name and name not in self.spec.sets:
            self.say(operation["name"], f"no set {name}")
            return
        known = {a["name"] for a in self.spec.sets[name].values()} if name else set()
        for attr in message.get("attributes", []):
            if attr not in known:
                self.say(operation["name"], f"no attribute {attr} in {name}")
