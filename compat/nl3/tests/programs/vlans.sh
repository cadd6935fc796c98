# SPDX-License-Identifier: MIT OR Apache-2.0
# programs: hostapd
# others: wpa_supplicant bridge
# modules: mac80211_hwsim:radios=2,veth,bridge,8021q
# An access point that puts stations into VLANs, each with a link and a bridge of its own.
without() { sed -E 's/^[0-9]+: //; s/ qlen [0-9]+//; s/(hello_timer|tcn_timer|topology_change_timer|gc_timer) +[0-9.]+/\1 N/g'; }
. "${0%/*}/try"
sysctl -qw net.ipv6.conf.default.disable_ipv6=1
ip link add eth0 address 02:00:00:00:00:0a type veth peer name eth1 address 02:00:00:00:00:0b
ip link set eth0 up
ip link set eth1 up
cat > ap.conf << 'C'
interface=wlan0
driver=nl80211
ssid=lab-net
hw_mode=g
channel=1
wpa=2
wpa_key_mgmt=WPA-PSK
rsn_pairwise=CCMP
wpa_psk_file=psk
dynamic_vlan=1
vlan_file=vlans
vlan_tagged_interface=eth0
vlan_bridge=brv
vlan_naming=1
C
printf '1 one\n2 two\n' > vlans
echo 'vlanid=2 00:00:00:00:00:00 correct horse' > psk
printf 'network={\n ssid="lab-net"\n psk="correct horse"\n scan_freq=2412\n}\n' > sta.conf
touch ap.log
hostapd ap.conf > ap.log &
ap=$!
ready() { ip -br link show eth0.2 up | grep -q UP && bridge link show dev two | grep -q forwarding; }
soon ready
wpa_supplicant -i wlan1 -c sta.conf > sta.log &
sta=$!
soon grep -q 'handshake completed\|EAPOL-4WAY-HS-COMPLETED' ap.log
for link in one two eth0.1 eth0.2 brv1 brv2; do
	try ip -d -o link show $link
done
bridge link | sed 's/^[0-9]*: //' | sort
grep -i 'vlan\|fail' ap.log
kill $sta
wait $sta
echo "status $?"
kill $ap
wait $ap
echo "status $?"
ip -br link | awk '{ print $1 }' | sort
