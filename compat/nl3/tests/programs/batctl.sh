# SPDX-License-Identifier: MIT OR Apache-2.0
# programs: batctl
# modules: batman_adv,dummy
exec 2>&1
ip link add d0 type dummy
ip link set d0 address 02:00:00:00:00:09
ip link set d0 up
batctl if create routing_algo BATMAN_IV
batctl if add d0
batctl if
batctl meshif bat0 it 5000
batctl meshif bat0 it
batctl meshif bat0 ap 1
batctl meshif bat0 ap
batctl meshif bat0 gwl | tail -n +2
batctl meshif bat0 o | tail -n +2
batctl ra
batctl meshif nosuch it
echo "status $?"
batctl if del d0
echo "status $?"
