import { Capabilities } from "../constants/capability.ts";
import {
  CapAmbientOperations,
  PrctlOptions,
  SecureBits,
} from "../constants/prctl.ts";
import { Signals } from "../constants/signal.ts";
import { flags, oneOf, type Param } from "../param.ts";
import { type AnyArg, anyArg, cstring } from "../pointer.ts";
import { define, type Definition, type Syscall } from "../syscall.ts";

const NUMBERS = { x64: 157, arm64: 167 };
const OPTION = oneOf("option", { prefix: "PR_", values: PrctlOptions });
const CAPABILITY = oneOf("arg3", { prefix: "CAP_", values: Capabilities });

const plain = define("prctl", NUMBERS, () => [
  OPTION,
  anyArg("arg2"),
  anyArg("arg3"),
  anyArg("arg4"),
  anyArg("arg5"),
]);

/** The options whose second argument has a name of its own. */
const NAMED: Readonly<
  Record<number, Definition<readonly [Param<number>, Param<number>]>>
> = {
  [PrctlOptions.SET_PDEATHSIG]: withArg2(
    oneOf("arg2", { prefix: "", values: Signals }),
  ),
  [PrctlOptions.CAPBSET_DROP]: withArg2(
    oneOf("arg2", { prefix: "CAP_", values: Capabilities }),
  ),
  [PrctlOptions.CAPBSET_READ]: withArg2(
    oneOf("arg2", { prefix: "CAP_", values: Capabilities }),
  ),
  [PrctlOptions.SET_SECUREBITS]: withArg2(
    flags("arg2", { prefix: "SECBIT_", values: SecureBits }),
  ),
};

const ambient = define("prctl", NUMBERS, () => [
  OPTION,
  oneOf("arg2", { prefix: "PR_CAP_AMBIENT_", values: CapAmbientOperations }),
  CAPABILITY,
  anyArg("arg4"),
  anyArg("arg5"),
]);

const name = define("prctl", NUMBERS, () => [OPTION, cstring("arg2")]);

/**
 * Acts on the calling thread or process: `prctl(PrctlOptions.SET_NO_NEW_PRIVS, 1)`; the result and the
 * arguments depend on `option`; see prctl(2). Arguments left out are zero.
 */
export function prctl(
  option: number,
  arg2: AnyArg = 0,
  arg3: AnyArg = 0,
  arg4: AnyArg = 0,
  arg5: AnyArg = 0,
): Syscall {
  if (typeof arg2 === "number") {
    const named = NAMED[option];
    if (named !== undefined) return named(option, arg2);
    if (option === PrctlOptions.CAP_AMBIENT && typeof arg3 === "number") {
      return ambient(option, arg2, arg3, arg4, arg5);
    }
  }
  if (typeof arg2 === "string") return name(option, arg2);
  return plain(option, arg2, arg3, arg4, arg5);
}

function withArg2(
  arg2: Param<number>,
): Definition<readonly [Param<number>, Param<number>]> {
  return define("prctl", NUMBERS, () => [OPTION, arg2]);
}
