#!/bin/sh
# Podman with minibox in runc's place: see checks.sh.
. "$(dirname "$0")/checks.sh"

podman() {
  command podman --root "$store/root" --runroot "$store/run" --tmpdir "$store/libpod" --storage-driver vfs \
    --network-config-dir "$store/networks" --cgroup-manager cgroupfs --events-backend file "$@"
}
block podman.md toml >"$store/containers.conf"
export CONTAINERS_CONF="$store/containers.conf"

# What a machine without CAP_SYS_RESOURCE allows; and a network that asks for no other program.
limits="--ulimit nofile=1024:1024 --ulimit nproc=4096:4096 --cgroup-parent /$name"
apart="--network none $limits"
run() { podman run --rm $apart "$@"; }
inspect() { podman inspect --format "{{$2}}" "$1"; }

cleanup() {
  podman rm --force --time 0 --all >/dev/null 2>&1 || :
  podman rmi --force --all >/dev/null 2>&1 || :
  umount -l "$store/root/vfs" 2>/dev/null || :
  rm -rf "$store" || :
  # what engines leave of the parent they were given
  find /sys/fs/cgroup -depth -type d -path "*/$name*" -exec rmdir {} + 2>/dev/null || :
}
trap cleanup EXIT

busybox_root "$store/image"
tar -C "$store/image" -c . | podman import - box >/dev/null 2>&1

expect "podman knows its runtime" minibox "$(podman info --format '{{.Host.OCIRuntime.Name}}')"
fits "its version" "minibox version *" "$(podman info --format '{{.Host.OCIRuntime.Version}}' | sed -n 1p)"

expect "run" "hello" "$(run box echo hello)"
expect "the exit status" 7 "$(status run box sh -c 'exit 7')"
expect "a program that is not there" 127 "$(status run box nosuch)"
expect "one that may not be executed" 126 "$(status run box /etc)"
expect "stdin" "in" "$(echo in | run -i box cat)"
expect "--read-only" 1 "$(status run --read-only box touch /x)"
expect "--read-only leaves /tmp" 0 "$(status run --read-only box touch /tmp/x)"
expect "--tmpfs" tmpfs "$(run --tmpfs /t box stat -f -c %T /t)"
expect "--tmpfs with options" "ro,noexec,size=1024k" \
  "$(run --tmpfs /t:ro,noexec,size=1m box sh -c "grep ' /t ' /proc/mounts" | grep -o -e '\bro\b' -e noexec -e 'size=[^, ]*' | paste -sd,)"
mkdir "$store/directory"
echo there >"$store/directory/file"
expect "-v" there "$(run -v "$store/directory:/d" box sh -c 'cat /d/file; touch /d/new')"
expect "-v is the host's own" 0 "$(status test -e "$store/directory/new")"
expect "-v ro" 1 "$(status run -v "$store/directory:/d:ro" box touch /d/x)"
expect "-v of a file" there "$(run -v "$store/directory/file:/f:ro" box cat /f)"
expect "-v with options" "nosuid,noexec" \
  "$(run -v "$store/directory:/d:noexec,nosuid" box sh -c "grep ' /d ' /proc/mounts" | grep -o 'nosuid,.*noexec' | sed s/nodev,//)"
expect "--user" "1000 1001" "$(run --user 1000:1001 box sh -c 'echo $(id -u) $(id -g)')"
expect "--user by name, with its groups" "1000 1001 1001 1002" "$(run --user user box sh -c 'echo $(id -u) $(id -g) $(id -G)')"
expect "--cap-drop" 0000000000000000 "$(run --cap-drop all box sh -c "$(of_status CapBnd)")"
expect "--cap-add" 0000000000200000 "$(run --cap-drop all --cap-add sys_admin box sh -c "$(of_status CapBnd)")"
expect "the seccomp profile" 2 "$(run box sh -c "$(of_status Seccomp)")"
expect "seccomp=unconfined" 0 "$(run --security-opt seccomp=unconfined box sh -c "$(of_status Seccomp)")"
no_mkdir "$store/profile.json"
expect "seccomp=FILE" "mkdir: can't create directory '/x': No space left on device" \
  "$(run --security-opt "seccomp=$store/profile.json" box mkdir /x 2>&1)"
expect "no-new-privileges" 1 "$(run --security-opt no-new-privileges box sh -c "$(of_status NoNewPrivs)")"
expect "--hostname" name "$(run --hostname name box hostname)"
expect "--env, --workdir" "b /tmp" "$(run --env A=b --workdir /tmp box sh -c 'echo $A $(pwd)')"
expect "--uidmap" 100000 "$(run --uidmap 0:100000:65536 --gidmap 0:100000:65536 box sh -c 'cut -c 12-21 /proc/self/uid_map' | tr -d ' ')"
expect "--device" "1:3" "$(run --device /dev/null:/dev/other box stat -c %t:%T /dev/other)"
expect "--sysctl" 65000 "$(run --sysctl net.ipv4.ip_default_ttl=65 --sysctl kernel.msgmax=65000 box cat /proc/sys/kernel/msgmax)"
expect "--ulimit" 99 "$(run --ulimit nofile=99:99 box sh -c 'ulimit -n')"
expect "--shm-size" 2048 "$(run --shm-size 2m box df -k /dev/shm | tail -n 1 | tr -s ' ' | cut -d ' ' -f 2)"
expect "-t" /dev/pts/0 "$(run -t box tty | tr -d '\r')"
expect "/dev/console" 88:0 "$(run -t box stat -c %t:%T /dev/console | tr -d '\r')"
expect "--init" podman-init "$(run --init box cat /proc/1/comm)"
expect "--pid host" "$$" "$(run --pid host box cat /proc/$$/stat | cut -d ' ' -f 1)"
expect "--network host" "lo" "$(podman run --rm $limits --network host box ls /sys/class/net)"

expect "--memory" 33554432 "$(run --memory 32m box sh -c "$memory_limit")"
expect "--memory is enforced" 137 "$(status run --memory 32m box $allocate)"
expect "--pids-limit" 9 "$(run --pids-limit 9 box sh -c "$pids_limit")"
expect "--pids-limit is enforced" 1 "$(run --pids-limit 3 box sh -c 'for i in 1 2 3 4; do sleep 1 & done' 2>&1 | grep -c "can't fork")"
expect "--cpus" "50000" "$(run --cpus 0.5 box sh -c 'cut -d " " -f 1 /sys/fs/cgroup/cpu.max 2>/dev/null || cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us')"
expect "--cgroups=disabled" 0 "$(status podman run --rm --network none --ulimit nofile=1024:1024 --ulimit nproc=4096:4096 --cgroups disabled box true)"

podman run -d --name service $apart --memory 64m --health-cmd 'test -e /healthy' --health-interval disable box \
  sh -c 'echo begun; echo oops >&2; trap "exit 3" TERM; while :; do sleep 0.1; done' >/dev/null
expect "exec" 4 "$(status podman exec service sh -c 'exit 4')"
expect "exec --user" 1000 "$(podman exec --user 1000 service id -u)"
expect "exec --env, --workdir" "b /tmp" "$(podman exec --env A=b --workdir /tmp service sh -c 'echo $A $(pwd)')"
expect "exec -i" in "$(echo in | podman exec -i service cat)"
expect "exec -t" /dev/pts/0 "$(podman exec -t service tty | tr -d '\r')"
fits "exec --privileged is refused, in words" "*the container itself does not have CAP_*" "$(podman exec --privileged service true 2>&1)"
podman exec -d service touch /detached >/dev/null
until_true podman exec service test -e /detached
echo "ok: exec -d"
expect "a program that is not there, by exec" 127 "$(status podman exec service nosuch)"
expect "one that may not be executed, by exec" 126 "$(status podman exec service /etc)"
expect "logs" "begun oops" "$(podman logs service 2>&1 | sort | paste -sd' ')"
expect "healthcheck run, unhealthy" 1 "$(status podman healthcheck run service)"
podman exec service touch /healthy
expect "healthcheck run, healthy" 0 "$(status podman healthcheck run service)"
processes() { podman top service comm | tail -n +2 | sort | paste -sd' '; }
until_fits "top" "sh*sleep*" processes
fits "top by ps" "*while*" "$(podman top service -e -o pid,args 2>&1)"
expect "stats" "67.11MB" "$(podman stats --no-stream --format '{{.MemUsage}}' service | sed 's,.*/ *,,')"
echo copied >"$store/file"
podman cp "$store/file" service:/copied
expect "cp to it" copied "$(podman exec service cat /copied)"
podman cp service:/copied "$store/back"
expect "cp from it" copied "$(cat "$store/back")"
fits "diff" "*/copied*" "$(podman diff service)"
if podman update --help >/dev/null 2>&1; then
  podman update --memory 48m service >/dev/null
  expect "update" 50331648 "$(podman exec service sh -c "$memory_limit")"
fi
podman pause service >/dev/null
expect "pause" paused "$(inspect service .State.Status)"
expect "exec in one that is paused" 255 "$(status podman exec service true)"
podman unpause service >/dev/null
expect "unpause" running "$(inspect service .State.Status)"
podman restart -t 5 service >/dev/null
expect "restart" running "$(inspect service .State.Status)"
podman stop -t 5 service >/dev/null
expect "stop" 3 "$(inspect service .State.ExitCode)"
podman start service >/dev/null
podman kill --signal TERM service >/dev/null
expect "kill with a signal" 3 "$(podman wait service)"
podman commit -q service committed >/dev/null
expect "commit" copied "$(run committed cat /copied)"
podman rm service >/dev/null

podman run -d --name other $apart --memory 32m box sleep 100 >/dev/null
podman kill other >/dev/null
expect "kill" 137 "$(podman wait other)"
podman rm other >/dev/null
podman run -d --name hungry $apart --memory 32m box $allocate >/dev/null
expect "out of memory" 137 "$(podman wait hungry)"
podman rm hungry >/dev/null
podman create --name never $apart box true >/dev/null
podman init never >/dev/null
expect "init" initialized "$(inspect never .State.Status)"
podman rm --force --time 0 never >/dev/null
expect "rm --force of what is only created" "" "$(podman ps -aq)"

podman pod create --name pod --network none --cgroup-parent "/$name" >/dev/null
podman run -d --name first --pod pod $limits box sleep 100 >/dev/null
expect "containers of a pod share its network" "$(podman exec first readlink /proc/self/ns/net)" \
  "$(podman run --rm --pod pod $limits box readlink /proc/self/ns/net)"
podman pod stop -t 0 pod >/dev/null 2>&1
expect "pod stop" Exited "$(podman pod inspect pod --format '{{.State}}')"
podman pod rm pod >/dev/null
podman rmi --force "$(podman images -q podman-pause)" >/dev/null

podman import -q "$debian" debian >/dev/null
fits "Debian: apt-get" "apt *" "$(run debian apt-get --version | sed -n 1p)"
fits "Debian: dpkg" "ii *bash*" "$(run debian dpkg -l bash | tail -n 1)"
expect "Debian: perl" "6*7=42" "$(run debian perl -e 'print "6*7=", 6*7')"
expect "Debian: a user of its own" "games" "$(run --user games debian id -un)"
expect "Debian: su" "_apt" "$(run debian su -s /bin/sh -c 'id -un' _apt)"

# An ordinary user, with subordinate ids, as whom Podman runs without root.
home=$store/user
mkdir -p "$home" /run/user/1000
echo "rootless:x:1000:1000::$home:/bin/sh" >"$store/passwd"
echo rootless:100000:65536 >"$store/subid"
mount --bind "$store/passwd" /etc/passwd
for file in /etc/subuid /etc/subgid; do mount --bind "$store/subid" $file; done
tar -C "$store/image" -cf "$home/box.tar" .
chown -R 1000:1000 "$home" /run/user/1000
chmod 755 "$store" "$store/containers.conf"
as_user() {
  (cd "$home" && setpriv --reuid 1000 --regid 1000 --clear-groups \
    env HOME="$home" XDG_CONFIG_HOME="$home" XDG_RUNTIME_DIR=/run/user/1000 TMPDIR=/tmp "$@")
}
rootless() {
  as_user podman --root "$home/root" --runroot /run/user/1000/run --storage-driver vfs --cgroup-manager cgroupfs \
    --events-backend file "$@" 2>>"$store/rootless.log"
}
rootless import -q box.tar box >/dev/null
expect "without root: run" 0 "$(rootless run --rm --network none box id -u)"
expect "without root: subordinate ids" "100000" "$(rootless run --rm --network none box sh -c 'tail -n 1 /proc/self/uid_map' | awk '{ print $2 }')"
expect "without root: --user" "1000 1001 1002" "$(rootless run --rm --network none --user user box sh -c 'echo $(id -u) $(id -G)')"
expect "without root: a file of its own" "100999" "$(rootless run --rm --network none --user user -v "$home:/home:rw" box stat -c %u /home >/dev/null
  rootless unshare sh -c 'mkdir -m 777 ~/open' && rootless run --rm --network none --user user -v "$home/open:/d" box touch /d/x && stat -c %u "$home/open/x")"
expect "without root: --cgroups=disabled" 0 "$(rootless run --rm --network none --cgroups disabled box id -u)"
rootless run -d --name service --network none box sh -c 'trap "exit 3" TERM; while :; do sleep 0.1; done' >/dev/null
expect "without root: exec" 1000 "$(rootless exec --user user service id -u)"
rootless stop -t 5 service >/dev/null
expect "without root: stop" 3 "$(rootless wait service)"
rootless rm service >/dev/null
expect "without root: nothing is there any more" "" "$(rootless ps -aq)"
# the process that holds its user namespace
rootless system migrate
for file in /etc/passwd /etc/subuid /etc/subgid; do umount $file; done

expect "nothing is there any more" "" "$(podman ps -aq)"
cleanup
trap - EXIT
expect_nothing_left
