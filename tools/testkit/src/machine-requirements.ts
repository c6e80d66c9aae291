import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Requirement } from "./requirements.ts";

/*
 * What not every machine has, but a configuration of the virtual machine does: a test in a file named `*.vm.test.ts`
 * asks for these, and `pnpm test:vm` sees to it that each such test runs in at least one configuration.
 *
 *                              root   user   root --systemd   user --systemd
 *   root, cgroup2               x                 x
 *   delegatedCgroup                    x                            x
 *   systemd                                       x                 x
 *   userBus                                                         x
 */

const CGROUP = "/sys/fs/cgroup";
const CONTROLLERS: readonly string[] = ["cpu", "io", "memory", "pids"];

/** The unified hierarchy, at its usual place and with the controllers that limits are made of; see cgroups(7). */
export const cgroup2: Requirement = {
  met: () => hasControllers(CGROUP),
  reason: `needs cgroup version 2 alone, at ${CGROUP}, with the controllers ${CONTROLLERS.join(", ")}: pnpm test:vm`,
};

/**
 * We are an ordinary user, and the cgroup we run in, with the one above it, is ours to divide: so is that of a
 * unit with `Delegate=yes` of a user's systemd.
 */
export const delegatedCgroup: Requirement = {
  met: () => {
    const own = ownCgroup();
    return (
      cgroup2.met() &&
      process.getuid?.() !== 0 &&
      own !== undefined &&
      isOurs(own) &&
      isOurs(join(own, "..")) &&
      hasControllers(own)
    );
  },
  reason:
    "needs an ordinary user to whom a cgroup is delegated, and to run in it: pnpm test:vm",
};

/** systemd is pid 1, as sd_booted(3) tells, and there is a system bus to reach it by. */
export const systemd: Requirement = {
  met: () =>
    existsSync("/run/systemd/system") &&
    existsSync("/run/dbus/system_bus_socket"),
  reason: "needs systemd as pid 1, and its system bus: pnpm test:vm",
};

/** We have a systemd of our own (`user@1000.service`) and a bus to reach it by, of which the environment tells. */
export const userBus: Requirement = {
  met: () => {
    const directory = process.env["XDG_RUNTIME_DIR"] ?? "";
    return (
      systemd.met() &&
      existsSync(join(directory, "systemd/private")) &&
      existsSync(join(directory, "bus"))
    );
  },
  reason: "needs the user's own systemd, and its bus: pnpm test:vm",
};

function hasControllers(cgroup: string, wanted = CONTROLLERS): boolean {
  const file = join(cgroup, "cgroup.controllers");
  if (!existsSync(file)) return false;
  const available = readFileSync(file, "utf8").trim().split(" ");
  return wanted.every((controller) => available.includes(controller));
}

/** The directory of the cgroup that this process is in, by the `0::` line of its `/proc/self/cgroup`. */
function ownCgroup(): string | undefined {
  const path = /^0::(.*)$/m.exec(
    readFileSync("/proc/self/cgroup", "utf8"),
  )?.[1];
  return path === undefined ? undefined : join(CGROUP, path);
}

function isOurs(cgroup: string): boolean {
  try {
    for (const file of [".", "cgroup.procs", "cgroup.subtree_control"])
      accessSync(join(cgroup, file), constants.W_OK);
    return true;
  } catch {
    // someone else's, or gone
    return false;
  }
}
