# SPDX-License-Identifier: MIT OR Apache-2.0
"""rnl from Python, by names."""

import bench
import rnl


class Links:
    """Links as dicts, three values of each."""

    def __init__(self):
        self.family = rnl.Family("rt-link")

    def run(self, result):
        for link in self.family.getlink.dump():
            result.count += 1
            result.sum += link["ifi-index"] + 5 * link["mtu"] + len(link["ifname"])

    def finish(self, _):
        self.family.close()


class Routes:
    """IPv4 routes in a NumPy array: what c/named.c has in structs."""

    COLUMNS = (("dst", "u32"), "table", "oif", ("gateway", "u32"), "rtm-dst-len")
    FACTORS = {"dst": 1, "oif": 1 << 32, "gateway": 3, "table": 5, "rtm-dst-len": 7}

    def __init__(self):
        import numpy

        self.numbers = numpy.uint64
        self.family = rnl.Family("rt-route")

    def run(self, _):
        records = self.family.getroute.records(*self.COLUMNS, request={"rtm-family": 2}, timeout=60)
        self.array = records.numpy()

    def finish(self, result):
        result.count = len(self.array)
        sums = (self.array[name].astype(self.numbers).sum() for name in self.FACTORS)
        sums = (factor * int(each) for factor, each in zip(self.FACTORS.values(), sums))
        result.sum = sum(sums) % (1 << 64)
        self.family.close()


bench.main({"links": Links, "routes": Routes})
