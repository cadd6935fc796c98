#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# needs: ethtool
# ethtool --debug: hex + pretty dump of every message (mnl_nlmsg_fprintf), incl. extack
. "$(dirname "$0")/lib.sh"
ip link add v0 type veth peer name v1
norm() { sed -E 's/CTRL_ATTR_FAMILY_ID = [0-9]+/CTRL_ATTR_FAMILY_ID = N/; s/^\|  [0-9]{10}  \|(\t\|     port ID)/|  PPPPPPPPPP  |\1/; s/^\| 000[0-9]{2} \| ([RMAE-]{4}) \|/| TTTTT | \1 |/; s/\| .. .. .. ..  \|(\t\|      data      \|)\t.*/| xx xx xx xx  |\1/; s/ETHTOOL_A_HEADER_DEV_INDEX = [0-9]+/ETHTOOL_A_HEADER_DEV_INDEX = N/; s/id [0-9]+/id N/'; }
echo "## -T"; ethtool --debug 31 -T v0 2>&1 | norm
echo "## -l"; ethtool --debug 31 -l v0 2>&1 | norm
echo "## -L bad"; ethtool --debug 31 -L v0 rx 77 2>&1 | norm
