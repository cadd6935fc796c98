# SPDX-License-Identifier: MIT OR Apache-2.0
"""IPsec states and policies."""

import struct

from cases import case
from netlink import NETLINK_XFRM, ip, run

GETSA, GETPOLICY, GETSPDINFO, GETSADINFO = 18, 21, 37, 35
STATE = ("ip xfrm state add src 10.0.0.1 dst 10.0.0.2 proto esp spi 0x100 reqid 7 mode tunnel "
         "enc 'cbc(aes)' 0x00112233445566778899aabbccddeeff auth-trunc 'hmac(sha256)' "
         "0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f 128 mark 5 mask 0xff if_id 9; ")
POLICY = ("ip xfrm policy add src 10.0.0.0/24 dst 10.1.0.0/24 dir out priority 9 "
          "tmpl src 10.0.0.1 dst 10.0.0.2 proto esp reqid 7 mode tunnel; "
          "ip xfrm policy add src 2001:db8::/32 dst ::/0 dir in action block; ")


def xfrm_case(name, about, lab=False):
    return case(f"xfrm/{name}", about, NETLINK_XFRM, lab)


@xfrm_case("state", "A dump of states: a structure of 224 bytes, then attributes", lab=True)
def state(talk):
    run(STATE)
    with talk.socket() as nl:
        nl.dump(GETSA)


@xfrm_case("policy", "A dump of policies, one with a template")
def policy(talk):
    run(POLICY)
    with talk.socket() as nl:
        nl.dump(GETPOLICY)


@xfrm_case("spd-info", "XFRM_MSG_GETSPDINFO: a fixed structure of 4 bytes")
def spd_info(talk):
    with talk.socket() as nl:
        nl.call(GETSPDINFO, 0, bytes(4))


@xfrm_case("sad-info", "XFRM_MSG_GETSADINFO")
def sad_info(talk):
    with talk.socket() as nl:
        nl.call(GETSADINFO, 0, bytes(4))


@xfrm_case("not-found", "XFRM_MSG_GETSA of a state that is not there: ESRCH")
def not_found(talk):
    state_id = ip("10.0.0.2") + bytes(12) + struct.pack(">I", 0x100) + struct.pack("=HBx", 2, 50)
    with talk.socket() as nl:
        nl.call(GETSA, 0, state_id)
