# SPDX-License-Identifier: MIT OR Apache-2.0
# programs: wpa_supplicant
# others: ping
# modules: macsec,veth
# Two supplicants that agree on keys, and make links of MACsec.
without() { sed -E 's/PN [0-9]+/PN N/; s/key [0-9a-f]{32}/key K/; s/, time .*| time=.*|rtt .*//; s/^[0-9]+: //; s/ qlen [0-9]+//'; }
. "${0%/*}/try"
ip link set lo up
ip netns add b
ip link add va address 02:00:00:00:00:0a type veth peer name vb address 02:00:00:00:00:0b netns b
ip link set va up
ip -n b link set vb up
# $1: file, $2: priority, $3: more about how frames are sent
configure() {
	cat > "$1" << C
eapol_version=3
ap_scan=0
network={
	key_mgmt=NONE
	eapol_flags=0
	macsec_policy=1
	mka_cak=0011223344556677889900aabbccddee
	mka_ckn=62616e616e61
	mka_priority=$2
	$3
}
C
}
keyed() { ip $1 macsec show | grep -A1 RXSC | grep -q 'PN.*state on' && ip $1 -br link show type macsec up | grep -q UP; }
gone() { ! ip $1 link show type macsec | grep -q .; }
for how in macsec_integ_only=1 $'macsec_integ_only=0\nmacsec_replay_protect=1\nmacsec_replay_window=5\nmacsec_port=7'; do
	configure a.conf 16 "$how"
	configure b.conf 32 "$how"
	wpa_supplicant -D macsec_linux -i va -c a.conf > a.log &
	a=$!
	ip netns exec b wpa_supplicant -D macsec_linux -i vb -c b.conf > b.log &
	b=$!
	soon keyed ''
	soon keyed '-n b'
	try ip macsec show
	try ip -n b macsec show
	try ip -d -o link show type macsec
	ip addr add 192.0.2.1/24 dev macsec0
	ip -n b addr add 192.0.2.2/24 dev macsec0
	try ping -c 3 -i 0.1 192.0.2.2
	grep -i fail a.log b.log
	kill $a $b
	wait $a
	echo "status $?"
	wait $b
	echo "status $?"
	soon gone ''
	soon gone '-n b'
done
