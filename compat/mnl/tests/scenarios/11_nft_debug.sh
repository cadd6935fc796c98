#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# needs: nft
# nft --debug=mnl,netlink: message dumps through mnl_nlmsg_fprintf
. "$(dirname "$0")/lib.sh"
norm() { sed -E 's/^\|  [0-9]{10}  \|(\t\| sequence number|\t\|     port ID)/|  PPPPPPPPPP  |\1/'; }
step nft --debug=mnl add table ip t | norm
step nft --debug=mnl add chain ip t c '{ type filter hook input priority 0; }' | norm
step nft --debug=mnl,netlink add rule ip t c tcp dport 22 counter accept | norm
step nft --debug=mnl,netlink add set ip t s '{ type ipv4_addr; elements = { 1.1.1.1, 2.2.2.2 }; }' | norm
step nft --debug=mnl list ruleset | norm
