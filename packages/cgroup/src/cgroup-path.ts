import { CgroupError } from "./error.ts";

const MAX_NAME_BYTES = 255;

/**
 * A cgroup's path in one form: absolute, without empty components, `.` or a slash at the end. Nothing is resolved:
 * `..` is refused, and so is what could not be a directory's name.
 * @throws {CgroupError} `ERR_CGROUP_INVALID` for a path with `..`, a NUL, a line break, or a name over 255 bytes.
 */
export function normalizeCgroupPath(path: string): string {
  const components = path
    .split("/")
    .filter((component) => component !== "" && component !== ".");
  for (const component of components) checkName(component, path);
  return `/${components.join("/")}`;
}

/** The components of a normalised path. */
export function componentsOf(path: string): string[] {
  return path.split("/").filter((component) => component !== "");
}

/**
 * The cgroup `below` under `base`.
 * @throws {CgroupError} `ERR_CGROUP_INVALID` as {@link normalizeCgroupPath}.
 */
export function joinCgroupPath(base: string, below: string): string {
  return normalizeCgroupPath(`${base}/${below}`);
}

/** The cgroup above; of the root, the root. */
export function parentCgroupPath(path: string): string {
  return `/${componentsOf(path).slice(0, -1).join("/")}`;
}

/**
 * Checks the name of a file or child of a cgroup: one component.
 * @throws {CgroupError} `ERR_CGROUP_INVALID` with a slash, or for `.`, `..` and the empty name.
 */
export function checkComponent(name: string): string {
  if (name === "" || name === "." || name.includes("/"))
    throw invalid(name, "expected one name without a slash");
  checkName(name, name);
  return name;
}

function checkName(component: string, path: string): void {
  if (component === "..") throw invalid(path, "expected no '..'");
  // the kernel refuses a line break itself; NUL ends a string; both would forge lines of /proc/PID/cgroup
  if (/[\0\n]/.test(component))
    throw invalid(path, "expected no NUL and no line break");
  if (Buffer.byteLength(component) > MAX_NAME_BYTES)
    throw invalid(
      path,
      `expected names of at most ${String(MAX_NAME_BYTES)} bytes`,
    );
}

function invalid(path: string, expected: string): CgroupError {
  return new CgroupError(
    "ERR_CGROUP_INVALID",
    `invalid cgroup path ${JSON.stringify(path)}: ${expected}`,
    { path },
  );
}
