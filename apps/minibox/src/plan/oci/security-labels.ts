import type { Config, Process } from "@ns/oci";
import {
  close,
  type Fd,
  fsetxattr,
  openat2,
  OpenFlags,
  read,
  register,
  ResolveFlags,
  step,
  type Step,
  write,
} from "@ns/syscalls";
import type { BundleFacts } from "./facts.ts";
import { openInside } from "./place.ts";
import { unsupported } from "./unsupported.ts";

/** Which security modules this kernel has enabled. */
export type SecurityModules = Pick<BundleFacts, "hasAppArmor" | "hasSelinux">;

/**
 * Checks that what a configuration asks of a security module can be had.
 * @throws {MiniboxError} `ERR_UNSUPPORTED` if the module is not enabled.
 */
export function checkLabels(
  { apparmorProfile = "", selinuxLabel = "" }: Partial<Process>,
  mountLabel: string,
  { hasAppArmor, hasSelinux }: SecurityModules,
): void {
  // without AppArmor everything is unconfined
  if (!["", "unconfined"].includes(apparmorProfile) && !hasAppArmor)
    throw unsupported(
      "process.apparmorProfile",
      "AppArmor is not enabled in this kernel",
    );
  const why = "SELinux is not enabled in this kernel";
  if (selinuxLabel !== "" && !hasSelinux)
    throw unsupported("process.selinuxLabel", why);
  if (mountLabel !== "" && !hasSelinux)
    throw unsupported("linux.mountLabel", why);
}

/** Whether a process has labels to be set. */
export function hasLabels(
  { apparmorProfile = "", selinuxLabel = "" }: Partial<Process>,
  { hasAppArmor, hasSelinux }: SecurityModules,
): boolean {
  return (
    (apparmorProfile !== "" && hasAppArmor) ||
    (selinuxLabel !== "" && hasSelinux)
  );
}

/**
 * Sets what the program is confined by from its execve on, by a procfs that nothing is mounted over (CVE-2019-16884), and
 * reads it back: what an image put in its place would take it, and do nothing (CVE-2023-28642).
 */
export function setLabels(
  proc: Fd,
  process: Partial<Process>,
  { hasAppArmor, hasSelinux }: SecurityModules,
): Step[] {
  const { apparmorProfile = "", selinuxLabel = "" } = process;
  return [
    ...(apparmorProfile === "" || !hasAppArmor
      ? []
      : setAttribute(proc, ["self/attr/apparmor/exec", "self/attr/exec"], {
          text: `exec ${apparmorProfile}`,
          shown: apparmorProfile,
          why: "process.apparmorProfile",
        })),
    ...(selinuxLabel === "" || !hasSelinux
      ? []
      : setAttribute(proc, ["self/attr/exec"], {
          text: selinuxLabel,
          shown: selinuxLabel,
          why: "process.selinuxLabel",
        })),
  ];
}

const file = register("attribute");

interface Attribute {
  readonly text: string;
  /** What is to be read afterwards, at its beginning. */
  readonly shown: string;
  readonly why: string;
}

function setAttribute(
  proc: Fd,
  paths: readonly string[],
  { text, shown, why }: Attribute,
): Step[] {
  const length = Buffer.byteLength(shown);
  const room = new Uint8Array((length + 3) & ~3);
  return [
    openFirst(proc, paths, OpenFlags.WRONLY, why),
    step(write(file, text), { why }),
    close(file),
    openFirst(proc, paths, OpenFlags.RDONLY, why),
    step(read(file, room, length), {
      why: `${why}: is it set?`,
      expects: shown,
    }),
    close(file),
  ];
}

/** Opens the first of these that there is: before Linux 5.1 modules had no directories of their own. */
function openFirst(
  proc: Fd,
  [path = "", ...others]: readonly string[],
  mode: number,
  why: string,
): Step {
  const open = openat2(proc, path, {
    flags: mode | OpenFlags.CLOEXEC,
    // `self` is a link
    resolve:
      ResolveFlags.BENEATH | ResolveFlags.NO_MAGICLINKS | ResolveFlags.NO_XDEV,
  });
  if (others.length === 0) return step(open, { into: file, why });
  return step(open, {
    ...{ into: file, why, ignore: ["ENOENT"] },
    otherwise: [openFirst(proc, others, mode, why)],
  });
}

/** File systems of the kernel's own, whose files have labels that the policy gives them. */
const UNLABELLED = new Set(["proc", "sysfs", "mqueue"]);

/** The options of a new file system that give its files the label of the container's mounts. */
export function labelOptions(
  type: string,
  { linux: { mountLabel = "" } = {} }: Config,
): string[] {
  if (mountLabel === "" || UNLABELLED.has(type)) return [];
  return [`context=${mountLabel}`];
}

/** Labels the directory of a message queue file system, which takes no option for it. */
export function labelMqueue(
  destination: string,
  { linux: { mountLabel = "" } = {} }: Config,
): Step[] {
  if (mountLabel === "") return [];
  const directory = register("mqueue");
  const flags = OpenFlags.RDONLY | OpenFlags.DIRECTORY | OpenFlags.NOFOLLOW;
  const why = "linux.mountLabel";
  return [
    step(openInside(destination, flags), { into: directory, why }),
    step(fsetxattr(directory, "security.selinux", Buffer.from(mountLabel)), {
      why,
    }),
    close(directory),
  ];
}
