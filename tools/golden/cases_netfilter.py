# SPDX-License-Identifier: MIT OR Apache-2.0
"""Connection tracking, and nf_tables with its batches."""

import struct

from cases import case
from netlink import ACK, CREATE, NETLINK_NETFILTER, attr, be32, headers, nest, run

CT, NFT, CT_NEW_GROUP, CT_DESTROY_GROUP = 1 << 8, 10 << 8, 1, 3
BEGIN, END = 16, 17
NEWTABLE, GETTABLE, NEWCHAIN, GETCHAIN, NEWRULE, GETRULE = (NFT + n for n in (0, 1, 3, 4, 6, 7))
GETSET, GETSETELEM, GETGEN = NFT + 10, NFT + 13, NFT + 16
INET = 1
FLOW = "conntrack -I -p tcp -s 10.0.0.1 -d 10.0.0.2 --sport 1000 --dport 80 --state ESTABLISHED --timeout 600 -u ASSURED; "
FLOW6 = "conntrack -I -p udp -s 2001:db8::1 -d 2001:db8::2 --sport 53 --dport 53 --timeout 60; "
RULES = """
nft -f - <<'EOF'
table inet t {
  comment "a table"
  set s { type ipv4_addr; flags timeout; elements = { 10.0.0.1, 10.0.0.2 timeout 1h } }
  chain c {
    type filter hook input priority 0; policy drop;
    tcp dport 22 ct state new counter accept
    ip saddr @s limit rate 5/second log prefix "hit" drop comment "a rule"
  }
}
EOF
"""


def nfgen(family=INET, resource=0):
    return struct.pack("=BB", family, 0) + struct.pack(">H", resource)


def nf_case(name, about, lab=False):
    return case(f"netfilter/{name}", about, NETLINK_NETFILTER, lab)


def dump_case(name, about, script, kind, body=None, lab=False):
    @nf_case(name, about, lab)
    def make(talk):
        run(script)
        with talk.socket() as nl:
            nl.dump(kind, body or nfgen())


dump_case("conntrack", "A dump of two tracked connections, IPv4 and IPv6 (big-endian values, nests three deep)",
          FLOW + FLOW6, CT + 1, nfgen(0))
dump_case("nft-tables", "A dump of tables", RULES, GETTABLE)
dump_case("nft-chains", "A dump of chains", RULES, GETCHAIN)
dump_case("nft-rules", "A dump of rules: expressions in lists in expressions", RULES, GETRULE)
dump_case("nft-sets", "A dump of sets", RULES, GETSET)
dump_case("nft-elements", "A dump of a set's elements", RULES, GETSETELEM, nfgen() + attr(1, "t") + attr(2, "s"))


@nf_case("conntrack-events", "A connection made and removed, as notified to the groups NEW and DESTROY")
def events(talk):
    with talk.socket() as nl:
        nl.join(CT_NEW_GROUP)
        nl.join(CT_DESTROY_GROUP)
        run(FLOW + "conntrack -D -p tcp")
        while {h[2] for _, data in talk.log for h in headers(data)} != {CT, CT + 2}:
            nl.receive()


@nf_case("nft-generation", "NFT_MSG_GETGEN: the ruleset's generation")
def generation(talk):
    with talk.socket() as nl:
        nl.call(GETGEN, 0, nfgen(0))


def batch(nl, *requests, begin=b""):
    """BEGIN, the requests and END in one datagram; each request asks for an ACK."""
    first = nl.message(BEGIN, 0, nfgen(0, 10) + begin)
    middle = [nl.message(kind, flags | ACK, body) for kind, flags, body in requests]
    return first + b"".join(middle) + nl.message(END, 0, nfgen(0, 10))


def table(name="t"):
    return NEWTABLE, CREATE, nfgen() + attr(1, name)


def chain(name="c"):
    hook = nest(4, attr(1, be32(1)), attr(2, be32(0)))
    return NEWCHAIN, CREATE, nfgen() + attr(1, "t") + attr(3, name) + hook + attr(7, "filter")


def rule(in_chain):
    verdict = nest(1, attr(1, "immediate"), nest(2, attr(1, be32(0)), nest(2, nest(2, attr(1, be32(1))))))
    return NEWRULE, CREATE | 0x800, nfgen() + attr(1, "t") + attr(2, in_chain) + nest(4, verdict)


@nf_case("nft-batch", "A batch of five messages in one datagram, and its three ACKs")
def good_batch(talk):
    with talk.socket() as nl:
        nl.send(batch(nl, table(), chain(), rule("c")))
        nl.finish(4)


@nf_case("nft-batch-errors", "A batch two of whose messages are refused: errors by sequence number, nothing done")
def bad_batch(talk):
    with talk.socket() as nl:
        nl.send(batch(nl, table(), rule("nowhere"), chain(), rule("elsewhere")))
        nl.finish(5)


@nf_case("nft-batch-stale", "A batch for a generation that is gone: ERESTART")
def stale_batch(talk):
    with talk.socket() as nl:
        nl.send(batch(nl, table(), begin=attr(1, be32(77))))
        nl.receive()
