#!/bin/sh
# Docker with minibox in runc's place: see checks.sh.
. "$(dirname "$0")/checks.sh"

export DOCKER_HOST="unix://$store/docker.sock" DOCKER_CONFIG="$store/home"
block docker.md json >"$store/daemon.json"
# it keeps a key there
mkdir -p /etc/docker
mount -t tmpfs tmpfs /etc/docker
mounts=$(mount_points)
# The page's configuration, and what keeps this engine out of others' way.
dockerd --config-file "$store/daemon.json" --data-root "$store/data" --exec-root "$store/exec" --host "$DOCKER_HOST" \
  --pidfile "$store/docker.pid" --cgroup-parent "/$name" --exec-opt native.cgroupdriver=cgroupfs --storage-driver vfs \
  --bridge none --iptables=false --ip6tables=false --oom-score-adjust 0 >"$store/log" 2>&1 &
daemon=$!

limits="--network none"
run() { docker run --rm $limits "$@"; }
inspect() { docker inspect --format "{{$2}}" "$1"; }

cleanup() {
  # shellcheck disable=SC2046 # one word for each container
  docker rm --force $(docker ps -aq) >/dev/null 2>&1 || :
  kill "$daemon" 2>/dev/null || :
  wait "$daemon" 2>/dev/null || :
  # of --network host
  umount "$store/exec/netns/default" 2>/dev/null || :
  rm -rf "$store" || :
  # what engines leave of the parent they were given
  find /sys/fs/cgroup -depth -type d -path "*/$name*" -exec rmdir {} + 2>/dev/null || :
}
trap cleanup EXIT
until_true docker version

busybox_root "$store/image"
tar -C "$store/image" -c . | docker import - box >/dev/null

expect "docker knows it" minibox "$(docker info --format '{{.DefaultRuntime}}')"
expect "run" "hello" "$(run box echo hello)"
expect "run --runtime" "hello" "$(run --runtime minibox box echo hello)"
expect "the exit status" 7 "$(status run box sh -c 'exit 7')"
expect "a program that is not there" 127 "$(status run box nosuch)"
expect "one that may not be executed" 126 "$(status run box /etc)"
expect "stdin" "in" "$(echo in | run -i box cat)"
expect "--read-only" 1 "$(status run --read-only box touch /x)"
expect "--tmpfs" tmpfs "$(run --tmpfs /t box stat -f -c %T /t)"
expect "--tmpfs with options" "ro,noexec,size=1024k" \
  "$(run --tmpfs /t:ro,noexec,size=1m box sh -c "grep ' /t ' /proc/mounts" | grep -o -e '\bro\b' -e noexec -e 'size=[^, ]*' | paste -sd,)"
mkdir "$store/directory"
echo there >"$store/directory/file"
expect "-v" there "$(run -v "$store/directory:/d" box sh -c 'cat /d/file; touch /d/new')"
expect "-v is the host's own" 0 "$(status test -e "$store/directory/new")"
expect "-v ro" 1 "$(status run -v "$store/directory:/d:ro" box touch /d/x)"
expect "-v of a file" there "$(run -v "$store/directory/file:/f:ro" box cat /f)"
expect "-v of a volume" "kept" "$(run -v volume:/d box sh -c 'echo kept >/d/file' && run -v volume:/d box cat /d/file)"
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
expect "--device" "1:3" "$(run --device /dev/null:/dev/other box stat -c %t:%T /dev/other)"
expect "--sysctl" 65000 "$(run --sysctl kernel.msgmax=65000 box cat /proc/sys/kernel/msgmax)"
expect "--ulimit" 99 "$(run --ulimit nofile=99:99 box sh -c 'ulimit -n')"
expect "--shm-size" 2048 "$(run --shm-size 2m box df -k /dev/shm | tail -n 1 | tr -s ' ' | cut -d ' ' -f 2)"
expect "-t" /dev/pts/0 "$(script -qec "docker run --rm $limits -t box tty" /dev/null | grep -o '/dev/pts/[0-9]')"
expect "/dev/console" 88:0 "$(run -t box stat -c %t:%T /dev/console | tr -d '\r')"
expect "--init" docker-init "$(run --init box cat /proc/1/comm)"
expect "--pid host" "$$" "$(run --pid host box cat /proc/$$/stat | cut -d ' ' -f 1)"
expect "--network host" "lo" "$(docker run --rm --network host box ls /sys/class/net)"

expect "--memory" 33554432 "$(run --memory 32m box sh -c "$memory_limit")"
expect "--memory is enforced" 137 "$(status run --memory 32m box $allocate)"
expect "--pids-limit" 9 "$(run --pids-limit 9 box sh -c "$pids_limit")"
expect "--pids-limit is enforced" 1 "$(run --pids-limit 3 box sh -c 'for i in 1 2 3 4; do sleep 1 & done' 2>&1 | grep -c "can't fork")"
expect "--cpus" "50000" "$(run --cpus 0.5 box sh -c 'cut -d " " -f 1 /sys/fs/cgroup/cpu.max 2>/dev/null || cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us')"

docker run -d --name service $limits --memory 64m --health-cmd 'test -e /healthy' --health-interval 200ms --health-retries 1 box \
  sh -c 'echo begun; echo oops >&2; trap "exit 3" TERM; while :; do sleep 0.1; done' >/dev/null
expect "exec" 4 "$(status docker exec service sh -c 'exit 4')"
expect "exec --user" 1000 "$(docker exec --user 1000 service id -u)"
expect "exec --env, --workdir" "b /tmp" "$(docker exec --env A=b --workdir /tmp service sh -c 'echo $A $(pwd)')"
expect "exec -i" in "$(echo in | docker exec -i service cat)"
expect "exec -t" /dev/pts/0 "$(docker exec -t service tty | tr -d '\r')"
fits "exec --privileged is refused, in words" "*the container itself does not have CAP_*" "$(docker exec --privileged service true 2>&1)"
docker exec -d service touch /detached
until_true docker exec service test -e /detached
echo "ok: exec -d"
fits "a program that is not there, by exec" '*exec: "nosuch": executable file not found in $PATH*' "$(docker exec service nosuch 2>&1)"
expect "one that may not be executed, by exec" 126 "$(status docker exec service /etc)"
expect "logs" "begun oops" "$(docker logs service 2>&1 | sort | paste -sd' ')"
health() { [ "$(inspect service .State.Health.Status)" = "$1" ]; }
until_true health unhealthy
docker exec service touch /healthy
until_true health healthy
echo "ok: the health check"
# Docker asks minibox for the pids, and then ps for what they are: a process has to live for both.
docker exec -d service sleep 1000
processes() { docker top service -o pid,comm | awk 'NR > 1 { print $2 }' | sort | paste -sd' '; }
until_fits "top" "sh*sleep*" processes
expect "stats" "64MiB" "$(docker stats --no-stream --format '{{.MemUsage}}' service | sed 's,.*/ *,,')"
echo copied >"$store/file"
docker cp "$store/file" service:/copied 2>/dev/null
expect "cp to it" copied "$(docker exec service cat /copied)"
docker cp service:/copied "$store/back" 2>/dev/null
expect "cp from it" copied "$(cat "$store/back")"
fits "diff" "*/copied*" "$(docker diff service)"
docker update --memory 48m --memory-swap 48m --cpus 0.5 --pids-limit 50 service >/dev/null
expect "update" "50331648 50" "$(docker exec service sh -c "$memory_limit; $pids_limit" | paste -sd' ')"
docker pause service >/dev/null
expect "pause" paused "$(inspect service .State.Status)"
docker unpause service >/dev/null
expect "unpause" running "$(inspect service .State.Status)"
docker restart -t 5 service >/dev/null
expect "restart" running "$(inspect service .State.Status)"
docker stop -t 5 service >/dev/null
expect "stop" 3 "$(inspect service .State.ExitCode)"
docker start service >/dev/null
docker kill --signal TERM service >/dev/null
expect "kill with a signal" 3 "$(docker wait service)"
docker commit service committed >/dev/null
expect "commit" copied "$(run committed cat /copied)"
docker rm service >/dev/null

docker run -d --name other $limits --restart on-failure:1 box sleep 100 >/dev/null
docker kill other >/dev/null
expect "kill" 137 "$(docker wait other)"
docker rm other >/dev/null
docker run -d --name hungry $limits --memory 32m box sh -c "sleep 0.5; exec $allocate" >/dev/null
expect "out of memory" 137 "$(docker wait hungry)"
expect "docker is told of that" true "$(inspect hungry .State.OOMKilled)"
docker rm hungry >/dev/null
docker create --name never $limits box true >/dev/null
docker rm --force never >/dev/null
printf 'FROM box\nRUN echo built >/file\nCMD ["cat", "/file"]\n' >"$store/image/Dockerfile"
DOCKER_BUILDKIT=0 docker build -q --network none -t built "$store/image" >/dev/null 2>&1
expect "build" built "$(run built)"

docker import "$debian" debian >/dev/null
fits "Debian: apt-get" "apt *" "$(run debian apt-get --version | sed -n 1p)"
fits "Debian: dpkg" "ii *bash*" "$(run debian dpkg -l bash | tail -n 1)"
expect "Debian: perl" "6*7=42" "$(run debian perl -e 'print "6*7=", 6*7')"
expect "Debian: a user of its own" "games" "$(run --user games debian id -un)"
expect "Debian: su" "_apt" "$(run debian su -s /bin/sh -c 'id -un' _apt)"

expect "nothing is there any more" "" "$(docker ps -aq)"
cleanup
trap - EXIT
expect_nothing_left
