# SPDX-License-Identifier: MIT OR Apache-2.0
# programs: teamd teamnl
# others: teamdctl
# names: rtnl_link_enslave_ifindex rtnl_link_get_phys_port_id
# modules: team,team_mode_activebackup,dummy
exec 2>&1
for i in 0 1; do
	ip link add d$i type dummy
	ip link set d$i address 02:00:00:00:00:0$i
done
cat > team.conf << 'C'
{ "device": "team0", "runner": { "name": "activebackup" }, "link_watch": { "name": "ethtool" }, "ports": { "d0": {}, "d1": {} } }
C
teamd -f team.conf -p $PWD/pid -U > log &
pid=$!
for i in $(seq 100); do
	[ "$(teamdctl -U team0 state view 2> /dev/null | grep -c '^  d')" = 2 ] && break
	sleep 0.1
done
ip link set team0 up
ip -br link show master team0 | cut -d ' ' -f 1
teamdctl -U team0 config dump
teamdctl -U team0 state view
teamnl team0 ports | sed -E 's/^ *[0-9]+:/N:/'
teamnl team0 getoption mode
teamdctl -U team0 port remove d1
ip -br link show master team0 | cut -d ' ' -f 1
kill $pid
wait $pid
echo "status $?"
ip -br link show team0
