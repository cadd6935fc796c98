#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# needs: iptables-nft nft
# iptables-nft, ip6tables-nft, -save, -restore, --atomic errors, counters
. "$(dirname "$0")/lib.sh"
step iptables-nft -P INPUT DROP
step iptables-nft -N web
step iptables-nft -A INPUT -i lo -j ACCEPT
step iptables-nft -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
step iptables-nft -A INPUT -p tcp -m multiport --dports 80,443 -j web
step iptables-nft -A web -m limit --limit 5/sec -m comment --comment "hello world" -j LOG --log-prefix "web: "
step iptables-nft -A web -m string --algo bm --string GET -j REJECT --reject-with tcp-reset
step iptables-nft -t nat -A POSTROUTING -o eth0 -j MASQUERADE
step iptables-nft -t nat -A PREROUTING -p tcp --dport 8080 -j DNAT --to-destination 10.0.0.1:80
step iptables-nft -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu
step iptables-nft -S
step iptables-nft -L -n -v --line-numbers
step iptables-nft -C INPUT -i lo -j ACCEPT
step iptables-nft -C INPUT -i lo -j DROP
step iptables-nft -D INPUT 99
step iptables-nft -X web
step iptables-nft -A nosuch -j ACCEPT
step iptables-nft -N web
step iptables-nft -R INPUT 1 -i lo -p icmp -j ACCEPT
step iptables-nft -I INPUT 2 -s 10.0.0.0/8 -j DROP
iptables-nft-save | sed 's/^#.*//'
cat > $T/r <<'R'
*filter
:INPUT ACCEPT [10:200]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:u1 - [0:0]
[5:500] -A INPUT -p udp -m udp --dport 53 -j ACCEPT
-A FORWARD -j u1
-A u1 -m set --match-set nosuch src -j DROP
COMMIT
R
step iptables-nft-restore $T/r | sed "s#$T#T#"
sed -i '/match-set/d' $T/r
step iptables-nft-restore -c $T/r
iptables-nft-save -c -t filter | sed 's/^#.*//'
step iptables-nft-restore --test $T/r
step ip6tables-nft -A INPUT -p ipv6-icmp --icmpv6-type echo-request -j ACCEPT
step ip6tables-nft -A OUTPUT -d 2001:db8::/32 -m hl --hl-lt 5 -j DROP
step ip6tables-nft -S
step ip6tables-nft -Z
step iptables-nft -F
step iptables-nft -X
step iptables-nft -vv -A INPUT -p tcp --dport 22 -j ACCEPT | sed -E 's/^\|  [0-9]{10}  \|(\t\| sequence number|\t\|     port ID)/|  PPPPPPPPPP  |\1/'
step nft list table ip filter
