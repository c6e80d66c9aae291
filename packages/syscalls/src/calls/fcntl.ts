import type { Fd } from "../argument.ts";
import { FcntlCommands, FdFlags, SealFlags } from "../constants/fcntl.ts";
import { fd, flags, oneOf, type Param } from "../param.ts";
import { type AnyArg, anyArg } from "../pointer.ts";
import { openFlags } from "./open.ts";
import { define, type Definition, type Syscall } from "../syscall.ts";

const COMMAND = oneOf("cmd", { prefix: "F_", values: FcntlCommands });
const NUMBERS = { x64: 72, arm64: 25 };

const withoutArg = define("fcntl", NUMBERS, () => [fd("fd"), COMMAND]);
const withAnyArg = define("fcntl", NUMBERS, () => [
  fd("fd"),
  COMMAND,
  anyArg("arg"),
]);

/** The commands whose argument is a set of flags. */
const WITH_FLAGS: Readonly<
  Record<
    number,
    Definition<readonly [Param<Fd>, Param<number>, Param<number | bigint>]>
  >
> = {
  [FcntlCommands.SETFD]: define("fcntl", NUMBERS, () => [
    fd("fd"),
    COMMAND,
    flags("arg", { prefix: "FD_", values: FdFlags }),
  ]),
  [FcntlCommands.SETFL]: define("fcntl", NUMBERS, () => [
    fd("fd"),
    COMMAND,
    openFlags("arg"),
  ]),
  [FcntlCommands.ADD_SEALS]: define("fcntl", NUMBERS, () => [
    fd("fd"),
    COMMAND,
    flags("arg", { prefix: "F_SEAL_", values: SealFlags }),
  ]),
};

/**
 * Acts on a descriptor: `fcntl(fd, FcntlCommands.SETFD, FdFlags.CLOEXEC)`; the result and `arg` depend on
 * `command`; see fcntl(2).
 */
export function fcntl(on: Fd, command: number, arg?: AnyArg): Syscall {
  if (arg === undefined) return withoutArg(on, command);
  const flagged = typeof arg === "number" ? WITH_FLAGS[command] : undefined;
  if (flagged !== undefined && typeof arg === "number")
    return flagged(on, command, arg);
  return withAnyArg(on, command, arg);
}
