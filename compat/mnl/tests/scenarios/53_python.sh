#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# needs: python3
# libnftables inside another language's program
. "$(dirname "$0")/lib.sh"
cat > $T/t.py <<'P'
import json, nftables
nft = nftables.Nftables()
nft.set_json_output(True)
nft.set_handle_output(True)
for command in ("add table inet t", "add chain inet t c { type filter hook input priority 0; }",
                "add rule inet t c tcp dport { 22, 80 } accept", "list ruleset", "add rule inet t nosuch accept",
                "delete table inet t", "list ruleset"):
    code, out, err = nft.cmd(command)
    print("##", command, code, err.strip())
    for one in json.loads(out)["nftables"][1:] if out else []:
        print(json.dumps(one, sort_keys=True))
P
/usr/bin/python3 $T/t.py
