# SPDX-License-Identifier: MIT OR Apache-2.0
"""A simulated radio: the one place where the kernel gives a cookie with an acknowledgement."""

from cases import case
from netlink import NETLINK_GENERIC, Socket, attr, error_of, genl_family, index, nest, run, u8

HWSIM_REGISTER, HWSIM_NEW_RADIO, MEASUREMENT_START = 1, 4, 131
FLAG = b""


def command(number):
    return bytes((number, 1, 0, 0))


def radio_that_measures():
    """NEW_RADIO's attributes: it can measure distances (fine timing measurement) to four peers."""
    capability = nest(1, attr(1, FLAG), attr(2, FLAG), attr(5, 0xF), attr(6, 0xFF), attr(7, u8(15)), attr(8, u8(31)))
    return nest(26, attr(1, 4), nest(4, capability))


def measurement_of(peer):
    channel = nest(2, attr(38, 2412), attr(159, 1), attr(160, 2412))
    timing = nest(3, nest(1, nest(1, attr(1, FLAG), attr(2, 1))))
    return nest(273, nest(5, nest(1, attr(1, peer), channel, timing)))


@case("error/cookie", "NL80211_CMD_PEER_MEASUREMENT_START: an ACK with a COOKIE, by which results will be told",
      NETLINK_GENERIC, lab=True)
def cookie(talk):
    run("modprobe mac80211_hwsim radios=0")
    hwsim, _ = genl_family("MAC80211_HWSIM")
    with Socket(NETLINK_GENERIC) as medium, talk.socket() as nl:
        assert error_of(medium.call(hwsim, 0, command(HWSIM_REGISTER))) == 0
        assert error_of(medium.call(hwsim, 0, command(HWSIM_NEW_RADIO) + radio_that_measures())) == 0
        run("ip link set wlan0 up")
        number, _ = talk.family("nl80211")
        peer = bytes((2, 0, 0, 0, 0, 9))
        got = nl.call(number, 0, command(MEASUREMENT_START) + attr(3, index("wlan0")) + measurement_of(peer))
        assert error_of(got) == 0
