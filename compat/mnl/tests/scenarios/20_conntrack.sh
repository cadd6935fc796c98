#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# needs: conntrack
# conntrack(8): create, list, update, delete, filters, xml, stats, errors (libnetfilter_conntrack + libmnl)
. "$(dirname "$0")/lib.sh"
n() { sed -E 's/ [0-9]+ (ESTABLISHED|SYN_SENT|src=)/ TTL \1/; s/id=[0-9]{6,}/id=N/; s/<timeout>[0-9]+/<timeout>T/; s/<id>[0-9]+/<id>N/g'; }
s() { echo "## conntrack $*"; conntrack "$@" 2>&1 | n | sort; }
s -I -s 1.1.1.1 -d 2.2.2.2 -p tcp --sport 10 --dport 20 --state ESTABLISHED -t 500 -u ASSURED
s -I -s 1.1.1.1 -d 2.2.2.2 -p tcp --sport 10 --dport 20 --state ESTABLISHED -t 500
s -I -s 3.3.3.3 -d 4.4.4.4 -p udp --sport 53 --dport 5353 -t 400 -m 7
s -I -s 5.5.5.5 -d 6.6.6.6 -r 6.6.6.6 -q 9.9.9.9 -p tcp --sport 30 --dport 40 --state SYN_SENT -t 300 -n 9.9.9.9
s -I -s 2001:db8::1 -d 2001:db8::2 -p tcp --sport 1 --dport 2 --state ESTABLISHED -t 200
s -I -s 7.7.7.7 -d 8.8.8.8 -p icmp --icmp-type 8 --icmp-code 0 --icmp-id 33 -t 100
s -L
s -L -o extended
s -L -f ipv6
s -L -p udp
s -L -m 7
s -L -o xml
s -G -s 1.1.1.1 -d 2.2.2.2 -p tcp --sport 10 --dport 20
s -G -s 1.1.1.9 -d 2.2.2.2 -p tcp --sport 10 --dport 20
s -U -s 3.3.3.3 -m 99
s -L --mark 99
s -C
s -D -s 5.5.5.5
s -D -s 5.5.5.5
for i in $(seq 1 300); do echo "-I -s 10.0.$((i/200)).$((i%200+1)) -d 2.2.2.2 -p tcp --sport $i --dport 20 --state ESTABLISHED -t 500"; done > $T/l
s --load-file $T/l
s -C
conntrack -L 2>/dev/null | grep -c '10\.0\.'
conntrack -D -p tcp --dport 20 2>&1 | grep -c src=
s -F
s -C
conntrack -S | sed -E 's/=[0-9]+/=N/g' | head -1 | cut -c1-80
s -L expect
s -I -s 1.1.1.1 -d 2.2.2.2 -p tcp --sport 10 --dport 20 --state NOSUCH -t 500
