#!/bin/sh
# containerd as a kubelet drives it, with a runtime handler that is minibox: see checks.sh.
. "$(dirname "$0")/checks.sh"

# The page's table, and what keeps this engine out of others' way.
{
  cat <<TOML
root = "$store/root"
state = "$store/state"
TOML
  block kubernetes.md toml
  cat <<TOML
[grpc]
  address = "$store/containerd.sock"
[plugins."io.containerd.internal.v1.opt"]
  path = "$store/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/box:latest"
  # a negative one needs CAP_SYS_RESOURCE
  restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".containerd]
  snapshotter = "native"
TOML
} >"$store/config.toml"
containerd --config "$store/config.toml" >"$store/log" 2>&1 &
daemon=$!
export CONTAINERD_ADDRESS="$store/containerd.sock" CONTAINERD_NAMESPACE=k8s.io

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
ctr image import --snapshotter native "$store/box.tar" >/dev/null
managed() { ctr image list | grep -q 'io.cri-containerd.image=managed'; }
until_true managed

here=$(dirname "$0")
said=$("$here/../../../../node_modules/.bin/node" "$here/cri.ts" "$CONTAINERD_ADDRESS" localhost/box:latest "/$name" 2>&1) || :
line() { echo "$said" | sed -n "s/^$1: //p"; }
answer() { # WHAT EXPECTED
  [ "$(line "$1")" = "$2" ] || echo "$said"
  expect "$1" "$2" "$(line "$1")"
}
answer "running" CONTAINER_RUNNING
answer "exec" "in, status 4"
answer "memory limit" "33554432, status 0"
answer "updated" "50331648, status 0"
answer "stopped" 3
answer "as a user, read-only" 100
answer "out of memory" "137 OOMKilled"
expect "nothing is there any more" "" "$(ctr container list -q)"
expect "nothing went wrong after that" 7 "$(echo "$said" | wc -l)"

cleanup
trap - EXIT
expect_nothing_left
