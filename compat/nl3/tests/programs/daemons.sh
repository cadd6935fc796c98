# SPDX-License-Identifier: MIT OR Apache-2.0
# programs: quota_nld lldpad lldptool dcbtool vdptool alfred
# modules: veth,batman_adv
# Daemons that listen to the kernel, and those who ask them.
. "${0%/*}/try"
ip link set lo up
ip link add va address 02:00:00:00:00:01 type veth peer name vb address 02:00:00:00:00:02
ip link set va up
ip link set vb up

quota_nld -F -D &
daemon=$!
listening() { awk '$2 == 16 && $4 !~ /^0+$/ { print $4 }' /proc/net/netlink; }
heard() { [ -n "$(listening)" ]; }
soon heard
listening
kill $daemon
wait $daemon
echo "status $?"

mkdir -p /var/lib/lldpad
lldpad &
daemon=$!
soon lldptool -p
for arguments in 'get-lldp -i va adminStatus' 'set-lldp -i va adminStatus=rxtx' 'get-lldp -i va adminStatus' '-T -i va -V sysName enableTx=yes' '-t -i va' \
	'stats -i va' 'get-lldp -i nosuch adminStatus'; do
	try lldptool $arguments
done
try dcbtool gc va dcb
try dcbtool sc va dcb on
try vdptool -t -i va
kill $daemon
wait $daemon
echo "status $?"

ip link add bat0 type batadv
ip link set va master bat0
ip link set bat0 up
ready() { ip -6 addr show dev bat0 scope link -tentative | grep -q fe80; }
soon ready
alfred -i bat0 -m &
daemon=$!
soon test -S /var/run/alfred.sock
echo hello | alfred -s 65
alfred -r 65 | sed -E 's/(..:){5}../MAC/'
try alfred -r 66
kill $daemon
wait $daemon
echo "status $?"
