#!/bin/sh
# containerd with minibox in runc's place: see checks.sh.
. "$(dirname "$0")/checks.sh"

cat >"$store/config.toml" <<TOML
version = 2
root = "$store/root"
state = "$store/state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "$store/containerd.sock"
[plugins."io.containerd.internal.v1.opt"]
  path = "$store/opt"
TOML
containerd --config "$store/config.toml" >"$store/log" 2>&1 &
daemon=$!
export CONTAINERD_ADDRESS="$store/containerd.sock" CONTAINERD_NAMESPACE="$name" CONTAINERD_SNAPSHOTTER=native

# The page's words: how a client names the runtime.
runtime=$(block containerd.md sh | sed -n 's/.*\(--runc-binary [^ ]*\).*/\1/p')
expect "the page's options" "--runc-binary /usr/local/bin/minibox" "$runtime"
run() { ctr run --rm $runtime "$@"; }

cleanup() {
  for task in $(ctr task list -q 2>/dev/null); do ctr task rm --force "$task" >/dev/null 2>&1 || :; done
  kill "$daemon" 2>/dev/null || :
  wait "$daemon" 2>/dev/null || :
  rm -rf "$store" || :
  find /sys/fs/cgroup -depth -type d -path "*/$name*" -exec rmdir {} + 2>/dev/null || :
}
trap cleanup EXIT
until_true ctr version

busybox_root "$store/image"
tar -C "$store/image" -cf "$store/layer.tar" .
save_image localhost/box:latest "$store/layer.tar" "$store/box.tar"
save_image localhost/debian:latest "$debian" "$store/debian.tar"
ctr image import --snapshotter native "$store/box.tar" >/dev/null
box=localhost/box:latest

expect "run" hello "$(run $box hello echo hello)"
expect "the exit status" 7 "$(status run $box status sh -c 'exit 7')"
fits "a program that is not there" '*exec: "nosuch": executable file not found in $PATH*' "$(run $box nosuch nosuch 2>&1)"
expect "stdin" in "$(echo in | run $box stdin sh -c 'read line; echo $line')"
expect "--tty" /dev/pts/0 "$(script -qec "ctr run --rm --tty $runtime $box terminal tty" /dev/null | grep -o '/dev/pts/[0-9]')"
expect "--read-only" 1 "$(status run --read-only $box readonly touch /x)"
echo there >"$store/file"
expect "--mount" there "$(run --mount "type=bind,src=$store/file,dst=/f,options=rbind:ro" $box mount cat /f)"
expect "--cap-drop" 0 "$((0x$(run --cap-drop CAP_CHOWN $box drop sh -c "$(of_status CapBnd)") & 1))"
expect "--seccomp" 2 "$(run --seccomp $box seccomp sh -c "$(of_status Seccomp)")"
no_mkdir "$store/profile.json"
expect "--seccomp-profile" "mkdir: can't create directory '/x': No space left on device" \
  "$(run --seccomp --seccomp-profile "$store/profile.json" $box profile mkdir /x 2>&1)"
expect "--env, --cwd" "b /tmp" "$(run --env A=b --cwd /tmp $box cwd sh -c 'echo $A $(pwd)')"
expect "--net-host" lo "$(run --net-host $box net ls /sys/class/net)"
cgroups=type=cgroup,src=cgroup,dst=/sys/fs/cgroup,options=ro
expect "--memory-limit" 33554432 "$(run --mount $cgroups --memory-limit 33554432 $box memory sh -c "$memory_limit")"
expect "--memory-limit is enforced" 137 "$(status run --memory-limit 33554432 $box hungry $allocate)"
expect "--cpus" 50000 "$(run --mount $cgroups --cpus 0.5 $box cpus sh -c 'cut -d " " -f 1 /sys/fs/cgroup/cpu.max 2>/dev/null || cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us')"

ctr run -d $runtime --memory-limit 67108864 $box service sh -c 'trap "exit 3" TERM; while :; do sleep 0.1; done'
state() { ctr task list | awk -v id="$1" '$1 == id { print $3 }'; }
expect "run -d" RUNNING "$(state service)"
exec_in() { id=$1 && shift && ctr task exec --exec-id "$(basename "$(mktemp -u exec-XXXXXX)")" "$@"; }
expect "exec" 4 "$(status exec_in x service sh -c 'exit 4')"
expect "exec --user, --cwd" "1000 /tmp" "$(exec_in x --user 1000 --cwd /tmp service sh -c 'echo $(id -u) $(pwd)')"
expect "exec, its stdin" in "$(echo in | exec_in x service sh -c 'read line; echo $line')"
expect "exec --tty" /dev/pts/0 "$(script -qec "ctr task exec --exec-id tty --tty service tty" /dev/null | grep -o '/dev/pts/[0-9]')"
exec_in x --detach service touch /detached
until_true exec_in x service test -e /detached
echo "ok: exec --detach"
fits "exec of a program that is not there" '*exec: "nosuch": executable file not found in $PATH*' "$(exec_in x service nosuch 2>&1)"
fits "ps" "PID*" "$(ctr task ps service)"
processes() { ctr task ps service | tail -n +2 | wc -l; }
until_fits "ps, its processes" 2 processes
fits "metrics" "*memory.limit_in_bytes*67108864*" "$(ctr task metrics service | paste -sd' ')"
ctr task pause service
expect "pause" PAUSED "$(state service)"
ctr task resume service
expect "resume" RUNNING "$(state service)"
ctr task kill --signal SIGTERM service
stopped() { [ "$(state "$1")" = STOPPED ]; }
until_true stopped service
fits "kill, and the status of that" "*exit code 3*" "$(ctr task delete service 2>&1)"
ctr container delete service
ctr run -d $runtime $box many sh -c 'sleep 100 & sleep 100 & wait'
ctr task kill --all --signal SIGKILL many
until_true stopped many
ctr task delete many >/dev/null 2>&1 || :
ctr container delete many
ctr run -d $runtime $box forced sleep 100
ctr task delete --force forced >/dev/null 2>&1 || :
expect "delete --force" "" "$(ctr task list -q)"
ctr container delete forced

ctr image import --snapshotter native "$store/debian.tar" >/dev/null
debian_box=localhost/debian:latest
fits "Debian: apt-get" "apt *" "$(run $debian_box apt apt-get --version | sed -n 1p)"
fits "Debian: dpkg" "ii *bash*" "$(run $debian_box dpkg dpkg -l bash | tail -n 1)"
expect "Debian: perl" "6*7=42" "$(run $debian_box perl perl -e 'print "6*7=", 6*7')"

expect "nothing is there any more" "" "$(ctr container list -q)"
cleanup
trap - EXIT
expect_nothing_left
