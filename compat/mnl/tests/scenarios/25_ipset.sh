#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# needs: ipset iptables-nft
. "$(dirname "$0")/lib.sh"
n() { sed -E 's/initval 0x[0-9a-f]+/initval X/; s/"initval": ?"[^"]*"/"initval":X/; s#<initval>[^<]*#<initval>X#; s/Size in memory: [0-9]+/Size in memory: N/; s/"memsize": ?[0-9]+/"memsize":N/; s#<memsize>[0-9]+#<memsize>N#'; }
step ipset create a hash:ip comment counters
step ipset add a 10.0.0.1 comment "one two"
step ipset add a 10.0.0.0/29
step ipset add a 10.0.0.1
step ipset -exist add a 10.0.0.1
step ipset test a 10.0.0.1
step ipset test a 10.9.9.9
step ipset create n hash:net family inet6 hashsize 64 maxelem 100
step ipset add n 2001:db8::/32
step ipset add n 10.0.0.0/8
step ipset create p bitmap:port range 1-1024
step ipset add p 20-25
step ipset create ipp hash:ip,port,ip
step ipset add ipp 10.0.0.1,tcp:80,192.168.0.1
step ipset add ipp 10.0.0.1,udp:1000-1010,192.168.0.1
step ipset create nif hash:net,iface skbinfo
step ipset add nif 10.1.0.0/16,eth0 skbmark 0x1111/0xff00ffff skbprio 1:10
step ipset create l list:set size 8
step ipset add l a
step ipset add l p before a
step ipset add l nosuch
step ipset list -n
step ipset list -sorted | n
step ipset save -sorted | n
ipset save > $T/save
step ipset list nosuch
step ipset destroy a
step ipset rename p pp
step ipset swap a n
step ipset create b hash:ip
step ipset swap a b
step ipset list b -sorted -output xml | n
step ipset list b -sorted -output json | n
step iptables-nft -A INPUT -m set --match-set b src -j DROP
step ipset destroy b
step iptables-nft -F
step ipset flush
step ipset destroy
step ipset restore -f $T/save
step ipset list -t | n
( echo "create big hash:ip maxelem 100000"; for i in $(seq 0 19999); do echo "add big 10.$((i/65536)).$((i/256%256)).$((i%256))"; done ) > $T/big
step ipset restore -f $T/big
ipset save big -sorted | n | sha256sum
( cat $T/big; echo "add big 999.1.1.1" ) | sed 1d | ipset -exist restore 2>&1 | sed 's/.*Error/Error/'
step ipset version
