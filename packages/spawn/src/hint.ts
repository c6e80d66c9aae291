import { type ErrnoName, errnoName, type Step } from "@ns/syscalls";

interface Hint {
  readonly syscall: string;
  readonly code: ErrnoName;
  readonly hint: string;
}

/** Failures whose errno says little, and what a person can do about them. */
const HINTS: readonly Hint[] = [
  {
    syscall: "clone3",
    code: "EPERM",
    hint: "namespaces need CAP_SYS_ADMIN: run as root, or add CloneFlags.NEWUSER with uidMappings and gidMappings",
  },
  {
    syscall: "clone3",
    code: "ENOSPC",
    hint: "raise the limit on namespaces of this kind: /proc/sys/user/max_*_namespaces",
  },
  {
    syscall: "clone3",
    code: "ENOSYS",
    hint: "Linux 5.3 is required, and a seccomp filter around this process may hide clone3",
  },
  {
    syscall: "setns",
    code: "EPERM",
    hint: "a namespace is joined with CAP_SYS_ADMIN in the user namespace that owns it: join that one first",
  },
  {
    syscall: "setgroups",
    code: "EPERM",
    hint: "this user namespace denies setgroups: pass groups: null to leave the groups as they are",
  },
  {
    syscall: "seccomp",
    code: "EACCES",
    hint: "without CAP_SYS_ADMIN a filter needs noNewPrivileges: true",
  },
];

/** What can be done about a step that failed with `errno`, where we know. */
export function hintFor({ name }: Step, errno: number): string | undefined {
  const code = errnoName(errno);
  return HINTS.find((each) => each.syscall === name && each.code === code)
    ?.hint;
}
