#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# needs: nft nfacct nfct conntrack iptables-nft xtables-monitor
# netfilter's other programs, and what listens to it
. "$(dirname "$0")/lib.sh"
n() { sed -E 's/portid=[0-9]+( progname=.*)?/portid=N/; s/PID=[0-9]+/PID=N/; s/timestamp" : [0-9]+/timestamp" : N/; s/ on [A-Z][a-z]{2} .*//; s/ [0-9]+ (ESTABLISHED|src=)/ TTL \1/; s/id=[0-9]{6,}/id=N/; s/handle [0-9]+/handle N/g'; }
step nfacct add web
step nfacct add web
step nfacct add limited packet 100
step nfacct list
step nfacct list json | n
step nfacct list xml
step nfacct get web
step nfacct get nosuch
step nfacct delete nosuch
step nfacct restore < /dev/null
step nfacct flush
step nfct add timeout policy1 inet tcp established 100 close 10
step nfct add timeout policy1 inet tcp established 100
step nfct list timeout
step nfct get timeout policy1
step nfct delete timeout nosuch
step nfct default-get timeout inet udp
step nfct add helper ftp1 inet tcp
step nfct list helper
step nfct delete timeout policy1
timeout 20 stdbuf -oL conntrack -E > $T/e 2>&1 & BG+=($!)
timeout 20 stdbuf -oL nft monitor > $T/n 2>&1 & BG+=($!)
timeout 20 stdbuf -oL xtables-monitor -e > $T/x 2>&1 & BG+=($!)
three() { [ "$(awk '$2 == 12 && $4 !~ /^0+$/' /proc/net/netlink | wc -l)" -ge 3 ]; }
waitfor 10 three
stock conntrack -I -s 1.1.1.1 -d 2.2.2.2 -p tcp --sport 10 --dport 20 --state ESTABLISHED -t 500 > /dev/null 2>&1
stock conntrack -D -s 1.1.1.1 > /dev/null 2>&1
stock nft -f - << 'R'
table ip m {
  set s { type ipv4_addr; elements = { 1.1.1.1 } }
  chain c { type filter hook input priority 0; ip saddr @s counter packets 0 bytes 0 drop; }
}
R
stock iptables-nft -A OUTPUT -p udp --dport 99 -j ACCEPT
waitfor 10 grep -q DESTROY $T/e; waitfor 10 grep -q 'dport 99' $T/x; waitfor 10 grep -q 'dport 99' $T/n
kill "${BG[@]}"; wait "${BG[@]}" 2>/dev/null
for f in e n x; do echo "## $f"; n < $T/$f | grep -v -E '^(conntrack v|# new generation)'; done
step ebtables-nft -A FORWARD -s 02:00:00:00:00:01 -j DROP
step ebtables-nft -L --Lc
step arptables-nft -A INPUT -s 10.0.0.1 -j DROP
step arptables-nft -L -n
step ip6tables-nft-save -t filter | n
step iptables-nft -t raw -A PREROUTING -p tcp --dport 1 -j CT --zone 3
step iptables-nft -A INPUT -m nfacct --nfacct-name web
step iptables-nft -L INPUT -v -x -n
step iptables-translate -A INPUT -p tcp --dport 22 -j ACCEPT
step iptables-restore-translate -f /dev/null | n
iptables-nft-save | sed 's/^#.*//'
step nft -j list ruleset
step nft -i < <(echo 'add table ip i'; echo 'list table ip i'; echo 'delete table ip nosuch')
step nft -o -c -f <(echo 'table ip o { chain c { ip saddr 1.1.1.1 accept; ip saddr 2.2.2.2 accept; }; }')
# Thousands of elements: batches of many datagrams, and sets that are listed in many.
{ echo 'add table ip big'; echo 'add set ip big s { type ipv4_addr; flags interval; }'
  for i in $(seq 0 5999); do echo "add element ip big s { 10.$((i / 250)).$((i % 250)).0/28 }"; done; } > $T/big
step nft -f $T/big
nft list set ip big s | sha256sum
nft -j list set ip big s | sha256sum
{ for i in $(seq 0 1999); do echo "add rule ip big nosuch$i accept"; done; } > $T/bad
nft -f $T/bad 2>&1 | sha256sum
step nft flush ruleset
