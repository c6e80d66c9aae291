import type { CgroupDirectory } from "./directory.ts";
import { CgroupError } from "./error.ts";
import { ownProcesses } from "./process-list.ts";

/** What a parent may refuse when nobody asked for the controller in particular. */
const REFUSALS = [
  "EACCES",
  "EPERM",
  "EROFS",
  "EBUSY",
  "ENOENT",
  "EOPNOTSUPP",
  "EINVAL",
];

/**
 * Hands the controllers that a cgroup is offered to its children: those that are needed, and of the others as many as
 * it lets us, since without a controller nothing is counted. Returns those that were not on before.
 * @throws {CgroupError} for a controller that is needed: `ERR_CGROUP_NO_CONTROLLER`, `ERR_CGROUP_NOT_DELEGATED`,
 *   `ERR_CGROUP_HAS_PROCESSES`, `ERR_CGROUP_THREADED`.
 */
export function enableControllers(
  directory: CgroupDirectory,
  needed: readonly string[],
): string[] {
  const offered = words(directory.read("cgroup.controllers"));
  const on = words(directory.read("cgroup.subtree_control"));
  const missing = needed.find((controller) => !offered.includes(controller));
  if (missing !== undefined) throw notOffered(directory, missing);
  if (cannotHandOn(directory)) {
    const wanted = needed.find((controller) => !on.includes(controller));
    if (wanted === undefined) return [];
    throw hasProcesses(directory, wanted);
  }
  return offered
    .filter((controller) => !on.includes(controller))
    .filter((controller) =>
      enable(directory, controller, needed.includes(controller)),
    );
}

function enable(
  directory: CgroupDirectory,
  controller: string,
  isNeeded: boolean,
): boolean {
  try {
    directory.write("cgroup.subtree_control", `+${controller}`);
    return true;
  } catch (error) {
    if (!(error instanceof CgroupError)) throw error;
    if (!isNeeded && REFUSALS.includes(error.errno ?? "")) return false;
    const { code, path, value, errno, hint, cause } = error;
    throw new CgroupError(
      code,
      `cannot hand controller '${controller}' of '${directory.path}' to its children: ${error.message}`,
      { path, value, errno, controller, hint, cause },
    );
  }
}

/** Takes controllers back, as far as no sibling has begun to use them. */
export function disableControllers(
  directory: CgroupDirectory,
  controllers: readonly string[],
): void {
  for (const controller of controllers) {
    try {
      directory.write("cgroup.subtree_control", `-${controller}`);
    } catch (error) {
      // EBUSY: another child's children use it by now
      if (!(error instanceof CgroupError) || error.errno !== "EBUSY")
        throw error;
    }
  }
}

/**
 * Whether a cgroup has processes of its own, and is not the root. The kernel would still take cpu, cpuset and pids, and
 * make a threaded domain of it, so that no process could enter its children.
 */
function cannotHandOn(directory: CgroupDirectory): boolean {
  const type = directory.readIfPresent("cgroup.type")?.trim();
  return type === "domain" && ownProcesses(directory).length > 0;
}

function hasProcesses(
  { path }: CgroupDirectory,
  controller: string,
): CgroupError {
  return new CgroupError(
    "ERR_CGROUP_HAS_PROCESSES",
    `cannot hand controller '${controller}' of '${path}' to its children: processes are in the cgroup itself`,
    {
      path: `${path}/cgroup.subtree_control`,
      value: `+${controller}`,
      controller,
      hint: "move them into a child first (see vacate): only cgroups without processes hand controllers to their children",
    },
  );
}

function notOffered(
  { path }: CgroupDirectory,
  controller: string,
): CgroupError {
  return new CgroupError(
    "ERR_CGROUP_NO_CONTROLLER",
    `cannot use controller '${controller}' below '${path}': it is not in its cgroup.controllers`,
    {
      path: `${path}/cgroup.controllers`,
      controller,
      hint: "the cgroup above has to hand it on (cgroup.subtree_control; systemd: Delegate=yes), and no v1 hierarchy may have it",
    },
  );
}

export function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}
