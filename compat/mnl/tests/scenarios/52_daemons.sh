#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# daemons, which tools/setup does not install
# needs: conntrackd ulogd keepalived nfacct nft iptables-nft
# Programs that stay: each is started, does something, and is told to stop
. "$(dirname "$0")/lib.sh"
mount -t tmpfs tmpfs /run
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02; ip addr add 10.0.0.1/24 dev v0; ip link set v0 up; ip link set v1 up
stop() { kill "$1"; wait "$1" 2>/dev/null; echo "stopped"; }

echo "## conntrackd"
cat > $T/conntrackd.conf <<'C'
Sync { Mode NOTRACK { DisableInternalCache on } UDP { IPv4_address 10.0.0.1 IPv4_Destination_Address 10.0.0.2 Port 3780 Interface v0 } }
General { LockFile /run/lock.ct UNIX { Path /run/ct.ctl } Filter From Userspace { Protocol Accept { TCP } } }
C
conntrackd -C $T/conntrackd.conf > $T/ct 2>&1 & ct=$!; BG+=($ct)
waitfor 10 test -S /run/ct.ctl
stock conntrack -I -s 1.1.1.1 -d 2.2.2.2 -p tcp --sport 10 --dport 20 --state ESTABLISHED -t 500 > /dev/null 2>&1
conntrackd -C $T/conntrackd.conf -s network | grep -E 'UDP|packets' | sed 's/[0-9]\+/N/g' | head -3
stop $ct

echo "## ulogd"
mkdir -p $T/u; stock nfacct add one
cat > $T/ulogd.conf <<'C'
[global]
logfile="/mnt/u/log"
loglevel=3
stack=acct1:NFACCT,xml1:XML
stack=log1:NFLOG,base1:BASE,ifi1:IFINDEX,ip2str1:IP2STR,print1:PRINTPKT,emu1:LOGEMU
[acct1]
pollinterval=1
[log1]
group=2
[xml1]
directory="/mnt/u"
sync=1
[emu1]
file="/mnt/u/emu"
sync=1
C
ulogd -c $T/ulogd.conf > $T/u/out 2>&1 & ul=$!; BG+=($ul)
nflog() { grep -q '^ *2 ' /proc/net/netfilter/nfnetlink_log; }
waitfor 10 nflog
stock iptables-nft -A OUTPUT -d 10.0.0.2 -p udp -j NFLOG --nflog-group 2 --nflog-prefix hello
echo x > /dev/udp/10.0.0.2/99
waitfor 10 grep -q hello $T/u/emu
sed -E 's/^.* (hello)/\1/; s/ (ID|SPT)=[0-9]+/ \1=N/g; s/MAC=[^ ]*/MAC=/' $T/u/emu | head -1
acct() { grep -q '<name>one</name>' $T/u/*.xml || grep -q one $T/u/*.xml; }
waitfor 10 acct && echo "accounted"
stop $ul

echo "## keepalived"
cat > $T/keepalived.conf <<'C'
global_defs {
  nftables keepalived
}
vrrp_instance a {
  state MASTER
  interface v0
  virtual_router_id 7
  priority 200
  advert_int 1
  use_vmac
  virtual_ipaddress {
    10.0.0.77/24
  }
}
C
keepalived -n -l -f $T/keepalived.conf -p /run/ka.pid -r /run/ka.vrrp -c /run/ka.chk > $T/ka 2>&1 & ka=$!; BG+=($ka)
has_address() { ip -o addr | grep -q 10.0.0.77; }
waitfor 15 has_address && echo "master"
stock nft list tables
stop $ka
has_address || echo "gone"
grep -c -i -E 'segfault|nftables.*(fail|error)' $T/ka
