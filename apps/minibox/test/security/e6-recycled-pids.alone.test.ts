import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Requirement, requires } from "@ns/testkit";
import { expect, test } from "vitest";
import { Bundle, uniqueId } from "../internal/bundle.ts";
import { programOf, ROOT, runAs } from "../internal/callers.ts";
import { NEEDS, probePath } from "./internal/probe.ts";

/** A pid namespace has a pid_max of its own; Linux 6.14. */
const ownPidMax: Requirement = {
  met: () => {
    const [major = 0, minor = 0] = readFileSync(
      "/proc/sys/kernel/osrelease",
      "utf8",
    )
      .split(".")
      .map(Number);
    return major > 6 || (major === 6 && minor >= 14);
  },
  reason: "needs Linux 6.14, where a pid namespace has a pid_max of its own",
};

/**
 * In a pid namespace with few pids: makes a container, ends it behind minibox's back, makes processes until one has
 * its pid, and then has minibox end the container.
 */
const SCRIPT = `
echo 400 >/proc/sys/kernel/pid_max
# those up to 300 are given once
echo 320 >/proc/sys/kernel/ns_last_pid
box="$1 --root $2"
$box run --detach --bundle "$3" "$4" >/dev/null 2>&1 </dev/null
pid=$($box state "$4" | sed -n 's/.*"pid": *\\([0-9]*\\).*/\\1/p')
echo "pid $pid"
kill -KILL "$pid"
while $box state "$4" | grep -q '"running"'; do :; done
"$5" fork-until "$pid" >"$3/other" &
while ! grep -q there "$3/other"; do :; done
echo "comm $(cat /proc/$pid/comm)"
for command in "kill $4 KILL" "exec $4 true" "start $4" "pause $4"; do
  $box $command >/dev/null 2>&1 && echo "did $command"
done
$box state "$4" | grep -o '"stopped"'
$box ps "$4" 2>/dev/null | grep -c "$pid"
$box delete --force "$4" || echo "delete failed"
grep ended "$3/other"
test -d /proc/$pid && echo alive
kill -TERM $pid
wait
cat "$3/other"
`;

test(
  "E6: another process that has the pid of a container's first is left alone",
  { timeout: 60_000 },
  async (context) => {
    requires(context, ...NEEDS, ownPidMax);
    const bundle = new Bundle().configure("sleep 100");
    const script = join(bundle.directory, "script");
    writeFileSync(script, SCRIPT);
    const id = uniqueId();
    const { stdout } = await runAs(
      ROOT,
      "unshare",
      [
        ...["--pid", "--fork", "--mount-proc", "bash", script],
        ...[programOf(ROOT), bundle.state, bundle.directory, id, probePath()],
      ],
      { timeoutMs: 50_000 },
    );
    const lines = stdout.trim().split("\n");
    expect(lines[0]).toMatch(/^pid \d+$/);
    expect(lines.slice(1)).toEqual([
      ...["comm probe", '"stopped"', "0", "alive", "there", "ended by 15"],
    ]);
    expect(existsSync(join(bundle.state, id))).toBe(false);
  },
);
