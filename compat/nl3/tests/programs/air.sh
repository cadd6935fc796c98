# SPDX-License-Identifier: MIT OR Apache-2.0
# programs: i3status dumpcap nmrpflash horst
# others: airodump-ng hostapd iw
# modules: mac80211_hwsim:radios=2,dummy
# Programs that look at radios, and at what is in the air.
. "${0%/*}/try"
ip link set lo up
ip link add d0 address 02:00:00:00:00:99 type dummy
ip link set d0 up
ip addr add 192.0.2.1/24 dev d0
cat > bar.conf << 'C'
general { colors = false interval = 1 output_format = "none" }
order += "wireless wlan1"
order += "wireless nosuch"
order += "ethernet d0"
wireless wlan1 { format_up = "%quality at %essid, %frequency" format_down = "down" }
wireless nosuch { format_up = "up" format_down = "down" }
ethernet d0 { format_up = "%ip" format_down = "down" }
C
cat > ap.conf << 'C'
interface=wlan0
driver=nl80211
ssid=lab-net
hw_mode=g
channel=1
C
try i3status -c bar.conf --run-once
hostapd ap.conf > ap.log &
ap=$!
until grep -qs AP-ENABLED ap.log; do sleep 0.05; done
ip link set wlan1 up
iw dev wlan1 connect lab-net 2412
until iw dev wlan1 link | grep -q 'signal'; do sleep 0.05; done
try i3status -c bar.conf --run-once
try dumpcap -D
try dumpcap -L -i wlan1
try nmrpflash -L

ip link set wlan1 down
iw dev wlan1 set type monitor
ip link set wlan1 up
iw dev wlan1 set channel 1
try dumpcap -L -i wlan1
# In a terminal of their own: they are made for one.
airodump-ng --write-interval 1 -w dump --output-format csv -c 1 wlan1 < /dev/null > /dev/null 2>&1 &
dump=$!
until grep -qs lab-net dump-01.csv; do sleep 0.05; done
kill $dump
grep lab-net dump-01.csv | cut -d , -f 1,4,6,14
horst -q -i wlan1 -o horst.out < /dev/null > horst.log 2>&1 &
horst=$!
until grep -qs BEACON horst.out; do sleep 0.05; done
kill $horst
wait $horst
cat horst.log
grep BEACON horst.out | head -n 1 | cut -d , -f 2-6
kill $ap
wait $ap
echo "status $?"
