/**
 * What a process sees of its world, in parts whose names are in brackets: a script for busybox. Left out are sizes and counts,
 * which no two processes share.
 */
export const LOOK = `
part() { echo "[$1]"; shift; "$@" 2>&1; }
fails() { (echo x >"$1") 2>&1 | sed "s/.*: //"; }
part status grep -E '^(Umask|State|Uid|Gid|Groups|FDSize|TracerPid|NoNewPrivs|Seccomp|Seccomp_filters|Sig(Ign|Blk|Cgt|Pnd)|ShdPnd|Cap|THP|Threads|CoreDumping|Cpus_allowed_list|Mems_allowed_list)' /proc/self/status
part session sh -c 'cut -d " " -f 5-8,18,19 /proc/1/stat; cut -d " " -f 7,18,19 /proc/self/stat'
part limits cat /proc/self/limits
part fds ls /proc/$$/fd
part env env
part firstenv sh -c 'tr "\\0" "\\n" </proc/1/environ'
part id id
part uname sh -c 'uname -snrm; cat /proc/sys/kernel/domainname'
part cwd pwd
part dev sh -c 'cd /dev && find . -maxdepth 2 | sort | xargs stat -c "%n %F %a %u:%g %t:%T"; readlink fd stdin stdout stderr ptmx core'
part filesystems stat -f -c "%n %T" / /dev /dev/shm /dev/pts /dev/mqueue /proc /sys
part oom cat /proc/self/oom_score_adj
part personality sh -c 'cat /proc/self/personality /proc/self/coredump_filter /proc/self/timerslack_ns /proc/self/setgroups /proc/self/uid_map /proc/self/gid_map'
part net sh -c 'cat /proc/net/dev; ip addr | grep -o "lo: <[^>]*>"; ip route'
part masked sh -c 'for f in /proc/acpi /proc/asound /proc/kcore /proc/keys /proc/latency_stats /proc/timer_list /proc/timer_stats /proc/sched_debug /sys/firmware /proc/scsi; do test -e $f || continue; stat -c "%n %F %a %t:%T" $f; ls $f; test -d $f || head -c 10 $f | wc -c; done'
part readonly sh -c 'for f in /proc/sys/kernel/hostname /proc/sysrq-trigger /proc/irq/x /proc/bus/x /proc/fs/x /sys/x /sys/fs/cgroup/pids/x; do echo $f; (echo x >$f) 2>&1 | sed "s/.*: //"; done'
part writable sh -c 'for f in / /dev /dev/shm /tmp /etc /proc; do touch $f/.x 2>/dev/null && { echo $f; rm $f/.x; }; done'
part sysctl cat /proc/sys/net/ipv4/ip_unprivileged_port_start /proc/sys/net/ipv4/ping_group_range /proc/sys/kernel/shmmax /proc/sys/fs/mqueue/msg_max
part namespaces sh -c 'for n in cgroup ipc mnt net pid user uts; do test $(readlink /proc/self/ns/$n) = $(readlink /proc/1/ns/$n) && echo $n as the first; done'
part terminal sh -c 'tty; test -e /dev/console && stat -c "%n %F %a %u:%g %t:%T" /dev/console; ls /dev/pts'
part mounts sh -c "sed 's/^[0-9]* [0-9]* [0-9:]* //; s/master:[0-9]* //; s/shared:[0-9]* //' /proc/self/mountinfo | sort"
part cgroup sh -c "sed 's/test-[0-9-]*/ID/' /proc/self/cgroup"
`;

/** The parts of what it printed. */
export function partsOf(text: string): Record<string, string[]> {
  const parts: Record<string, string[]> = {};
  let name = "";
  for (const line of text.replaceAll(/\r|\^@|\0/g, "").split("\n")) {
    const head = /^\[(\w+)\]$/.exec(line);
    if (head === null) parts[name]?.push(line);
    else parts[(name = head[1] ?? "")] = [];
  }
  return parts;
}

/** What may differ from runc 1.1 in a part, and why. */
const ALLOWED: readonly (readonly [
  part: string,
  what: RegExp,
  as: string,
  because: string,
])[] = [
  [
    "mounts",
    /^\S+ (\/proc\/(keys|timer_list|kcore|latency_stats|timer_stats|sched_debug)) .*/,
    "$1",
    "a masked file is the host's /dev/null, read-only here, writable there",
  ],
  [
    "mounts",
    /^\S+ (\/proc\/(acpi|scsi|asound)|\/sys\/firmware) .*/,
    "$1",
    "a masked directory is an empty tmpfs of one inode here, of no limit there",
  ],
  [
    "mounts",
    /^\/ \/sys\/fs\/cgroup .*/,
    "/sys/fs/cgroup",
    "the directory of v1's hierarchies is read-only here, as the configuration has it, and writable there",
  ],
  [
    "mounts",
    /^(\/ \/sys\/fs\/cgroup\/systemd .*) (cgroup|systemd) rw,/,
    "$1 SOURCE rw,",
    "the name that the mount shows for its source has no meaning",
  ],
  [
    "mounts",
    /^\/(\w+) (\/dev\/(null|zero|full|random|urandom|tty)) .*/,
    "$2",
    "devices of the host that are bound are read-only and noexec here: their files, not what they are",
  ],
  ["mounts", /test-[0-9-]+|\/minibox-bundle-\w+/g, "ID", "two containers"],
  [
    "dev",
    /^(\.\/mqueue directory 1777) \S+/,
    "$1",
    "the owner of a message queue file system is who made the namespace: runc is root inside by then",
  ],
  ["status", /^FDSize:.*/, "FDSize", "how many descriptors there once were"],
  ["status", /^State:.*/, "State", "it runs, or waits for a page"],
];

/** The same of a process that is executed later. */
const ALLOWED_LATER: typeof ALLOWED = [
  [
    "status",
    /^Umask:.*/,
    "Umask",
    "the umask of the configuration's user is that of its executed processes here; runc has 0022",
  ],
];

/** The same, without what may differ. */
export function comparable(
  parts: Record<string, string[]>,
  { executes }: { readonly executes: boolean },
): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(parts).map(([name, lines]) => {
      const rules = [...ALLOWED, ...(executes ? ALLOWED_LATER : [])].filter(
        ([part]) => part === name,
      );
      const clean = lines.map((line) =>
        rules.reduce((text, [, what, as]) => text.replace(what, as), line),
      );
      return [name, name === "mounts" ? clean.sort() : clean];
    }),
  );
}
