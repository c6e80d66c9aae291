import { argumentError, ReexecError } from "./error.ts";
import { isArgument } from "./internal/argv.ts";
import { reexecState } from "./internal/state.ts";

/**
 * What a re-executed process does instead of main. Gets the arguments given to `command`; the process
 * ends, as any Node process, when it has returned and nothing is pending.
 */
export type Init = (...args: string[]) => void | Promise<void>;

/**
 * Registers `init` under `name`, so that `command(name)` starts this program as that function.
 * Call it before `dispatch()`, unconditionally: the child must come to the same names.
 * @throws {TypeError} `ERR_REEXEC_INVALID_NAME` unless `name` is non-empty, without `/` and NUL.
 * @throws {ReexecError} `ERR_REEXEC_DUPLICATE_NAME`, `ERR_REEXEC_LATE_REGISTER`.
 */
export function register(name: string, init: Init): void {
  if (!isArgument(name) || name === "" || name.includes("/")) {
    throw argumentError(
      "ERR_REEXEC_INVALID_NAME",
      `invalid init function name ${JSON.stringify(name)}: expected a non-empty string without '/' and NUL`,
    );
  }
  if (typeof init !== "function") {
    throw argumentError(
      "ERR_REEXEC_INVALID_ARGUMENT",
      `invalid init function for '${name}': expected a function`,
    );
  }
  const state = reexecState();
  if (state.inits.has(name)) {
    throw new ReexecError(
      "ERR_REEXEC_DUPLICATE_NAME",
      `register init function '${name}': the name is already registered`,
      "prefix names with your package's, as in 'minibox-init'",
    );
  }
  if (state.program !== undefined) {
    throw new ReexecError(
      "ERR_REEXEC_LATE_REGISTER",
      `register init function '${name}': dispatch() has already run`,
      "register at the top of a module that main imports, before main calls dispatch()",
    );
  }
  state.inits.set(name, init);
}
