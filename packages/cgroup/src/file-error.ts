import { CgroupError, type CgroupErrorDetails } from "./error.ts";

/** The name of the errno that node:fs failed with. */
export function errnoOf(error: unknown): string {
  if (error instanceof Error && "code" in error)
    // one number, two names: libuv's is not the kernel's
    return error.code === "ENOTSUP" ? "EOPNOTSUPP" : String(error.code);
  throw error;
}

/** The error of a file that could not be read. */
export function readError(path: string, cause: unknown): CgroupError {
  const errno = errnoOf(cause);
  const code =
    errno === "ENOENT" || errno === "ENODEV"
      ? "ERR_CGROUP_NOT_FOUND"
      : "ERR_CGROUP_READ";
  return new CgroupError(code, `cannot read '${path}': ${errno}`, {
    path,
    errno,
    cause,
    ...(errno === "EOPNOTSUPP" && {
      hint: "a threaded cgroup lists its threads only: read cgroup.threads",
    }),
  });
}

/** The error of a directory that could not be opened, made, removed or given away. */
export function treeError(
  what: string,
  path: string,
  cause: unknown,
): CgroupError {
  const errno = errnoOf(cause);
  const reasons: Readonly<Record<string, Reason>> = {
    ENOENT: ["ERR_CGROUP_NOT_FOUND", "it does not exist"],
    ENODEV: ["ERR_CGROUP_NOT_FOUND", "it has been removed"],
    ENOTDIR: ["ERR_CGROUP_NOT_FOUND", "it is no directory"],
    ELOOP: ["ERR_CGROUP_WRONG_FILE_SYSTEM", "it is a symbolic link"],
    EACCES: ["ERR_CGROUP_NOT_DELEGATED", "it is another user's", DELEGATE],
    EPERM: ["ERR_CGROUP_NOT_DELEGATED", "it is another user's", DELEGATE],
    EROFS: [
      "ERR_CGROUP_NOT_DELEGATED",
      "the cgroup file system is read-only",
      "mount it writable, as a container with its own cgroup namespace may",
    ],
    EBUSY: [
      "ERR_CGROUP_NOT_EMPTY",
      "processes or children are in it",
      "kill what is in it, or wait for its end",
    ],
    ENOTEMPTY: ["ERR_CGROUP_NOT_EMPTY", "children are in it"],
    EAGAIN: [
      "ERR_CGROUP_WRITE",
      "a limit on cgroups is reached",
      "see cgroup.max.descendants and cgroup.max.depth of the cgroups above",
    ],
    EOPNOTSUPP: [
      "ERR_CGROUP_THREADED",
      "a threaded cgroup has no such children",
    ],
  };
  const [code, why, hint] = reasons[errno] ?? ["ERR_CGROUP_WRITE", undefined];
  return new CgroupError(
    code,
    `cannot ${what} '${path}': ${errno}${why === undefined ? "" : `, ${why}`}`,
    { path, errno, hint, cause },
  );
}

type Reason = readonly [CgroupError["code"], string, string?];

const DELEGATE =
  "work below a cgroup that is delegated to this user: start with systemd-run --user --scope -p Delegate=yes, or run as root";

/** The error of a value that the kernel has refused: which file, which value, which errno, and what to do. */
export function writeError(
  what: CgroupErrorDetails & { readonly path: string; readonly value: string },
  cause: unknown,
): CgroupError {
  const errno = errnoOf(cause);
  const [code, why, hint] = reasonOf(what, errno);
  const subject = what.resource === undefined ? "" : `set ${what.resource}, `;
  return new CgroupError(
    code,
    `cannot ${subject}write ${JSON.stringify(what.value)} to '${what.path}': ${errno}${why === undefined ? "" : `, ${why}`}`,
    { hint, ...what, errno, cause },
  );
}

function reasonOf(
  { path, value }: { readonly path: string; readonly value: string },
  errno: string,
): readonly [CgroupError["code"], string?, string?] {
  const file = path.slice(path.lastIndexOf("/") + 1);
  const membership =
    file === "cgroup.procs" || file === "cgroup.threads" || file === "tasks";
  if (errno === "ENOENT" && file === "cgroup.subtree_control")
    return [
      "ERR_CGROUP_NO_CONTROLLER",
      "the cgroup is not offered this controller",
      "see cgroup.controllers beside it",
    ];
  if (errno === "EBUSY" && file === "cgroup.subtree_control")
    return [
      "ERR_CGROUP_HAS_PROCESSES",
      "processes are in the cgroup itself",
      "move them into a child first (see vacate): only cgroups without processes hand controllers to their children",
    ];
  if (errno === "EBUSY" && membership)
    return [
      "ERR_CGROUP_HAS_PROCESSES",
      "it hands controllers to its children",
      "use a child of it: only cgroups without such children take processes",
    ];
  if (
    errno === "EOPNOTSUPP" &&
    (membership || file === "cgroup.subtree_control")
  )
    return [
      "ERR_CGROUP_THREADED",
      "the cgroup is in a threaded subtree",
      "see cgroup.type; threads go to cgroup.threads, and only cpu, cpuset, perf_event and pids can be handed on",
    ];
  if (errno === "ESRCH" && membership)
    return ["ERR_CGROUP_WRITE", `there is no process ${value}`];
  if (errno === "ENOENT" && membership)
    return [
      "ERR_CGROUP_NOT_DELEGATED",
      "the process is in a cgroup outside of this cgroup namespace",
    ];
  if (errno === "ENOENT")
    return [
      "ERR_CGROUP_NO_FILE",
      "this kernel has no such file",
      "see whether the controller is on in cgroup.subtree_control above, and what the kernel was built with",
    ];
  if (errno === "ENODEV")
    return ["ERR_CGROUP_WRITE", "no such device, or the cgroup is gone"];
  if (errno === "EACCES" || errno === "EPERM" || errno === "EROFS")
    return [
      "ERR_CGROUP_NOT_DELEGATED",
      errno === "EROFS"
        ? "the cgroup file system is read-only"
        : "it is another user's",
      DELEGATE,
    ];
  if (errno === "EBUSY")
    return [
      "ERR_CGROUP_WRITE",
      "what is used already does not fit",
      "lower what is used first, or take a larger limit",
    ];
  if (errno === "EINVAL")
    return [
      "ERR_CGROUP_WRITE",
      "the kernel does not take this value here",
      "see whether the cgroups above allow it, and what this kernel's file takes",
    ];
  if (errno === "ERANGE")
    return [
      "ERR_CGROUP_WRITE",
      "the value is out of range",
      "see what this machine has, and what this kernel's file takes",
    ];
  if (errno === "EOPNOTSUPP")
    return ["ERR_CGROUP_UNSUPPORTED", "this kernel does not support it"];
  return ["ERR_CGROUP_WRITE"];
}
