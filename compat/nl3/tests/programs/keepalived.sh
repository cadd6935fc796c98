# SPDX-License-Identifier: MIT OR Apache-2.0
# programs: keepalived ipvsadm
# modules: ip_vs,ip_vs_rr,dummy
# It sets up virtual servers through generic netlink.
exec 2>&1
ip link set lo up
ip link add d0 type dummy
ip link set d0 up
ip addr add 192.0.2.1/24 dev d0
cat > keepalived.conf << 'C'
global_defs {
	router_id lab
}
virtual_server 192.0.2.100 80 {
	lb_algo rr
	lb_kind NAT
	protocol TCP
	delay_loop 2
	real_server 192.0.2.1 8080 {
		weight 3
	}
	real_server 192.0.2.1 8081 {
		weight 5
	}
}
virtual_server fwmark 7 {
	lb_algo rr
	lb_kind DR
	protocol UDP
	real_server 192.0.2.1 0 {
	}
}
C
keepalived --check -n -l -D -f keepalived.conf -p $PWD/k.pid -c $PWD/c.pid -r $PWD/v.pid > log 2>&1 &
pid=$!
for i in $(seq 100); do
	[ "$(ipvsadm -Ln | grep -c Route)" = 1 ] && break
	sleep 0.1
done
ipvsadm -Ln
kill $pid
wait $pid
ipvsadm -Ln
grep -iE 'error|fail' log
