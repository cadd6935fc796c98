# SPDX-License-Identifier: MIT OR Apache-2.0
# Shared by all scenarios: runs the script again, as root, in fresh namespaces: network, mounts, and processes, so that what
# it leaves behind ends with it. All output goes to stdout.
# A library is chosen with LD_LIBRARY_PATH, which programs inherit.
if [ -z "${MNL_SCENARIO:-}" ]; then
  exec env MNL_SCENARIO=1 LC_ALL=C TZ=UTC unshare -n -m -p -f --kill-child --mount-proc --propagation private bash "$0" "$@"
fi
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
T=/mnt; mount -t tmpfs -o size=64m tmpfs $T   # a mount namespace of its own: the same path on every run
BG=()
cleanup() { for p in "${BG[@]}"; do kill "$p" 2>/dev/null; done; wait 2>/dev/null; }
trap cleanup EXIT
exec 2>&1
stock() { command env -u LD_LIBRARY_PATH -u LD_DEBUG "$@"; }
ip() { stock ip "$@"; }              # sets up: never the thing under test
IPUT() { command ip "$@"; }          # ip as the program under test
step() { echo "## $*"; "$@"; local r=$?; [ $r -ne 0 ] && echo "[rc=$r]"; return 0; }
waitfor() { local n=$1; shift; for ((i=0;i<n*20;i++)); do "$@" >/dev/null 2>&1 && return 0; sleep 0.05; done; echo "[timeout: $*]"; return 1; }
# Whether anybody in this namespace listens to a group of a netlink protocol.
listening() { awk -v protocol="$1" '$2 == protocol && $4 !~ /^0+$/ { found = 1 } END { exit !found }' /proc/net/netlink; }
lines() { [ "$(wc -l < "$2")" -ge "$1" ]; }
ip link set lo up
