// Builds nsinit for both architectures, with the C compilers that are there.
//
// This machine's own is required. The other one's comes from a cross compiler (Debian:
// gcc-aarch64-linux-gnu, gcc-x86-64-linux-gnu); without it the package runs here, and cannot be packed.

import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const TARGETS = {
  x64: {
    cross: "x86_64-linux-gnu-gcc",
    flags: ["-fcf-protection=none"],
    debian: "gcc-x86-64-linux-gnu",
  },
  arm64: {
    cross: "aarch64-linux-gnu-gcc",
    flags: [],
    debian: "gcc-aarch64-linux-gnu",
  },
} as const;

const FLAGS = [
  "-std=c11 -Os -Wall -Wextra -Werror -ffreestanding -fno-stack-protector -fno-pie",
  "-fno-asynchronous-unwind-tables -fno-tree-loop-distribute-patterns",
  "-nostdlib -static -no-pie -s -Wl,--build-id=none,-z,noexecstack,-z,noseparate-code",
].flatMap((line) => line.split(" "));

for (const arch of ["x64", "arm64"] as const) {
  const { cross, flags, debian } = TARGETS[arch];
  const own = arch === process.arch;
  const compiler = own ? (process.env["CC"] ?? "cc") : cross;
  const output = fileURLToPath(new URL(`nsinit-${arch}`, import.meta.url));
  const source = fileURLToPath(new URL("nsinit.c", import.meta.url));
  const { error, status } = spawnSync(
    compiler,
    [...FLAGS, ...flags, "-o", output, source],
    { stdio: "inherit" },
  );
  if (error === undefined && status === 0) {
    console.log(`nsinit-${arch}: ${statSync(output).size} bytes`);
  } else if (error === undefined) {
    process.exitCode = 1;
  } else if (own) {
    console.error(
      `nsinit-${arch}: no C compiler '${compiler}': install one (Debian: gcc), or set CC`,
    );
    process.exitCode = 1;
  } else {
    console.log(
      `nsinit-${arch}: not built, no '${compiler}' (Debian: ${debian})`,
    );
  }
}
