import { AsyncLocalStorage } from "node:async_hooks";
import { isMainThread } from "node:worker_threads";
import { self } from "./command.ts";
import { ReexecError } from "./error.ts";
import { nameInArgv0 } from "./internal/argv.ts";
import { captureProgram } from "./internal/program.ts";
import { quotedNames, reexecState } from "./internal/state.ts";

/**
 * Runs the init function this process was started as and resolves to true; resolves to false, at once,
 * in a process started in the ordinary way. The first statement of main, which runs only on false:
 *
 * ```ts
 * if (!(await dispatch())) main();
 * ```
 *
 * An exception in the init function rejects the promise: the process ends with a non-zero exit code and
 * the error on stderr. A second call does not run the init function again. In a worker thread: false.
 * @throws {ReexecError} `ERR_REEXEC_NOT_REGISTERED`, `ERR_REEXEC_NO_ARGV0`.
 */
export async function dispatch(): Promise<boolean> {
  // argv[0] names the process; a worker of a re-executed process sees the same one
  if (!isMainThread) return false;

  const state = reexecState();
  if (state.program !== undefined) return state.initScope !== undefined;
  state.program = captureProgram();

  const name = nameInArgv0(process.argv0);
  if (name === undefined) {
    refuseUnnamed();
    return false;
  }
  state.initScope = new AsyncLocalStorage();
  try {
    await state.initScope.run(name, () => runInit(name));
  } catch (error) {
    // --unhandled-rejections=warn would otherwise end the process with 0
    process.exitCode ||= 1;
    throw error;
  }
  return true;
}

async function runInit(name: string): Promise<void> {
  const { inits } = reexecState();
  const init = inits.get(name);
  if (init === undefined) {
    throw new ReexecError(
      "ERR_REEXEC_NOT_REGISTERED",
      `dispatch to init function '${name}': not registered in the re-executed process, which knows ${quotedNames(inits)}`,
      "register it unconditionally, in a module that is loaded before dispatch()",
    );
  }
  await init(...process.argv.slice(2));
}

/** Whoever forgets `options.argv0` starts main, not the init function, which starts main … */
function refuseUnnamed(): void {
  if (process.argv0 !== self()) return;
  process.exitCode ||= 1;
  throw new ReexecError(
    "ERR_REEXEC_NO_ARGV0",
    `dispatch: this process was started from '${self()}' without the name of an init function in argv[0]`,
    "pass on what command() returns entirely: spawn(cmd.file, cmd.args, { ...cmd.options, stdio: 'inherit' })",
  );
}
