# SPDX-License-Identifier: MIT OR Apache-2.0
# programs: nl-qdisc-add nl-qdisc-delete nl-qdisc-list nl-class-add nl-class-delete nl-class-list nl-cls-add nl-cls-delete nl-cls-list nl-tctree-list nl-classid-lookup nl-pktloc-lookup
# others: tc ping
# modules: dummy,sch_htb,sch_hfsc,sch_tbf,sch_sfq,sch_red,sch_netem,sch_prio,sch_fq_codel,sch_ingress,sch_plug,sch_mqprio,cls_basic,cls_u32,cls_fw,cls_cgroup,cls_matchall,cls_flower,act_mirred,act_gact,act_skbedit,em_meta,em_cmp,em_nbyte,em_u32
# Traffic control: made, listed and deleted with the tools of libnl, and what tc made.
without() { sed -E 's/(installed|last-used|expires) [^ ]+/\1 T/g; s/last-used T [0-9]+msec/last-used T/; s/create-stamp .*/create-stamp T/'; }
. "${0%/*}/try"
# Debian's library looks for its modules beside where they are, and for the files of names in another place.
libraries=$(dirname "$(ldd "$(command -v nl-qdisc-add)" | sed -n 's/.*libnl-cli-3.*=> \([^ ]*\).*/\1/p')")
[ -e "$libraries/libnl" ] || ln -s libnl-3 "$libraries/libnl"
[ -e /etc/libnl ] || ln -s libnl-3 /etc/libnl
sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
ip link set lo up
for i in 0 1 2 3 4 5 6 7; do
	ip link add d$i address 02:00:00:00:00:0$i txqueuelen 500 type dummy
	ip link set d$i up
done
ip addr add 192.0.2.1/24 dev d0
ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:99 dev d0

try nl-qdisc-add --dev=d0 --parent=root --id=1: htb --default=10 --r2q=5
try nl-qdisc-add --dev=d0 --parent=root --id=1: htb
try nl-qdisc-add --dev=d0 --parent=root --id=1: --update htb --default=20
try nl-class-add --dev=d0 --parent=1: --id=1:1 htb --rate=10mbit --ceil=20mbit
try nl-class-add --dev=d0 --parent=1:1 --id=1:10 htb --rate=1mbit --prio=1 --quantum=3000
try nl-class-add --dev=d0 --parent=1:1 --id=1:20 htb --rate=2mbit --burst=10kb --cburst=20kb
try nl-class-add --dev=d0 --parent=1:1 --id=1:30 --overhead=20 --mpu=64 --mtu=1000 --linktype=ether htb --rate=300kbit --ceil=10gbit
try nl-class-add --dev=d0 --parent=1:1 --id=1:20 --update htb --rate=3mbit
try nl-class-add --dev=d0 --parent=1:1 --id=1:40 --update-only htb --rate=3mbit
try nl-class-add --dev=d0 --parent=1:1 --id=1:40 htb --rate=much
try nl-class-add --dev=d0 --parent=9: --id=9:40 htb --rate=1mbit
try nl-class-add --dev=nosuch --parent=1: htb --rate=1mbit
try nl-class-add --dev=d0 --parent=nosuch htb --rate=1mbit
try nl-class-add --dev=d0 --parent=1: nosuch
try nl-class-add --dev=d0 --parent=1: hfsc --help
try nl-qdisc-add --dev=d0 --parent=1:10 --id=10: pfifo --limit=32
try nl-qdisc-add --dev=d0 --parent=1:20 --id=20: bfifo --limit=3200
try nl-qdisc-add --dev=d0 --parent=1:30 --id=30: fq_codel --limit=500 --flows=64 --quantum=300 --target=7000 --interval=90000
try nl-qdisc-add --dev=d0 --parent=ingress ingress
try nl-qdisc-add --dev=d1 --parent=root --id=2: hfsc --default=7
try nl-class-add --dev=d1 --parent=2: --id=2:7 hfsc --ls=m1:1mbit,d:10ms,m2:2mbit --ul=m2:5mbit
try nl-class-add --dev=d1 --parent=2: --id=2:8 hfsc --rt=1mbit
try nl-qdisc-add --dev=d1 --parent=2:7 --id=7: plug --limit=9999
try nl-qdisc-add --dev=d7 --parent=root --replace pfifo --limit=1
try nl-qdisc-add --dev=d2 --parent=root --update-only pfifo
try nl-qdisc-add --dev=d2 --parent=root --id=3: --replace-only pfifo
try nl-qdisc-add --dev=d2 --parent=root nosuch
try nl-qdisc-add --dev=d2 htb --nosuch
for kind in htb hfsc pfifo bfifo fq_codel ingress plug; do
	try nl-qdisc-add --dev=d2 --parent=root $kind --help
done
tc qdisc del dev d2 root

tc qdisc add dev d1 parent 2:8 handle 8: pfifo_fast
tc qdisc add dev d3 root handle 3: prio bands 4 priomap 0 1 2 3 0 1 2 3 0 1 2 3 0 1 2 3
tc qdisc add dev d3 parent 3:1 handle 31: tbf rate 1mbit burst 10kb latency 50ms peakrate 2mbit mtu 2000
tc qdisc add dev d3 parent 3:2 handle 32: sfq perturb 10 quantum 1600 limit 100 divisor 512
tc qdisc add dev d3 parent 3:3 handle 33: red limit 100000 min 10000 max 30000 avpkt 1000 burst 20 bandwidth 1mbit probability 0.1 ecn
tc qdisc add dev d4 root handle 4: netem delay 10ms 2ms 25% distribution normal loss 1% duplicate 2% reorder 3% gap 5 corrupt 1% limit 200
tc qdisc add dev d6 root handle 6: codel
tc qdisc add dev d7 root handle 7: fq
tc qdisc add dev d7 clsact

# The kernel refuses filters with matches from stock.
{
	try nl-cls-add --dev=d0 --parent=1: --prio=10 --proto=ip basic --target=1:10 --ematch="ip.length > 256"
	try nl-cls-list --dev=d0 --parent=1: --details
	tc filter del dev d0 parent 1: prio 10
} 2>&1 | sed 's/^/fix /'
try nl-cls-add --dev=d0 --parent=1: --prio=11 --proto=all --id=1 basic --target=1:20
try nl-cls-add --dev=d0 --parent=1: --prio=12 --proto=ip basic --ematch='NOT (ip.protocol = 6 OR ip.protocol = 17) AND ip.ttl > 3'
try nl-cls-add --dev=d0 --parent=1: --prio=13 --proto=ip basic --ematch='meta(mark = 7) AND meta(dev = "lo")'
try nl-cls-add --dev=d0 --parent=1: --prio=14 cgroup
try nl-cls-add --dev=d0 --parent=1: --prio=15 cgroup --ematch='ip.length > 100'
try nl-cls-add --dev=d0 --parent=1: --prio=16 basic --ematch='what is this'
try nl-cls-add --dev=d0 --parent=1: --prio=16 basic --target=nosuch
try nl-cls-add --dev=d0 --parent=1: --prio=16 nosuch
try nl-cls-add --dev=d0 --parent=1: --prio=16 --proto=nosuch basic
try nl-cls-add --dev=d0 --parent=1: basic --help
try nl-cls-add --dev=d0 --parent=1: cgroup --help
tc filter add dev d0 parent 1: protocol ip prio 20 u32 match ip dst 192.0.2.2/32 match ip protocol 1 0xff flowid 1:10
tc filter add dev d0 parent 1: protocol ip prio 21 handle 7 fw classid 1:20
tc filter add dev d0 parent 1: protocol ip prio 22 handle 0x10/0xf0 fw classid 1:20 action mirred egress mirror dev d3
tc filter add dev d0 parent 1: protocol ip prio 23 matchall action gact drop
tc filter add dev d0 parent 1: protocol ip prio 24 flower dst_ip 192.0.2.0/24 ip_proto tcp dst_port 80 action skbedit priority 3
tc filter add dev d0 parent ffff: protocol all prio 5 u32 match u32 0 0 action drop
tc filter add dev d3 parent 3: protocol ip prio 1 basic match 'meta(priority eq 3) and not cmp(u8 at 9 layer 1 gt 6)' flowid 3:1
tc filter add dev d3 parent 3: protocol ip prio 2 basic match 'nbyte(abcd at 12 layer 1) or u32(u16 0x1122 0xffff at nexthdr+4)' flowid 3:2
ping -qc 5 -i 0.01 -W 0.01 192.0.2.2 > /dev/null

for form in '' --details --stats '--details --recursive' '--stats --recursive'; do
	try nl-qdisc-list $form
done
for choice in --dev=d0 --kind=pfifo --parent=1:10 --id=30: --parent=root --kind=nosuch --dev=nosuch '--dev=d0 --recursive' '--dev=d3 --details'; do
	try nl-qdisc-list $choice
done
for form in '' --details --stats; do
	try nl-class-list $form
	try nl-class-list $form --dev=d0
	try nl-cls-list $form --dev=d0
	try nl-cls-list $form --dev=d0 --parent=1:
	try nl-cls-list $form --dev=d3 --parent=3:
	try nl-cls-list $form --dev=d0 --parent=ingress
done
for choice in --parent=1:1 --id=1:20 --kind=htb --kind=hfsc --dev=nosuch '--dev=d3 --kind=prio'; do
	try nl-class-list $choice
done
for choice in --kind=u32 --proto=ip --prio=11 --id=1 --parent=1: --kind=fw; do
	try nl-cls-list --dev=d0 $choice
done
for form in brief details stats; do
	try nl-tctree-list --format=$form
done

try nl-cls-delete --dev=d0 --parent=1: --prio=11 --yes
try nl-cls-delete --dev=d0 --parent=1: --kind=cgroup --yes
try nl-cls-delete --dev=d0 --parent=1: --interactive
try nl-cls-delete --dev=d0 --parent=1: --prio=99
try nl-class-delete --dev=d0 --id=1:30 --yes
try nl-class-delete --dev=d0 --id=1:77 --yes
try nl-class-delete --dev=d0 --interactive
try nl-qdisc-delete --dev=d0 --parent=1:10 --yes
try nl-qdisc-delete --dev=d0 --parent=1:77 --yes
try nl-qdisc-delete --dev=d0 --interactive
try nl-qdisc-delete --dev=d1 --parent=root --yes -q
try nl-qdisc-delete --dev=d0 --kind=htb --yes
try nl-qdisc-list

for name in 1:10 root none ingress 1: :2 default nosuch 'a b' 99999:1; do
	try nl-classid-lookup $name
	try nl-classid-lookup --raw $name
	try nl-classid-lookup --reverse $name
done
printf '# names\n1:\ttop\ntop:7 seventh\n2:3\tthird\nbad line here\n' > /etc/libnl-3/classid
for name in top seventh third bad; do
	try nl-classid-lookup $name
done
for id in 1: 1:7 2:3; do
	try nl-classid-lookup --reverse $id
done
try nl-pktloc-lookup --list | sort
for name in ip.version ip.dst tcp.sport eth.src nosuch; do
	try nl-pktloc-lookup $name
	try nl-pktloc-lookup --u32=7 $name
done
try nl-pktloc-lookup
