# SPDX-License-Identifier: MIT OR Apache-2.0
# programs: netlabelctl
# modules: dummy
# Labels of packets: four families of generic netlink.
. "${0%/*}/try"
ip link add d0 type dummy
for arguments in 'mgmt version' 'mgmt protocols' 'cipsov4 add pass doi:8 tags:1' 'cipsov4 add pass doi:8 tags:1' 'cipsov4 add local doi:10' \
	'cipsov4 add trans doi:9 tags:1 levels:0=0,1=1 categories:0=1,1=0' 'cipsov4 add trans doi:9' 'cipsov4 list' 'cipsov4 list doi:9' 'cipsov4 list doi:77' \
	'calipso add pass doi:5' 'calipso list' 'calipso list doi:5' 'map del default' 'map del default' 'map add domain:a address:10.0.0.0/8 protocol:cipsov4,8' \
	'map add domain:a address:2001:db8::/32 protocol:unlbl' 'map add domain:b protocol:unlbl' 'map add domain:b protocol:unlbl' \
	'map add default address:0.0.0.0/0 protocol:unlbl' 'map list' 'map add domain:c protocol:cipsov4,77' 'map del domain:a' 'map del domain:nosuch' 'map list' \
	'unlbl accept on' 'unlbl list' 'unlbl accept off' 'unlbl add interface:d0 address:192.0.2.0/24 label:x:y:z' 'unlbl add interface:nosuch address:192.0.2.0/24 label:x' \
	'unlbl list' 'unlbl del interface:d0 address:192.0.2.0/24' 'cipsov4 del doi:10' 'cipsov4 del doi:77' 'calipso del doi:5' 'cipsov4 list' 'nosuch'; do
	try netlabelctl $arguments
	[[ $arguments != *' list'* ]] || try netlabelctl -p $arguments
done
