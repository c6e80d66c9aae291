#!/bin/sh
# Podman with minibox in runc's place. podman.sh MINIBOX DIRECTORY: DIRECTORY is for storage, and is left behind empty.
# Prints a line for each thing that works, and ends with the first that does not.
set -eu
minibox=$1
store=$2

podman() {
  command podman --root "$store/root" --runroot "$store/run" --storage-driver vfs \
    --cgroup-manager cgroupfs --events-backend file --runtime "$minibox" "$@"
}

# What a machine without CAP_SYS_RESOURCE allows; and a network that asks for no other program.
limits="--network none --ulimit nofile=1024:1024 --ulimit nproc=4096:4096"
run() { podman run --rm $limits "$@"; }

expect() { # WHAT EXPECTED FOUND
  if [ "$2" != "$3" ]; then
    echo "not ok: $1: expected '$2', found '$3'"
    exit 1
  fi
  echo "ok: $1"
}

status() { "$@" >/dev/null 2>&1 && echo 0 || echo $?; }

cleanup() {
  podman rm --force --all >/dev/null 2>&1 || :
  podman rmi --force --all >/dev/null 2>&1 || :
  rm -rf "$store"
  # podman leaves its own; one that somebody is in stays
  find /sys/fs/cgroup -depth -path '*/libpod_parent*' -type d -exec rmdir {} + 2>/dev/null || :
}
trap cleanup EXIT

root=$store/image
mkdir -p "$root/bin" "$root/tmp" "$root/etc" "$root/proc" "$root/sys" "$root/dev"
cp "$(command -v busybox)" "$root/bin/busybox"
for applet in $("$root/bin/busybox" --list); do
  [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"
done
tar -C "$root" -c . | podman import - box >/dev/null 2>&1

expect "run" "hello" "$(run box echo hello)"
expect "the exit status" 7 "$(status run box sh -c 'exit 7')"
expect "a program that is not there" 127 "$(status run box nosuch)"
expect "one that may not be executed" 126 "$(status run box /etc)"
expect "--read-only" 1 "$(status run --read-only box touch /x)"
expect "--read-only leaves /tmp" 0 "$(status run --read-only box touch /tmp/x)"
expect "--tmpfs" tmpfs "$(run --tmpfs /t box stat -f -c %T /t)"
echo there >"$store/file"
expect "-v" there "$(run -v "$store/file:/f:ro" box cat /f)"
expect "--user" "1000 1001" "$(run --user 1000:1001 box sh -c 'echo $(id -u) $(id -g)')"
expect "--cap-drop" 0000000000000000 "$(run --cap-drop all box sh -c 'grep CapBnd /proc/self/status | cut -f2')"
expect "the seccomp profile" 2 "$(run box sh -c 'grep Seccomp: /proc/self/status | cut -f2')"
expect "seccomp=unconfined" 0 "$(run --security-opt seccomp=unconfined box sh -c 'grep Seccomp: /proc/self/status | cut -f2')"
expect "--hostname" name "$(run --hostname name box hostname)"
expect "--uidmap" 100000 "$(run --uidmap 0:100000:65536 --gidmap 0:100000:65536 box sh -c 'cut -c 12-21 /proc/self/uid_map' | tr -d ' ')"
expect "-t" /dev/pts/0 "$(run -t box tty | tr -d '\r')"
expect "/dev/console" 88:0 "$(run -t box stat -c %t:%T /dev/console | tr -d '\r')"

podman run -d --name service $limits box sh -c 'echo begun; trap "exit 3" TERM; while :; do sleep 0.1; done' >/dev/null
expect "exec" 4 "$(status podman exec service sh -c 'exit 4')"
expect "exec --user" 1000 "$(podman exec --user 1000 service id -u)"
expect "exec -t" /dev/pts/0 "$(podman exec -t service tty | tr -d '\r')"
expect "a program that is not there, by exec" 127 "$(status podman exec service nosuch)"
expect "logs" begun "$(podman logs service)"
podman pause service >/dev/null
expect "pause" paused "$(podman inspect --format '{{.State.Status}}' service)"
podman unpause service >/dev/null
podman stop -t 5 service >/dev/null
expect "stop" 3 "$(podman inspect --format '{{.State.ExitCode}}' service)"
podman rm service >/dev/null

podman run -d --name other $limits box sleep 100 >/dev/null
podman kill other >/dev/null
expect "kill" 137 "$(podman wait other)"
podman rm other >/dev/null
expect "nothing is left" "" "$(podman ps -aq)"
