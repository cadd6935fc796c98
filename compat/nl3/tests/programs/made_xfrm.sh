# SPDX-License-Identifier: MIT OR Apache-2.0
# others: ip
# IPsec, made through the library: see made_xfrm.c.
without() { sed -E 's/(add|use) [0-9]{4}-[-0-9: ]*/\1 T/g; s/(add_time|use_time): .*/\1 T/g'; }
. "${0%/*}/try"
$made
$made templates 2>&1 | grep alike | sed "s/^/fix /"
