# SPDX-License-Identifier: MIT OR Apache-2.0
# programs: nbd-client
# others: nbd-server
# modules: nbd
# A device made, used and taken down through generic netlink.
exec 2>&1
ip link set lo up
truncate -s 1M image
printf 'first words' | dd of=image conv=notrunc status=none
cat > nbd.conf << 'C'
[generic]
	user = root
	group = root
[disk]
	exportname = image
C
sed -i "s|= image|= $PWD/image|" nbd.conf
nbd-server -C nbd.conf 127.0.0.1@10809 > server 2>&1
for i in $(seq 50); do
	nbd-client -l 127.0.0.1 > /dev/null 2>&1 && break
	sleep 0.1
done
nbd-client -N disk 127.0.0.1 /dev/nbd0
echo "status $?"
head -c 11 /dev/nbd0
echo
nbd-client -c /dev/nbd0 > /dev/null
echo "connected $?"
nbd-client -d /dev/nbd0
echo "status $?"
nbd-client -d /dev/nbd7
echo "status $?"
