# SPDX-License-Identifier: MIT OR Apache-2.0
# programs: nl-addr-add nl-addr-delete nl-addr-list nl-route-add nl-route-delete nl-route-get nl-route-list nl-rule-list nl-fib-lookup nl-neigh-add nl-neigh-delete nl-neigh-list nl-neightbl-list
# modules: dummy,8021q,mpls_router,mpls_iptunnel
# Addresses, routes, rules and neighbours: listed, chosen, made, deleted; and what is said when that can't be.
without() {
	sed -E 's/(created|last-updated) .*/\1 C/; s/expires [0-9]+sec/expires E/; s/(hash-rand|reachable-time) [0-9].*/\1 R/
		s/(confirmed|cache-expires|last-flush) .*/\1 T/; s/valid-lifetime [0-9].*/valid-lifetime V/; s/(CACHEINFO_[A-Z]+)=[0-9]{1,5}$/\1=N/'
}
. "${0%/*}/try"
# Links have no addresses of IPv6 but those that they are given: the kernel has them in its own time, and what follows from them.
sysctl -qw net.ipv6.conf.default.addr_gen_mode=1 net.ipv6.conf.default.router_solicitations=0
ip link set lo up
for i in 0 1; do
	ip link add d$i address 02:00:00:00:00:0$i type dummy
	ip link set d$i up
done
ip link add link d0 name d0.7 type vlan id 7
ip link set d0.7 up
ip addr add 192.0.2.1/24 dev d0
ip addr add 2001:db8::1/64 dev d0 nodad
ip addr add 10.0.0.1 peer 10.0.0.2/32 dev d1
ip addr add 198.51.100.1/25 brd + label d0:main scope link dev d0

try nl-addr-add --local=192.0.2.50/24 --dev=d0 --label=d0:1
try nl-addr-add --local=192.0.2.50/24 --dev=d0 --label=d0:1
try nl-addr-add --local=192.0.2.50/24 --dev=d0 --label=d0:2 --replace
try nl-addr-add --local=192.0.2.60/28 --dev=d1 --broadcast=192.0.2.63 --scope=link -q
try nl-addr-add --local=10.1.0.1 --peer=10.1.0.2 --dev=d1
try nl-addr-add --local=2001:db8:1::1/64 --dev=d1 --preferred=1000000 --valid=2000000 --replace
try nl-addr-add --local=2001:db8:2::1/64 --dev=nosuch
try nl-addr-add --local=192.0.2.300 --dev=d0
try nl-addr-add --local=192.0.2.9 --label=much-too-long-a-label --dev=d0
try nl-addr-add --local=192.0.2.9 --scope=nosuch --dev=d0
try nl-addr-add --local=192.0.2.9 --family=inet6 --dev=d0
try nl-addr-add --dev=d0
try nl-addr-add --local=192.0.2.9
for form in '' --details --env '--details --prefix=x:'; do
	try nl-addr-list $form
done
for choice in --dev=d1 --family=inet --family=inet6 --label=d0:2 --peer=10.0.0.2/32 --scope=link --local=192.0.2.1/24 --local=192.0.2.1 \
	--broadcast=192.0.2.63 --dev=nosuch; do
	try nl-addr-list $choice
done
try nl-addr-delete --local=192.0.2.50/24 --dev=d0 --yes
try nl-addr-delete --local=192.0.2.50/24 --dev=d0 --yes
try nl-addr-delete --dev=d1 --family=inet6 --yes -q
try nl-addr-delete --interactive --dev=d0
try nl-addr-list --family=inet

try nl-route-add --dst=203.0.113.0/24 --nexthop=via=192.0.2.2,dev=d0
try nl-route-add --dst=203.0.113.0/24 --nexthop=via=192.0.2.2,dev=d0
try nl-route-add --dst=203.0.113.128/25 --table=77 --priority=5 --nexthop=via=192.0.2.3,dev=d0
try nl-route-add --dst=203.0.114.0/24 --nexthop=via=192.0.2.2,dev=d0,weight=3 --nexthop=via=10.0.0.2,dev=d1,weight=5
try nl-route-add --dst=default --nexthop=via=192.0.2.254,dev=d0 --priority=100 --protocol=static
try nl-route-add --dst=203.0.115.0/24 --nexthop=dev=d0 --pref-src=192.0.2.1 --metrics=mtu=1300,hoplimit=9,advmss=1200,rtt=7
try nl-route-add --dst=203.0.116.0/24 --type=unreachable
try nl-route-add --dst=203.0.117.0/24 --type=blackhole --scope=host --table=local
try nl-route-add --dst=2001:db8:5::/48 --nexthop=via=2001:db8::2,dev=d0 --priority=7
try nl-route-add --dst=2001:db8:6::/48 --src=2001:db8::/64 --nexthop=dev=d1 -q
try nl-route-add --dst=203.0.118.0/24 --nexthop=via=198.18.0.1,dev=d0
try nl-route-add --dst=203.0.118.0/24 --nexthop=via=192.0.2.2,dev=nosuch
try nl-route-add --dst=203.0.118.0/24 --nexthop=color=red
try nl-route-add --dst=203.0.118.0/24 --metrics=mtu
try nl-route-add --dst=203.0.118.0/24 --metrics=nosuch=1
try nl-route-add --dst=203.0.118.0/24 --protocol=nosuch --nexthop=dev=d0
try nl-route-add --dst=203.0.118.0/24 --scope=nosuch --nexthop=dev=d0
try nl-route-add --dst=203.0.118.0/24 --type=nosuch --nexthop=dev=d0
try nl-route-add --dst=203.0.118.0/24 --table=nosuch --nexthop=dev=d0
try nl-route-add --dst=203.0.118.300/24 --nexthop=dev=d0
try nl-route-add --dst=203.0.118.0/24 --nexthop=dev=d0,realms=7
try nl-route-add --dst=203.0.118.0/24 --nexthop=dev=d0,flags=onlink
try nl-route-add --nexthop=dev=d0
ip route add 203.0.119.0/24 tos 0x10 dev d0
ip route add 203.0.120.0/24 via inet6 2001:db8::9 dev d0
ip route add 203.0.121.0/24 encap mpls 100/200 via 192.0.2.2
ip nexthop add id 5 via 192.0.2.2 dev d0
ip route add 203.0.122.0/24 nhid 5
for form in brief details stats; do
	try nl-route-list --format=$form
	try nl-route-list --format=$form --family=inet6
done
for choice in --table=77 --family=inet --type=unicast --type=broadcast --protocol=static --scope=link --priority=5 --dst=203.0.113.0/24 --dst=default \
	--table=main --pref-src=192.0.2.1 --family=nosuch --table=local --cache --nexthop=dev=d0 --iif=lo --nosuch; do
	try nl-route-list $choice
done
for to in 203.0.113.5 203.0.115.5 203.0.116.5 192.0.2.9 8.8.8.8 10.0.0.2 127.0.0.1 2001:db8:5::5 2001:db8::1 2001:db9::1 nosuch; do
	try nl-route-get $to
done
try nl-route-get
try nl-route-delete --dst=203.0.113.0/24
try nl-route-delete --dst=203.0.113.0/24
try nl-route-delete --table=77 --family=inet --yes
try nl-route-delete --family=inet6 --priority=7 -q
try nl-route-list --type=unicast --family=inet
for to in 192.0.2.9 203.0.114.9 8.8.8.8 203.0.116.1 203.0.113.200 224.0.0.1 10.0.0.1; do
	try nl-fib-lookup $to
	try nl-fib-lookup --table 254 --scope link --tos 4 --fwmark 1 $to
	try nl-fib-lookup -t 255 $to
done
try nl-fib-lookup nosuch
try nl-fib-lookup
try nl-fib-lookup -t nosuch 192.0.2.9

ip rule add from 10.9.0.0/16 table 77 pref 100
ip rule add to 10.8.0.0/16 iif d0 fwmark 7/15 tos 0x10 lookup 78 pref 101
ip rule add from 10.7.0.1 oif d1 pref 102 unreachable
ip rule add ipproto tcp dport 80 sport 1000-2000 uidrange 0-5 pref 103 goto 200
ip rule add pref 200 nop
ip rule add iif nowhere pref 104 l3mdev
ip rule add suppress_prefixlength 0 suppress_ifgroup 3 table main pref 105
ip -6 rule add from 2001:db8::/32 table 79 pref 100
for form in brief details stats; do
	try nl-rule-list --format=$form
	try nl-rule-list --format=$form --family=inet
	try nl-rule-list --format=$form --family=inet6
done
try nl-rule-list --family=nosuch

try nl-neigh-add --lladdr=02:00:00:00:00:99 --addr=192.0.2.9 --dev=d0 --state=permanent
try nl-neigh-add --lladdr=02:00:00:00:00:99 --addr=192.0.2.9 --dev=d0 --create-only
try nl-neigh-add --lladdr=02:00:00:00:00:98 --addr=192.0.2.9 --dev=d0 --update-only -q
try nl-neigh-add --lladdr=02:00:00:00:00:98 --addr=192.0.2.10 --dev=d0 --update-only
try nl-neigh-add --lladdr=02:00:00:00:00:97 --addr=2001:db8::9 --dev=d0 --state=noarp
try nl-neigh-add --lladdr=02:00:00:00:00:97 --addr=2001:db8::a --dev=d0
try nl-neigh-add --addr=192.0.2.11 --dev=d0
try nl-neigh-add --lladdr=02:00:00:00:00:99 --dev=d0
try nl-neigh-add --lladdr=02:00:00:00:00:99 --addr=192.0.2.9 --dev=nosuch
try nl-neigh-add --lladdr=02:zz --addr=192.0.2.9 --dev=d0
try nl-neigh-add --lladdr=02:00:00:00:00:99 --addr=192.0.2.9 --dev=d0 --state=nosuch
ip neigh add proxy 192.0.2.77 dev d0
ip neigh add 192.0.2.12 lladdr 02:00:00:00:00:12 dev d0 nud permanent router
ip link add br0 address 02:00:00:00:00:0a type bridge vlan_filtering 1
ip link set d1 master br0
bridge fdb add 02:00:00:00:00:33 dev d1 master vlan 1 static
for form in brief details stats; do
	try nl-neigh-list --format=$form | sort
done
for choice in --dev=d0 --family=inet --family=inet6 --family=bridge --state=permanent --state=noarp --addr=192.0.2.9 --lladdr=02:00:00:00:00:97 --dev=nosuch; do
	try nl-neigh-list $choice | sort
done
try nl-neigh-delete --addr=192.0.2.9 --dev=d0
try nl-neigh-delete --addr=192.0.2.9 --dev=d0
try nl-neigh-delete --state=noarp --yes -q
try nl-neigh-delete --interactive --dev=d0 --family=inet6
try nl-neigh-list | sort
for form in brief details stats; do
	try nl-neightbl-list --format=$form | sort
done
