# SPDX-License-Identifier: MIT OR Apache-2.0
# programs: hostapd wpa_supplicant iw
# others: wpa_cli
# names: rtnl_link_macsec_alloc rtnl_neigh_add rtnl_link_vlan_set_id
# modules: mac80211_hwsim:radios=2
# An access point, and a station that gets through to it.
exec 2>&1
cat > ap.conf << 'C'
interface=wlan0
driver=nl80211
ssid=lab-net
hw_mode=g
channel=1
wpa=2
wpa_key_mgmt=WPA-PSK
rsn_pairwise=CCMP
wpa_passphrase=correct horse
C
cat > sta.conf << 'C'
ctrl_interface=/run/wpa
network={
	ssid="lab-net"
	psk="correct horse"
	key_mgmt=WPA-PSK
	scan_freq=2412
}
C
touch ap.log sta.log
hostapd ap.conf > ap.log &
ap=$!
ip netns add sta
iw phy phy1 set netns name sta
ip netns exec sta wpa_supplicant -i wlan1 -D nl80211 -c sta.conf > sta.log &
sta=$!
for i in $(seq 400); do
	grep -q 'Key negotiation completed' sta.log && grep -q 'EAPOL-4WAY-HS-COMPLETED\|handshake completed' ap.log && break
	sleep 0.1
done
ip netns exec sta wpa_cli -p /run/wpa -i wlan1 status | grep -E '^(ssid|wpa_state|key_mgmt|pairwise)'
ip addr add 192.0.2.1/24 dev wlan0
ip netns exec sta ip addr add 192.0.2.2/24 dev wlan1
ip netns exec sta ping -qc 1 -W 5 192.0.2.1 | grep transmitted | cut -d , -f 1-3
kill $sta
wait $sta
kill $ap
wait $ap
echo "status $?"
