# SPDX-License-Identifier: MIT OR Apache-2.0
"""The register of cases. A case is a function that makes things, talks to the kernel and leaves the talk in a log."""

from collections import namedtuple

import files
import netlink

Case = namedtuple("Case", "name about protocol make lab")
CASES = []


class Talk:
    """What a case is given: a log of both directions, and sockets that write to it."""

    def __init__(self, protocol):
        self.protocol, self.log, self.families = protocol, [], {}

    def socket(self, **options):
        return netlink.Socket(self.protocol, self.log, **options)

    def family(self, name):
        number, groups = netlink.genl_family(name)
        self.families[number] = name
        return number, groups

    def drop_all_but(self, keep):
        """Leaves only the datagrams for which keep(direction, data)."""
        self.log[:] = [entry for entry in self.log if keep(*entry)]


def case(name, about, protocol=netlink.NETLINK_ROUTE, lab=False):
    """Registers a case; `lab`: the machine's own kernel lacks what it needs, the lab's has it."""
    def register(make):
        CASES.append(Case(name, about, protocol, make, lab))
        return make
    return register


def capture(entry):
    """Runs one case in a network namespace of its own and writes its file."""
    netlink.new_namespace()
    talk = Talk(entry.protocol)
    entry.make(talk)
    files.write(entry.name, entry.about, entry.protocol, talk.log, talk.families)
