# SPDX-License-Identifier: MIT OR Apache-2.0
# programs: iwpan wpan-hwsim
# modules: mac802154_hwsim
# Simulated radios of IEEE 802.15.4.
without() { sed -E 's/extended_addr .*/extended_addr N/; s/wpan_dev 0x.*/wpan_dev N/'; }
. "${0%/*}/try"
try iwpan dev
try iwpan phy
try iwpan phy phy0 info
try iwpan dev wpan0 set pan_id 0xbeef
try iwpan dev wpan0 set short_addr 0x0001
try iwpan dev wpan1 set pan_id 0xbeef
try iwpan dev wpan1 set short_addr 0x0002
try iwpan dev wpan0 set max_frame_retries 5
try iwpan dev wpan0 set nosuch 1
try iwpan dev wpan0 set lbt 1
try iwpan phy phy0 set channel 0 12
try iwpan phy phy0 set channel 0 99
try iwpan phy phy0 set tx_power 3
try iwpan dev wpan0 info
try iwpan phy phy0 interface add wpan9 type node
try iwpan dev wpan9 info
try iwpan dev wpan9 del
try iwpan dev wpan9 del
try iwpan dev nosuch info
try iwpan nosuch
iwpan phy phy0 set channel 0 13
ip link set lo up
ip link set wpan0 up
ip link set wpan1 up
try iwpan dev wpan0 set pan_id 0xcafe
try wpan-hwsim
try wpan-hwsim add
try wpan-hwsim edge add 0 2
try wpan-hwsim edge lqi 0 2 77
try wpan-hwsim edge add 0 77
try wpan-hwsim --dot
try wpan-hwsim edge del 0 2
try wpan-hwsim del 2
try wpan-hwsim del 77
try wpan-hwsim
