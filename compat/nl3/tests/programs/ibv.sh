# SPDX-License-Identifier: MIT OR Apache-2.0
# programs: ibv_devices
# others: rdma ibv_devinfo
# names: rtnl_route_alloc_cache rtnl_neigh_alloc_cache rtnl_link_is_vlan
# modules: rdma_rxe,dummy
exec 2>&1
ip link add d0 type dummy
ip link set d0 address 02:00:00:00:00:01
ip link set d0 up
rdma link add rxe0 type rxe netdev d0
ibv_devices
ibv_devinfo | grep -vE 'fw_ver|node_guid|sys_image'
