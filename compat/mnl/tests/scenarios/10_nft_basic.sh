#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# needs: nft
# nft: tables, chains, sets, maps, counters, list/json/handles, errors with location
. "$(dirname "$0")/lib.sh"
cat > $T/r.nft <<'R'
table inet filter {
  counter c1 { packets 0 bytes 0 }
  quota q1 { over 10 mbytes }
  set blk { type ipv4_addr; flags interval; elements = { 10.0.0.0/8, 192.168.1.1-192.168.1.9 } }
  set to { type ipv4_addr; flags timeout; timeout 1h; }
  map vm { type inet_service : verdict; elements = { 22 : accept, 80 : jump web } }
  chain web {
    tcp dport 80 counter name c1 accept comment "web"
  }
  chain input { type filter hook input priority 0; policy drop;
    iifname "lo" accept
    ct state established,related accept
    ip saddr @blk drop
    tcp dport vmap @vm
    meta l4proto { icmp, ipv6-icmp } limit rate 5/second burst 10 packets accept
    log prefix "drop: " group 2
    quota name "q1" reject with icmpx type admin-prohibited
  }
}
table ip nat {
  chain post {
    type nat hook postrouting priority 100;
    oifname "v0" masquerade random
  }
  chain pre {
    type nat hook prerouting priority -100;
    tcp dport 8080 dnat to 10.1.1.1:80
  }
}
table bridge b {
  chain c {
    type filter hook forward priority 0;
    ether saddr 00:11:22:33:44:55 drop
  }
}
table netdev nd {
  chain i {
    type filter hook ingress device "lo" priority 0;
    ip daddr 127.9.9.9 drop
  }
}
R
step nft -f $T/r.nft
step nft list ruleset
step nft -a list table inet filter
step nft -j list table ip nat
step nft list sets
step nft list counters
step nft list quotas
step nft add element inet filter to '{ 1.2.3.4, 5.6.7.8 timeout 30m }'
nft list set inet filter to | sed -E 's/expires [0-9a-z]+/expires X/g'
step nft get element inet filter blk '{ 10.1.2.3 }'
step nft get element inet filter blk '{ 11.1.2.3 }'
step nft insert rule inet filter input position 7 tcp dport 443 accept
step nft delete rule inet filter input handle 999
step nft add rule inet filter nosuchchain accept
step nft add rule inet filter input ip saddr @nosuch drop
step nft create table inet filter
step nft -c add rule inet filter input udp dport 53 accept
step nft replace rule inet filter input handle 12 ip saddr 10.10.10.10 drop
step nft rename chain inet filter web www
step nft reset counters
step nft delete chain inet filter www
step nft -n list chain inet filter input
step nft delete table netdev nd
step nft list tables
step nft flush ruleset
step nft list ruleset
