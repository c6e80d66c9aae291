import { readFileSync } from "node:fs";
import { release } from "node:os";
import { invoke, landlockAbiVersion, SyscallError } from "@ns/syscalls";
import type { Finding } from "./check.ts";

/** mount_setattr(2), the newest call that every container makes. */
const NEEDED = [5, 12] as const;

export function checkKernel(): Finding {
  const what = "kernel";
  const [major = 0, minor = 0] = release().split(".").map(Number);
  const enough =
    major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
  if (enough) return { state: "ok", what, detail: `Linux ${release()}` };
  return {
    state: "missing",
    what,
    detail: `Linux ${release()}`,
    mend: `Linux ${NEEDED.join(".")} or later`,
  };
}

export function checkSeccomp(): Finding {
  const what = "seccomp";
  const actions = readIfThere("/proc/sys/kernel/seccomp/actions_avail");
  if (actions !== undefined)
    return { state: "ok", what, detail: `filters, with ${actions}` };
  return {
    state: "limited",
    what,
    detail: "no filters in this kernel",
    mend: "a kernel built with CONFIG_SECCOMP_FILTER",
  };
}

export function checkLandlock(): Finding {
  const what = "Landlock";
  try {
    const version = invoke(landlockAbiVersion());
    return { state: "ok", what, detail: `ABI ${version}` };
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    // ENOSYS: not built in; EOPNOTSUPP: not switched on.
    return {
      state: "limited",
      what,
      detail:
        error.code === "EOPNOTSUPP"
          ? "in this kernel, but not switched on"
          : "not in this kernel",
      mend: "Linux 5.13 with CONFIG_SECURITY_LANDLOCK, and landlock in the lsm= list of the kernel's command line",
    };
  }
}

/** The text of a file, trimmed, or undefined where there is no such file. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    // ENOENT: this kernel does not have it. EACCES: it does not say.
    return undefined;
  }
}
