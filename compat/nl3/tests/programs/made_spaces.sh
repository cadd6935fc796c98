# SPDX-License-Identifier: MIT OR Apache-2.0
# others: ip
# modules: dummy,veth
# Network namespaces and threads: see made_spaces.c.
. "${0%/*}/try"
$made
