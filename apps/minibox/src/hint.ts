import type { SyscallError } from "@ns/syscalls";

/** A remedy for errors of a container's steps that have one, by syscall and code. */
const HINTS: Readonly<Record<string, string>> = {
  "clone3 EPERM":
    "user namespaces are not allowed here: minibox doctor says why and how to allow them",
  "clone3 ENOSPC":
    "the limit of namespaces is reached: sysctl user, or minibox doctor",
  "clone3 ENOSYS":
    "Linux 5.3 is needed, and a seccomp filter around us that knows clone3",
  "clone3 EAGAIN": "the limit of processes is reached: ulimit -u",
  "fsmount EPERM":
    "a container around us covers parts of its /proc: run minibox outside, or there with --privileged",
  "fsconfig EPERM":
    "a container around us covers parts of its /proc: run minibox outside, or there with --privileged",
  "mount EINVAL":
    "for an overlay: Linux 5.11 in a user namespace, and at most two overlays on top of each other",
  "pivot_root EINVAL": "the root is an initramfs, which cannot be pivoted away",
  "openat2 ENOSYS":
    "Linux 5.6 is needed, and a seccomp filter around us that knows openat2",
  "openat2 EPERM":
    "a seccomp filter around us may not know openat2, without which a path of an image could lead to the host: run minibox outside",
  "mount_setattr ENOSYS": "Linux 5.12 is needed",
  "chdir ENOENT": "-w sets the working directory inside",
  "chdir EACCES": "-w sets the working directory inside",
};

/** What a person can do about a failed step. */
export function hintFor(error: SyscallError): string | undefined {
  return error.hint ?? HINTS[`${error.syscall} ${error.code}`];
}
