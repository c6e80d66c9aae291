import { program, requires, root } from "@ns/testkit";
import { expect, test } from "vitest";
import { Bundle, uniqueId } from "../internal/bundle.ts";

/** What a process sees of its world, in parts whose names are in brackets. */
const LOOK = `
part() { echo "[$1]"; shift; "$@" 2>&1; }
part status grep -E '^(Uid|Gid|Groups|Cap|NoNewPrivs|Seccomp|Umask|Sig(Ign|Blk))' /proc/self/status
part limits cat /proc/self/limits
part fds sh -c 'ls /proc/$$/fd'
part env env
part id id
part hostname hostname
part cwd pwd
part dev sh -c 'cd /dev && ls -1 && stat -c "%n %a %u:%g %t:%T" null zero full random urandom tty && readlink fd stdin stdout stderr ptmx'
part oom cat /proc/self/oom_score_adj
part net cat /proc/net/dev
part interfaces sh -c 'ip addr | grep -o "lo: <[^>]*>"'
part masked sh -c 'for f in /proc/keys /proc/timer_list; do wc -c <$f; done; ls /proc/acpi /sys/firmware'
part readonly sh -c 'for f in /proc/sys/kernel/hostname /proc/sysrq-trigger /proc/irq/x; do (echo x >$f) 2>&1; done; touch /x'
part mounts sh -c "sed 's/^[0-9]* [0-9]* [0-9:]* //; s/master:[0-9]* //; s/shared:[0-9]* //' /proc/self/mountinfo | sort"
part cgroup sh -c "sed 's/test-[0-9-]*/ID/; s/runc-[0-9-]*/ID/' /proc/self/cgroup"
`;

function partsOf(text: string): Record<string, string> {
  const parts: Record<string, string> = {};
  let name = "";
  for (const line of text.split("\n")) {
    const head = /^\[(\w+)\]$/.exec(line);
    if (head === null) parts[name] = `${parts[name] ?? ""}${line}\n`;
    else name = head[1] ?? "";
  }
  return parts;
}

/**
 * Takes out of a list of mounts what is known to differ:
 * - a masked file is the host's /dev/null read-only, nosuid and noexec here, and writable there;
 * - a masked directory is an empty tmpfs of one inode here, and of no limit there;
 * - the directory of v1's hierarchies, with `ro`, is read-only here; runc 1.1 leaves it writable.
 */
function normalizeMounts(text = ""): string[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      if (
        / \/proc\/(keys|timer_list|kcore|latency_stats) | \/(proc\/(acpi|scsi|asound)|sys\/firmware) /.test(
          line,
        )
      )
        return line.split(" ")[1] ?? "";
      return line
        .replaceAll(/test-[0-9-]+|\/minibox-bundle-\w+/g, "ID")
        .replace(/^\/ \/sys\/fs\/cgroup .*$/, "/sys/fs/cgroup");
    })
    .sort();
}

test("a bundle sees the same world as under runc", async (context) => {
  requires(context, root, program("busybox"), program("runc"));
  const bundle = new Bundle().configure(LOOK, (config) => {
    // runc 1.1 knows 1.0
    config.ociVersion = "1.0.2";
    config.hostname = "same";
  });
  const runc = await bundle.runtime("runc", "run", uniqueId());
  const minibox = await bundle.minibox("run", uniqueId());
  expect(minibox.stderr).toBe("");
  const [theirs, ours] = [partsOf(runc.stdout), partsOf(minibox.stdout)];
  expect(Object.keys(ours)).toEqual(Object.keys(theirs));
  const comparable = ({ mounts, ...rest }: Record<string, string>) => ({
    ...rest,
    mounts: normalizeMounts(mounts),
  });
  expect(comparable(ours)).toEqual(comparable(theirs));
});
