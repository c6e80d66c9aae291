import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { findProgram } from "@ns/testkit";

/**
 * Makes a root file system, in which /bin/true is busybox, at the place where an OCI bundle has it. Undefined when
 * there is no busybox, or it needs libraries.
 */
export function makeBusyboxRoot(bundle: string): string | undefined {
  const busybox = findProgram("busybox");
  if (busybox === undefined || isDynamic(busybox)) return undefined;
  const rootfs = join(bundle, "rootfs");
  for (const directory of ["bin", "proc", "sys", "dev", "tmp", "etc"])
    mkdirSync(join(rootfs, directory), { recursive: true });
  copyFileSync(busybox, join(rootfs, "bin/busybox"));
  chmodSync(join(rootfs, "bin/busybox"), 0o755);
  for (const name of ["true", "sh"])
    symlinkSync("busybox", join(rootfs, "bin", name));
  return rootfs;
}

/** Whether it names a program interpreter, ld.so: then it cannot run where that is not. */
function isDynamic(program: string): boolean {
  return /\/ld-(linux|musl)[^/\0]*\.so/.test(
    readFileSync(program).subarray(0, 4096).toString("latin1"),
  );
}

/** Writes the `config.json` that `runtime spec` gives, for /bin/true without a terminal. */
export function makeBundleConfig(bundle: string, runtime: string): void {
  const rootless = process.getuid?.() === 0 ? [] : ["--rootless"];
  execFileSync(runtime, ["spec", ...rootless], { cwd: bundle });
  const file = join(bundle, "config.json");
  // what `spec` writes is a runtime-spec configuration, with a process
  const config = JSON.parse(readFileSync(file, "utf8")) as {
    process: {
      terminal: boolean;
      args: string[];
      capabilities: Record<string, string[]>;
    };
  };
  config.process.terminal = false;
  config.process.args = ["/bin/true"];
  // older ones write them without the inheritable, and so the kernel takes none
  delete config.process.capabilities["ambient"];
  writeFileSync(file, JSON.stringify(config));
}
