# SPDX-License-Identifier: MIT OR Apache-2.0
# others: ip bridge nsenter
# modules: dummy,bonding,team,vrf,ipip,sit,ip_gre,ip6_gre,ip6_tunnel,ip_vti,ip6_vti,veth,xfrm_interface,netdevsim
# Links that belong to others, made through the library: see made_ports.c.
without() { sed -E 's/create-stamp [0-9.]+s reachable-time [0-9a-z ]* retrans/create-stamp C reachable-time T retrans/; s/(bond ether) [0-9a-f:]*/\1 A/'; }
. "${0%/*}/try"
sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
ip link add name br address 02:00:00:00:00:0a type bridge vlan_filtering 1
ip link add name bond address 02:00:00:00:00:0b type bond mode active-backup
ip link add name vrf address 02:00:00:00:00:0c type vrf table 9
echo '1 1' > /sys/bus/netdevsim/new_device
echo 3 > /sys/bus/netdevsim/devices/netdevsim1/sriov_numvfs
ip link set "$(ls /sys/bus/netdevsim/devices/netdevsim1/net)" address 02:00:00:00:00:0d name sim
sysctl -qw net.core.fb_tunnels_only_for_init_net=2
unshare -n $made adders
$made
