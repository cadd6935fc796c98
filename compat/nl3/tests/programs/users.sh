# SPDX-License-Identifier: MIT OR Apache-2.0
# programs: bmon /usr/lib/*/mandos/plugin-helpers/mandos-client-iprouteadddel
# others: ping python3
# needs: /usr/bin/python3 -c 'import ethtool, ctypes; ctypes.CDLL("libnozzle.so.1")'
# modules: dummy,tun
# Smaller users of links, addresses and routes.
without() { sed -E 's/\(pid [0-9]+\)//; s/X=[0-9.]+/X=N/g'; }
. "${0%/*}/try"
sysctl -qw net.ipv6.conf.default.addr_gen_mode=1 net.ipv6.conf.default.router_solicitations=0
ip link set lo up
for i in 0 1; do
	ip link add d$i address 02:00:00:00:00:0$i type dummy
	ip link set d$i up
done
ip addr add 192.0.2.1/24 brd + dev d0
ip addr add 198.51.100.1/25 dev d0
ip addr add 2001:db8::1/64 dev d0 nodad
ip addr add 2001:db8::2/128 dev d0 nodad

# mandos-client adds a route to its server before there is a network.
helper=$(echo /usr/lib/*/mandos/plugin-helpers/mandos-client-iprouteadddel)
mandos() {
	echo "\$ mandos $*"
	"$helper" "$@" 2>&1
	echo "status $?"
	ip route show 192.0.2.99
	ip -6 route show 2001:db8::99
}
mandos add 192.0.2.99 d0
mandos add 192.0.2.99 d0
mandos add 2001:db8::99 d0
mandos delete 192.0.2.99 d0
mandos delete 192.0.2.99 d0
mandos delete 2001:db8::99 d0
mandos add 192.0.2.99 nosuch
mandos add 192.0.2.999 d0
mandos remove 192.0.2.99 d0
mandos

/usr/bin/python3 - << 'P'
import ethtool
for name in ("lo", "d0", "d1"):
	for one in ethtool.get_interfaces_info(name):
		print(one.device, one.mac_address, one.ipv4_address, one.ipv4_netmask, one.ipv4_broadcast)
		print(sorted((each.address, each.netmask, each.broadcast) for each in one.get_ipv4_addresses()))
		print(sorted((each.address, each.netmask, each.scope) for each in one.get_ipv6_addresses()))
		print(str(one))
print(len(ethtool.get_interfaces_info(["lo", "d1"])))
try:
	print([str(one) for one in ethtool.get_interfaces_info("nosuch")])
except Exception as error:
	print(repr(error))
P

/usr/bin/python3 - << 'P'
import ctypes, os
nozzle = ctypes.CDLL("libnozzle.so.1", use_errno=True)
nozzle.nozzle_open.restype = ctypes.c_void_p

class Ip(ctypes.Structure):
	pass
Ip._fields_ = [("address", ctypes.c_char * 129), ("prefix", ctypes.c_char * 5), ("domain", ctypes.c_int), ("next", ctypes.POINTER(Ip))]

def say(what, answer):
	print(what, answer, os.strerror(ctypes.get_errno()) if answer == -1 else "")

def addresses():
	first = ctypes.POINTER(Ip)()
	say("addresses", nozzle.nozzle_get_ips(tap, ctypes.byref(first)))
	while first:
		print("  ", first.contents.address, first.contents.prefix, first.contents.domain)
		first = first.contents.next

name = ctypes.create_string_buffer(b"noz0", 16)
tap = ctypes.c_void_p(nozzle.nozzle_open(name, ctypes.c_size_t(16), None))
print(name.value, bool(tap))
say("mtu", nozzle.nozzle_get_mtu(tap))
say("set mtu", nozzle.nozzle_set_mtu(tap, 1400))
say("set mtu", nozzle.nozzle_set_mtu(tap, 0))
say("mtu", nozzle.nozzle_get_mtu(tap))
for address, prefix in ((b"198.51.100.7", b"24"), (b"198.51.100.7", b"24"), (b"2001:db8:7::1", b"64"), (b"198.51.100.300", b"24"), (b"198.51.100.8", b"99")):
	say("add %s" % address, nozzle.nozzle_add_ip(tap, address, prefix))
say("up", nozzle.nozzle_set_up(tap))
addresses()
os.system("ip -br addr show noz0; ip -o link show noz0 | grep -o 'mtu [0-9]*'")
mac = ctypes.c_char_p()
say("set mac", nozzle.nozzle_set_mac(tap, b"02:00:00:00:00:77"))
say("mac", nozzle.nozzle_get_mac(tap, ctypes.byref(mac)))
print(mac.value)
say("del", nozzle.nozzle_del_ip(tap, b"198.51.100.7", b"24"))
say("del", nozzle.nozzle_del_ip(tap, b"198.51.100.7", b"24"))
addresses()
say("reset mtu", nozzle.nozzle_reset_mtu(tap))
say("mtu", nozzle.nozzle_get_mtu(tap))
say("down", nozzle.nozzle_set_down(tap))
say("close", nozzle.nozzle_close(tap))
P

tc qdisc add dev d1 root handle 1: htb default 10
tc class add dev d1 parent 1: classid 1:10 htb rate 1mbit
tc class add dev d1 parent 1: classid 1:20 htb rate 2mbit
ping -qc 3 -i 0.01 127.0.0.1 > /dev/null
try bmon -r 0.1 -R 0.1 -o 'format:quitafter=1;fmt=$(element:name) rx=$(attr:rx:packets) tx=$(attr:tx:packets) $(attr:rx:bytes)\n'
try bmon -p lo -r 0.1 -R 0.1 -o 'ascii:quitafter=1;diagram=list'
try bmon -p d1 -r 0.1 -R 0.1 -o 'ascii:quitafter=1;diagram=details' | grep -v MTU
try bmon -p nosuch -r 0.1 -R 0.1 -o 'format:quitafter=1'
try bmon -i nosuch
