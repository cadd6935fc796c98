# SPDX-License-Identifier: MIT OR Apache-2.0
"""Compares the numbers of descriptions with the constants of the uapi headers, and sizes with those of C structs."""
from . import headers
from .spec import entry_name, numbered

# Headers of families that use more than one, beside those that a description names.
CONNTRACK = "nfnetlink.h nfnetlink_conntrack.h nf_conntrack_common.h nf_conntrack_tcp.h nf_conntrack_sctp.h"
ALSO = {
    "conntrack": CONNTRACK,
    "nfqueue": CONNTRACK,
    "nflog": CONNTRACK,
    "nftables": "nfnetlink.h nf_tables.h nf_tables_compat.h nf_log.h nf_nat.h",
    "nlctrl": "linux/genetlink.h linux/netlink.h",
    "net-shaper": "linux/net_shaper.h",
    "drm-ras": "drm/drm_ras.h",
    "rt-link": "linux/if_link.h linux/if_tunnel.h linux/if_bridge.h linux/if_vlan.h linux/if.h linux/ip.h linux/ipv6.h"
               " linux/snmp.h linux/neighbour.h linux/if_ether.h",
    "rt-neigh": "linux/neighbour.h",
    "rt-rule": "linux/fib_rules.h",
    "rt-addr": "linux/if_addr.h",
    "tc": "linux/pkt_sched.h linux/gen_stats.h",
    "ethtool": "linux/ethtool.h linux/ethtool_netlink.h",
}

# Names whose constant is called otherwise.
CALLED = {
    "NL80211_FREQUENCY_ATTR_NO_IBSS": "__NL80211_FREQUENCY_ATTR_NO_IBSS",
    "NFT_MSG_BATCH_BEGIN": "NFNL_MSG_BATCH_BEGIN",
    "NFT_MSG_BATCH_END": "NFNL_MSG_BATCH_END",
    "IPCTNL_MSG_CT_GET_STATS": "IPCTNL_MSG_CT_GET_STATS_CPU",
    "IPCTNL_MSG_CT_GET_STATS_GLOBAL": "IPCTNL_MSG_CT_GET_STATS",
    "IPCTNL_MSG_CT_EXP_NEW": "IPCTNL_MSG_EXP_NEW",
    "IPCTNL_MSG_CT_EXP_GET": "IPCTNL_MSG_EXP_GET",
    "IPCTNL_MSG_CT_EXP_DELETE": "IPCTNL_MSG_EXP_DELETE",
    "IPCTNL_MSG_CT_EXP_GET_STATS": "IPCTNL_MSG_EXP_GET_STATS_CPU",
}
ROUTE, NETFILTER = 0, 12


def constant(prefix, name):
    return f"{prefix}{name}".upper().replace("-", "_")


class Check:
    """One family against the headers."""

    def __init__(self, spec, include):
        self.spec, self.include = spec, include
        self.files = self.headers()
        self.known = headers.names(include, self.files)
        self.wrong, self.unknown, self.rows, self.count = [], [], [], 0

    def headers(self):
        """Those that the family needs and that there are."""
        data = self.spec.data
        named = [t["header"] for key in ("definitions", "attribute-sets") for t in data.get(key, []) if "header" in t]
        also = [h if "/" in h else f"linux/netfilter/{h}" for h in ALSO.get(self.spec.name, "").split()]
        route = ["linux/rtnetlink.h"] if self.spec.protonum == ROUTE else []
        wanted = [data.get("uapi-header", f"linux/{self.spec.name}.h"), *route, *also, *named]
        return tuple(h for h in dict.fromkeys(wanted) if headers.names(self.include, (h,)))

    def want(self, name, number, where):
        self.rows.append((CALLED.get(name, name), number, where))

    def bit(self, name):
        """An entry that is used as a number and as a bit has two constants: NAME_BIT is the number."""
        return f"{name}_BIT" if f"{name}_BIT" in self.known else name

    def collect(self):
        for definition in self.spec.definitions.values():
            if definition["type"] in ("enum", "flags"):
                self.enum(definition)
        for entry in self.spec.raw_sets.values():
            if "subset-of" not in entry:
                self.set(entry)
        self.operations()
        for group in self.spec.data.get("mcast-groups", {}).get("list", []):
            if "value" in group:
                self.want(constant("", group["name"]), group["value"], f"group {group['name']}")

    def enum(self, definition):
        prefix = definition.get("name-prefix", f"{self.spec.name}-{definition['name']}-")
        start = definition.get("value-start", 0)
        for number, entry in numbered(definition["entries"], start):
            name, flags = constant(prefix, entry_name(entry)), definition["type"] == "flags"
            where = f"{definition['name']}.{entry_name(entry)}"
            self.want(name if flags else self.bit(name), 1 << number if flags else number, where)

    def prefix(self, entry):
        own = "" if entry["name"] == self.spec.name else f"{entry['name']}-"
        return entry.get("name-prefix", f"{self.spec.name}-a-{own}")

    def set(self, entry):
        prefix = self.prefix(entry)
        for number, attr in numbered(entry["attributes"]):
            self.want(constant(prefix, attr["name"]), number, f"{entry['name']}.{attr['name']}")

    def operations(self):
        prefix = self.spec.operations.get("name-prefix", f"{self.spec.name}-cmd-")
        for way, direction, number, operation, _ in self.spec.messages():
            if direction == "request" or way == "event":
                chosen = self.spec.operations.get("async-prefix", prefix) if way == "event" else prefix
                name = constant(chosen, operation["name"])
                if name not in self.known:
                    name = name.removesuffix("_NTF")
                # The high byte is that of the subsystem.
                own = number & 0xFF if self.spec.protonum == NETFILTER else number
                self.want(name, own, f"operation {operation['name']}")

    def run(self):
        self.collect()
        self.unknown += [f"{where}: no {name}" for name, _, where in self.rows if name not in self.known]
        found = headers.values(self.include, self.files, dict.fromkeys(n for n, _, _ in self.rows if n in self.known))
        self.count += len(found)
        self.wrong += [f"{where}: {number} here, {name} is {found[name]}" for name, number, where in self.rows
                       if name in found and (found[name] ^ number) & 0xFFFFFFFF]
        self.structs()

    def structs(self):
        for definition in self.spec.definitions.values():
            if definition["type"] == "struct":
                self.struct(definition)

    def struct(self, definition):
        name = f"struct {definition['name']}".replace("-", "_")
        if name.removeprefix("struct ") not in headers.structs(self.include, self.files):
            self.unknown.append(f"no {name}")
            return
        self.count += 1
        here, size = self.spec.size(definition["name"]), headers.values(self.include, self.files, [f"sizeof({name})"])
        if [here] != list(size.values()):
            self.wrong.append(f"{name}: {here} bytes here, {list(size.values())[0]} in C")

    def missing(self):
        """Constants of the headers that no attribute here has, of prefixes that are not the beginning of another."""
        sets = [s for s in self.spec.raw_sets.values() if "subset-of" not in s]
        described = {constant(self.prefix(s), a["name"]) for s in sets for a in s["attributes"]}
        prefixes = {constant(self.prefix(s), "") for s in sets}
        for prefix in sorted(prefixes):
            longer = tuple(p for p in prefixes if p.startswith(prefix) and p != prefix)
            wanted = [n for n in self.known if n.startswith(prefix) and not n.startswith(longer or "-")]
            for name, number in headers.values(self.include, self.files, wanted).items():
                if name not in described and number > 0 and not headers.is_count(name, prefix):
                    yield f"{name} = {number}"
