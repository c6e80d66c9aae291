# What the scripts of all engines share. Each is started as SCRIPT MINIBOX DIRECTORY DEBIAN, alone in namespaces for its mounts,
# processes and network, prints a line for each thing that works, and ends with the first that does not.
#   MINIBOX    the program
#   DIRECTORY  an empty one of its own, whose name no other has: for everything the engine keeps. It is removed
#   DEBIAN     a root file system of Debian, as tar
set -eu
minibox=$1
store=$2
debian=$3
name=$(basename "$store")

# What engines write wherever they are told to keep theirs.
mount -t tmpfs tmpfs /run
export HOME="$store/home" XDG_CONFIG_HOME="$store/home" TMPDIR="$store/tmp"
mkdir -p "$HOME" "$TMPDIR"
# where Podman's monitor writes, too
cd "$store"
# Where the pages say that minibox is. What else this machine has there is not Debian's.
mount -t tmpfs tmpfs /usr/local/bin
ln -s "$minibox" /usr/local/bin/minibox
ip link set lo up
mount_points() { cut -d ' ' -f 5 /proc/self/mountinfo; }
mounts=$(mount_points)

expect() { # WHAT EXPECTED FOUND
  if [ "$2" != "$3" ]; then
    echo "not ok: $1: expected '$2', found '$3'"
    exit 1
  fi
  echo "ok: $1"
}

fits() { # WHAT PATTERN FOUND
  # shellcheck disable=SC2254 # it is a pattern
  case $3 in
    $2) echo "ok: $1" ;;
    *) expect "$1" "$2" "$3" ;;
  esac
}

status() { "$@" >/dev/null 2>&1 && echo 0 || echo $?; }

until_true() { # COMMAND...: tried for 20 seconds
  tries=200
  until "$@" >/dev/null 2>&1; do
    tries=$((tries - 1))
    if [ "$tries" -eq 0 ]; then
      echo "not ok: still not: $*" && ps -ef
      exit 1
    fi
    sleep 0.1
  done
}

# What a container's processes are: a shell's next `sleep` may not be there yet, or not be called that yet.
until_fits() { # WHAT PATTERN COMMAND...: tried for 20 seconds
  what=$1
  shift
  until_true prints "$@"
  echo "ok: $what"
}

prints() { # PATTERN COMMAND...
  pattern=$1
  shift
  # shellcheck disable=SC2254 # it is a pattern
  case $("$@") in
    $pattern) ;;
    *) return 1 ;;
  esac
}

# The first block of code in a language that a page of the documentation has.
block() { # PAGE LANGUAGE
  awk -v fence="\`\`\`$2" '$0 == "```" && inside { exit } inside { print } $0 == fence { inside = 1 }' \
    "$(dirname "$0")/../../../../docs/$1"
}

# The root file system of an image: busybox under all its names.
busybox_root() { # DIRECTORY
  mkdir -p "$1/bin" "$1/tmp" "$1/etc" "$1/proc" "$1/sys" "$1/dev"
  chmod 1777 "$1/tmp"
  cp "$(command -v busybox)" "$1/bin/busybox"
  for applet in $("$1/bin/busybox" --list); do
    [ "$applet" = busybox ] || ln -s busybox "$1/bin/$applet"
  done
  printf 'root:x:0:0::/:/bin/sh\nuser:x:1000:1001::/:/bin/sh\n' >"$1/etc/passwd"
  printf 'root:x:0:\nuser:x:1001:\nextra:x:1002:user\n' >"$1/etc/group"
}

# An image of one layer, as Docker saves one.
save_image() { # NAME LAYER FILE
  mkdir -p "$store/archive"
  cp "$2" "$store/archive/layer.tar"
  digest=$(sha256sum "$2" | cut -d ' ' -f 1)
  cat >"$store/archive/config.json" <<JSON
{ "architecture": "amd64", "os": "linux",
  "config": { "Env": ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"], "Cmd": ["sleep", "1000"] },
  "rootfs": { "type": "layers", "diff_ids": ["sha256:$digest"] } }
JSON
  echo "[{\"Config\":\"config.json\",\"RepoTags\":[\"$1\"],\"Layers\":[\"layer.tar\"]}]" >"$store/archive/manifest.json"
  tar -C "$store/archive" -cf "$3" manifest.json config.json layer.tar
  rm -r "$store/archive"
}
# Of a process in a container, on either version of cgroups.
memory_limit='cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null'
pids_limit='cat /sys/fs/cgroup/pids.max /sys/fs/cgroup/pids/pids.max 2>/dev/null'
of_status() { echo "grep $1: /proc/self/status | cut -f2"; }

# More than --memory 32m allows.
allocate='dd if=/dev/zero of=/dev/null bs=100M count=1'

# A seccomp profile that lets a process do all but make directories.
no_mkdir() { # FILE
  cat >"$1" <<JSON
{ "defaultAction": "SCMP_ACT_ALLOW",
  "syscalls": [{ "names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28 }] }
JSON
}

# We are process 1, and nobody else is there; dead ones are reaped when we next wait for one of ours.
alone() {
  sleep 0
  set -- /proc/[0-9]*
  [ "$*" = /proc/1 ]
}

# After the engine has ended, nothing may be there but this script.
expect_nothing_left() {
  # who adopts a process that has ended may take a moment to notice
  until_true alone
  echo "ok: no process is left"
  expect "no mount is left" "$mounts" "$(mount_points)"
  expect "no cgroup is left" "" "$(find /sys/fs/cgroup -type d -path "*$name*")"
}
