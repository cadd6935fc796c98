# SPDX-License-Identifier: MIT OR Apache-2.0
# programs: ipvsadm
# modules: ip_vs,ip_vs_rr
exec 2>&1
ipvsadm -A -t 10.0.0.1:80 -s rr
ipvsadm -a -t 10.0.0.1:80 -r 10.0.0.2:80 -m
ipvsadm -a -t 10.0.0.1:80 -r 10.0.0.3:80 -m -w 7
ipvsadm -A -f 7
ipvsadm -A -t '[2001:db8::1]:80' -s rr
ipvsadm -Ln
ipvsadm -Ln --timeout
ipvsadm --set 100 20 30
ipvsadm -Ln --timeout
ipvsadm -a -t 10.0.0.9:80 -r 10.0.0.2:80
echo "status $?"
ipvsadm -Ln --stats
ipvsadm -Sn
ipvsadm -d -t 10.0.0.1:80 -r 10.0.0.2:80
ipvsadm -Z
ipvsadm -C
ipvsadm -Ln
