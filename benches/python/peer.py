# SPDX-License-Identifier: MIT OR Apache-2.0
"""pyroute2, as its manual shows it."""

import bench
from pyroute2 import IPRoute


class Links:
    """Links as dicts, three values of each."""

    def __init__(self):
        self.route = IPRoute()

    def run(self, result):
        for link in self.route.get_links():
            result.count += 1
            name, mtu = link.get_attr("IFLA_IFNAME"), link.get_attr("IFLA_MTU")
            result.sum += link["index"] + 5 * mtu + len(name)

    def finish(self, _):
        self.route.close()


bench.main({"links": Links})
