# SPDX-License-Identifier: MIT OR Apache-2.0
"""The contest: its rows, who competes in each, and what rnl aims at."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Contestant:
    """One program and the task of it that is timed."""

    key: str
    label: str
    library: str  # what has to be there: a key of build.LIBRARIES or TOOLS, "rnl", "" for nothing
    program: str
    task: str = ""


@dataclass(frozen=True)
class Row:
    """One workload. Every contestant does the same thing to the same objects."""

    key: str
    title: str
    unit: str  # what one object is called
    task_n: int  # how often the task is done in a round
    units: int  # how many objects that makes, at least
    contestants: tuple
    limit: str  # the contestant that ratios are taken to
    blind: tuple = ()  # who parses nothing, and so can't tell what it saw
    subtract: str = ""  # whose time is taken off everybody's
    memory: bool = False  # is the peak of the resident memory of interest?
    count_instructions: bool = False
    clock: str = "cpu"  # what ratios are taken of: cpu, user or wall
    processors: int = 1  # with fewer the row says nothing


@dataclass(frozen=True)
class Goal:
    """At most `most` for `contestant`, measured as `measure` says:
    ratio (by the row's clock, to `against`), ns (of CPU per object),
    memory (KiB of peak beyond that of `against`),
    growth (memory taken since the start, as a multiple of that of `against`), or
    beside (bytes of growth per object beyond the bytes `against` received)."""

    row: str
    contestant: str
    measure: str
    most: float
    against: str = ""


@dataclass
class Sizes:
    """How much there is to do in a round."""

    routes: int = 1_000_000
    few_routes: int = 100_000  # what an object cache of libnl gets through
    links: int = 10_000
    replays: int = 32
    messages: int = 1_000_000
    exchanges: int = 100_000
    starts: int = 300
    pipeline: int = 100_000
    rounds: int = 7
    datagrams: int = 64  # of the recording that is replayed
    instructions: bool = True  # are they counted?

    @classmethod
    def quick(cls):
        return cls(100_000, 10_000, 1_000, 1, 10_000, 1_000, 10, 10_000,
                   rounds=1, instructions=False)


# A recorded datagram holds about 480 routes; its first ones hold fewer.
ROUTES_PER_DATAGRAM = 450

BARE = ("bare loop, 32 KiB", "", "bare")
HAND = ("hand-written", "", "hand")
MNL = ("libmnl", "mnl", "mnl")
NL = ("libnl", "nl", "nl")
RNL = ("rnl", "rnl", "rnl")


def _four(task):
    """The contestants of a row that has one task of the same name for all."""
    return tuple(Contestant(who[2], *who, task) for who in (HAND, MNL, NL, RNL))


def _rnl_dumps(task):
    return (
        Contestant("rnl-stream", "rnl, streamed", "rnl", "rnl", f"{task}-stream"),
        Contestant("rnl", "rnl, consistent", "rnl", "rnl", task),
    )


def _dump(task):
    return (
        Contestant("bare", *BARE, task),
        Contestant("hand", *HAND, task),
        Contestant("mnl", *MNL, task),
        Contestant("mnl-32k", "libmnl, 32 KiB", "mnl", "mnl", f"{task}-32k"),
        Contestant("nl", *NL, task),
        *_rnl_dumps(task),
    )


def _structs():
    return Contestant("rnl-structs", "rnl, into structs", "rnl", "named", "structs")


def _json():
    return (
        Contestant("ip", "ip -j", "ip", "named", "ip"),
        Contestant("rnl", "rnl", "rnl", "named", "json"),
    )


def _python_links():
    return (
        Contestant("pyroute2", "pyroute2", "pyroute2", "python-pyroute2", "links"),
        Contestant("rnl", "rnl from Python", "rnl", "python-rnl", "links"),
    )


def _python_routes():
    return (
        Contestant("bare", *BARE, "routes"),
        Contestant("hand", *HAND, "routes"),
        Contestant("rnl", "rnl, NumPy", "rnl-numpy", "python-rnl", "routes"),
    )


def _replay():
    """libmnl can't do with less than 32 KiB here: such were the datagrams."""
    return (
        Contestant("bare", "copy", "", "bare-replay", "routes"),
        Contestant("hand", "hand-written", "", "hand-replay", "routes"),
        Contestant("mnl", "libmnl, 32 KiB", "mnl", "mnl-replay", "routes-32k"),
        Contestant("nl", "libnl", "nl", "nl-replay", "routes"),
        Contestant("rnl-stream", "rnl, streamed", "rnl", "rnl-replay", "routes-stream"),
        Contestant("rnl", "rnl, consistent", "rnl", "rnl-replay", "routes"),
    )


def _start():
    return (
        Contestant("libc", "libc alone", "", "start-libc"),
        Contestant("mnl", "libmnl", "mnl", "start-mnl"),
        Contestant("nl", "libnl-3", "nl", "start-nl"),
        Contestant("nl-route", "libnl-3, -genl, -route", "nl-route", "start-nl-route"),
        Contestant("rnl", "rnl", "rnl", "start-rnl"),
    )


def _pipeline(verb):
    return (
        Contestant("bare", "bare loop, prebuilt", "", "pipeline-bare", verb),
        Contestant("hand", "hand-written", "", "pipeline-bare", f"hand-{verb}"),
        Contestant("mnl", "libmnl, one by one", "mnl", "pipeline-mnl", verb),
        Contestant("mnl-batch", "libmnl, batches", "mnl", "pipeline-mnl", f"batch-{verb}"),
        Contestant("nl", "libnl", "nl-route", "pipeline-nl", verb),
        Contestant("ip", "ip -batch", "ip", "pipeline-ip", verb),
        Contestant("rnl-ack", "rnl, all completions", "rnl", "pipeline-rnl", f"ack-{verb}"),
        Contestant("rnl", "rnl, quiet", "rnl", "pipeline-rnl", verb),
    )


def _table(task):
    return (
        Contestant("bare", *BARE, task),
        Contestant("hand", "hand-written, kept", "", "table-hand", task),
        Contestant("nl", "libnl, cache", "nl-route", "table-nl", task),
        Contestant("rnl", "rnl, table", "rnl", "table-rnl", task),
    )


def _many(contestants):
    """Those who get through a million: libnl's cache looks through ever longer lists."""
    return tuple(c for c in contestants if c.key != "nl")


def _filter():
    return (
        Contestant("hand", "hand-written, all", "", "hand", "kind-of-all"),
        Contestant("hand-kind", "hand-written, filtered", "", "hand", "kind-filtered"),
        Contestant("rnl", "rnl, all", "rnl", "rnl", "kind-of-all"),
        Contestant("rnl-kind", "rnl, filtered", "rnl", "rnl", "kind-filtered"),
    )


def _together():
    return (
        Contestant("bare", "bare loop, in turn", "", "bare", "in-turn"),
        Contestant("bare-together", "bare loop, two threads", "", "bare", "together"),
        Contestant("hand", "hand-written, in turn", "", "hand", "in-turn"),
        Contestant("rnl", "rnl, in turn", "rnl", "rnl-together", "in-turn"),
        Contestant("rnl-together", "rnl, together", "rnl", "rnl-together", "together"),
    )


def rows(n):
    """All rows, in the order in which they are shown."""
    replayed = n.replays * n.datagrams * ROUTES_PER_DATAGRAM
    return [
        Row("routes", f"Dump of {n.routes:,} IPv4 routes, five fields of each", "route",
            1, n.routes, (*_dump("routes"), _structs()), "bare", blind=("bare",), memory=True),
        Row("json", f"{n.routes:,} IPv4 routes as JSON, time in user space", "route",
            1, n.routes, _json(), "ip", blind=("ip",), clock="user"),
        Row("replay", "The same without the kernel: recorded datagrams, copy subtracted", "route",
            n.replays, replayed, _replay(), "hand", blind=("bare",), subtract="bare",
            count_instructions=True),
        Row("links", f"Dump of {n.links:,} links, seven fields of each", "link",
            1, n.links, _dump("links"), "bare", blind=("bare",), memory=True),
        Row("python-links", f"{n.links:,} links as dicts, in Python", "link",
            1, n.links, _python_links(), "pyroute2"),
        Row("python-routes", f"{n.routes:,} IPv4 routes in a NumPy array, five fields of each", "route",
            1, n.routes, _python_routes(), "bare", blind=("bare",), memory=True),
        Row("build", "Build a 144-byte RTM_NEWROUTE with five next hops", "message",
            n.messages, n.messages, _four("build"), "hand"),
        Row("parse", "Parse it", "message",
            n.messages, n.messages, _four("parse"), "hand"),
        Row("ack-genl", "Request, reply and ACK: CTRL_CMD_GETFAMILY", "exchange",
            n.exchanges, n.exchanges, _four("ack-genl"), "hand"),
        Row("ack-link", "Request and ACK: RTM_SETLINK that changes nothing", "exchange",
            n.exchanges, n.exchanges, _four("ack-link"), "hand"),
        Row("start", "Start a program that opens one route socket", "start",
            n.starts, n.starts, _start(), "libc"),
        Row("pipeline-add", f"Add {n.pipeline:,} IPv4 routes, every 1,000th a wrong one", "route",
            n.pipeline, n.pipeline, _pipeline("add"), "bare", memory=True),
        Row("pipeline-del", "Delete them, every 1,000th not there", "route",
            n.pipeline, n.pipeline, _pipeline("delete"), "bare", memory=True),
        Row("table-links", f"Load a table of {n.links:,} links, walk it: index and name", "link",
            1, n.links, _table("links"), "bare", blind=("bare",), memory=True),
        Row("table-few", f"Load a table of {n.few_routes:,} IPv4 routes, walk it: five fields",
            "route", 1, n.few_routes, _table("routes"), "bare", blind=("bare",), memory=True),
        Row("table-routes", f"The same with {n.routes:,} routes", "route",
            1, n.routes, _many(_table("routes")), "bare", blind=("bare",), memory=True),
        Row("filter-kind", f"The ifb among {n.links:,} links: dump all, or let the kernel choose",
            "link", 1, n.links // 5, _filter(), "hand"),
        Row("together", f"Dump of two tables of {n.routes // 2:,} routes, wall time", "route",
            1, n.routes, _together(), "bare", blind=("bare", "bare-together"),
            memory=True, clock="wall", processors=2),
    ]


# A consistent dump is kept until it is known to be whole, so the goal for memory
# is that of the streamed one alone.
GOALS = (
    Goal("routes", "rnl-stream", "ratio", 1.05, "bare"),
    Goal("routes", "rnl", "ratio", 1.05, "bare"),
    Goal("routes", "rnl-structs", "ratio", 1.15, "bare"),
    Goal("json", "rnl", "ratio", 2, "ip"),
    Goal("routes", "rnl-stream", "memory", 1024, "bare"),
    Goal("replay", "rnl-stream", "ns", 20),
    Goal("replay", "rnl", "ns", 20),
    Goal("links", "rnl-stream", "ratio", 1.05, "bare"),
    Goal("links", "rnl", "ratio", 1.05, "bare"),
    Goal("python-links", "rnl", "ratio", 1 / 20, "pyroute2"),
    Goal("python-routes", "rnl", "ratio", 1.3, "bare"),
    Goal("build", "rnl", "ratio", 0.45, "mnl"),
    Goal("parse", "rnl", "ratio", 0.20, "mnl"),
    Goal("ack-genl", "rnl", "ratio", 1.10, "hand"),
    Goal("ack-link", "rnl", "ratio", 1.10, "hand"),
    Goal("start", "rnl", "ratio", 1.15, "libc"),
    Goal("pipeline-add", "rnl", "ratio", 1.05, "bare"),
    Goal("pipeline-del", "rnl", "ratio", 1.05, "bare"),
    Goal("table-links", "rnl", "ratio", 1.15, "bare"),
    Goal("table-links", "rnl", "growth", 1 / 3, "nl"),
    Goal("table-few", "rnl", "ratio", 1.15, "bare"),
    Goal("table-few", "rnl", "beside", 64, "bare"),
    Goal("table-routes", "rnl", "ratio", 1.15, "bare"),
    Goal("table-routes", "rnl", "beside", 64, "bare"),
    Goal("filter-kind", "rnl-kind", "ratio", 0.25, "rnl"),
    Goal("together", "rnl-together", "ratio", 0.75, "rnl"),
)

# Of the stripped shared library, in bytes.
SIZE_GOAL = 460_800
