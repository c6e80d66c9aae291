/** Architectures whose syscall numbers and struct layouts are known here, by Node's names. */
export type Arch = "x64" | "arm64";

/**
 * The architecture this process runs on.
 * @throws {Error} `ERR_UNSUPPORTED_ARCH` on anything but x64 and arm64.
 */
export function currentArch(): Arch {
  if (process.arch === "x64" || process.arch === "arm64") return process.arch;
  throw Object.assign(
    new Error(
      `unsupported architecture '${process.arch}': expected x64 or arm64`,
    ),
    { code: "ERR_UNSUPPORTED_ARCH" },
  );
}

/** A syscall's number on each architecture. */
export type Numbers = Readonly<Record<Arch, number>>;

/** The number for this machine. */
export function numberHere(numbers: Numbers): number {
  return numbers[currentArch()];
}
