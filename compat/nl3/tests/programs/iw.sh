# SPDX-License-Identifier: MIT OR Apache-2.0
# programs: iw
# modules: mac80211_hwsim:radios=3
exec 2>&1
ip link set wlan0 up
ip link set wlan1 up
iw dev
iw list
iw phy phy0 info
iw reg get
for i in 1 2 3 4 5; do
	timeout 20 iw dev wlan0 scan
	echo "status $?"
done
iw dev wlan0 info
iw dev nosuch scan
echo "status $?"
iw dev wlan0 set type monitor
echo "status $?"
iw phy phy2 interface add extra type managed
iw dev extra info | grep -v wdev
iw dev extra del
iw dev wlan1 ibss join cell 2412
iw dev wlan1 info
