#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# needs: ethtool stdbuf
# ethtool --monitor: multicast group join, notifications
. "$(dirname "$0")/lib.sh"
ip link add v0 type veth peer name v1
timeout -s INT 20 stdbuf -oL ethtool --monitor > $T/m 2>&1 & BG+=($!)
waitfor 10 listening 16
stock ethtool -K v0 tx off >/dev/null 2>&1; stock ethtool -L v0 rx 2 >/dev/null; stock ethtool -K v0 gro on >/dev/null
waitfor 10 lines "$(wc -l < "$(dirname "$0")/expected/03_ethtool_monitor.out")" $T/m; kill %1; wait %1 2>/dev/null
cat $T/m
