#!/bin/sh
# Buildah with minibox in runc's place: see checks.sh.
. "$(dirname "$0")/checks.sh"

buildah() {
  command buildah --root "$store/root" --runroot "$store/run" --storage-driver vfs "$@"
}
block podman.md toml >"$store/containers.conf"
export CONTAINERS_CONF="$store/containers.conf" BUILDAH_ISOLATION=oci BUILDAH_RUNTIME=minibox

limits="--network none --ulimit nofile=1024:1024 --ulimit nproc=4096:4096 --cgroup-parent /$name"

cleanup() {
  buildah rm --all >/dev/null 2>&1 || :
  buildah rmi --all --force >/dev/null 2>&1 || :
  umount -l "$store/root/vfs" 2>/dev/null || :
  rm -rf "$store" || :
  # what engines leave of the parent they were given
  find /sys/fs/cgroup -depth -type d -path "*/$name*" -exec rmdir {} + 2>/dev/null || :
}
trap cleanup EXIT

busybox_root "$store/image"
box=$(buildah from $limits scratch)
buildah copy -q "$box" "$store/image" / >/dev/null
run() { buildah run --isolation oci --runtime minibox "$@"; }
expect "run" hello "$(run "$box" -- echo hello)"
expect "the exit status" 7 "$(status run "$box" -- sh -c 'exit 7')"
expect "a program that is not there" 1 "$(run "$box" -- nosuch 2>&1 | grep -c 'executable file not found in $PATH')"
expect "--user" 1000 "$(run --user 1000 "$box" -- id -u)"
expect "-t" /dev/pts/0 "$(script -qec "command buildah --root '$store/root' --runroot '$store/run' --storage-driver vfs run -t $box -- tty" /dev/null | grep -o '/dev/pts/[0-9]')"
expect "--env, --workingdir" "b /tmp" "$(run --env A=b --workingdir /tmp "$box" -- sh -c 'echo $A $(pwd)')"
expect "-v" there "$(echo there >"$store/file" && run -v "$store/file:/f:ro" "$box" -- cat /f)"
expect "--cap-drop" 0 "$((0x$(run --cap-drop CAP_CHOWN "$box" -- sh -c "$(of_status CapBnd)") & 1))"
expect "--cap-add" 1 "$((0x$(run --cap-add CAP_SYS_ADMIN "$box" -- sh -c "$(of_status CapBnd)") >> 21 & 1))"
expect "the seccomp profile" 2 "$(run "$box" -- sh -c "$(of_status Seccomp)")"
expect "--hostname" name "$(run --hostname name "$box" -- hostname)"
run "$box" -- sh -c 'echo made >/file'
buildah config --cmd '["cat", "/file"]' "$box" 2>/dev/null
buildah commit -q "$box" committed >/dev/null
expect "from, what was committed" made "$(run "$(buildah from $limits committed)" -- cat /file)"

mkdir "$store/context"
echo copied >"$store/context/file"
cat >"$store/context/Containerfile" <<'FILE'
FROM committed
COPY file /copied
RUN cat /file /copied >/both && chown user /both
USER user
WORKDIR /tmp
RUN id -un >user && pwd >>user
RUN ["touch", "/tmp/exec-form"]
FILE
expect "bud" 0 "$(status buildah bud $limits --layers -t built "$store/context")"
built=$(buildah from $limits built)
expect "bud: RUN" "made copied user" "$(run "$built" -- sh -c 'cat /both; stat -c %U /both' | paste -sd' ')"
expect "bud: USER, WORKDIR" "user /tmp" "$(run "$built" -- cat /tmp/user | paste -sd' ')"
printf 'FROM committed\nRUN exit 7\n' >"$store/context/Containerfile"
fits "bud: a RUN that fails" "*exit status 7*" "$(buildah bud $limits "$store/context" 2>&1)"
printf 'FROM committed\nRUN %s\n' "$allocate" >"$store/context/Containerfile"
fits "bud: --memory" "*exited on killed*" "$(buildah bud $limits --memory 32m "$store/context" 2>&1)"

debian_box=$(buildah from $limits scratch)
buildah add -q "$debian_box" "$debian" / >/dev/null
fits "Debian: dpkg" "ii *bash*" "$(run "$debian_box" -- dpkg -l bash | tail -n 1)"
expect "Debian: perl" "6*7=42" "$(run "$debian_box" -- perl -e 'print "6*7=", 6*7')"

cleanup
trap - EXIT
expect_nothing_left
