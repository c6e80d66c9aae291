import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { findProgram, type Requirement } from "@ns/testkit";

/** A busybox that runs where no library is. */
export const staticBusybox: Requirement = {
  met: () => staticBusyboxPath() !== undefined,
  reason: "needs a static busybox: apt-get install busybox-static",
};

function staticBusyboxPath(): string | undefined {
  const path = findProgram("busybox");
  if (path === undefined) return undefined;
  const start = readFileSync(path).subarray(0, 4096).toString("latin1");
  // the name of a program interpreter
  return /\/ld-(linux|musl)[^/\0]*\.so/.test(start) ? undefined : path;
}

/** Makes a bundle's root file system of busybox and some of its names. */
export function makeBusyboxRoot(bundle: string): void {
  const rootfs = join(bundle, "rootfs");
  for (const name of ["bin", "proc", "sys", "dev", "tmp", "etc"])
    mkdirSync(join(rootfs, name), { recursive: true });
  const busybox = join(rootfs, "bin/busybox");
  copyFileSync(staticBusyboxPath() ?? "", busybox);
  chmodSync(busybox, 0o755);
  for (const name of ["true", "sh", "sleep"])
    symlinkSync("busybox", join(rootfs, "bin", name));
}

/** Writes the configuration of a bundle: a value, or text as it is. */
export function writeConfig(bundle: string, config: unknown): void {
  const text = typeof config === "string" ? config : JSON.stringify(config);
  writeFileSync(join(bundle, "config.json"), text);
}
