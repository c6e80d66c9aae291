import { createRequire } from "node:module";

/**
 * Loads koffi's binary for glibc from the package that koffi itself takes it from.
 * A bundler may put another way to find it in this module's place.
 * @throws {Error} if it is not there, or not for this libc.
 */
export function requireBinary(): unknown {
  const fromHere = createRequire(import.meta.url);
  const fromKoffi = createRequire(fromHere.resolve("koffi"));
  return fromKoffi(
    `@koromix/koffi-linux-${process.arch}/linux_${process.arch}/koffi.node`,
  );
}
