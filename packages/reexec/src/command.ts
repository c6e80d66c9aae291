import { isMainThread } from "node:worker_threads";
import { argumentError, ReexecError } from "./error.ts";
import { argv0For, isArgument } from "./internal/argv.ts";
import type { Program } from "./internal/program.ts";
import { quotedNames, reexecState } from "./internal/state.ts";

/** How to start this program as one of its init functions; for `child_process.spawn` or `@ns/spawn`. */
export interface Command {
  /** The executable: `self()`. */
  readonly file: string;
  /** node's flags, the entry script, the init function's arguments. */
  readonly args: readonly string[];
  /** To be spread into the options of `spawn`; without them the child cannot know its name. */
  readonly options: CommandOptions;
}

export interface CommandOptions {
  /** Names the init function. */
  readonly argv0: string;
  /** Signal to the child when the thread that started it ends; `@ns/spawn` sets it, child_process ignores it. */
  readonly pdeathsig: "SIGTERM";
}

/**
 * Describes how to start this program as its init function `name`; starts nothing itself.
 *
 * The child gets the flags this node was started with, except those that only make sense once
 * (`--inspect*`, `--watch*`, `--test*`, `--env-file`), and the environment through `spawn`.
 * @throws {TypeError} `ERR_REEXEC_INVALID_ARGUMENT`: an argument that argv cannot carry unchanged.
 * @throws {ReexecError} `ERR_REEXEC_NOT_REGISTERED`, `ERR_REEXEC_NOT_DISPATCHED`,
 *   `ERR_REEXEC_MAIN_IN_CHILD`, `ERR_REEXEC_NO_ENTRY`, `ERR_REEXEC_WORKER`.
 */
export function command(name: string, ...args: string[]): Command {
  const { inits } = reexecState();
  const program = programForChild(name);
  if (!inits.has(name)) {
    throw new ReexecError(
      "ERR_REEXEC_NOT_REGISTERED",
      `re-execute as '${name}': not registered in this process, which knows ${quotedNames(inits)}`,
      `call register(${JSON.stringify(name)}, fn) before dispatch()`,
    );
  }
  for (const argument of args) checkArgument(name, argument, program);
  return {
    file: self(),
    args: [...program.args, ...args],
    options: { argv0: argv0For(name), pdeathsig: "SIGTERM" },
  };
}

/**
 * The path of this program's executable: the file in memory, even after an upgrade has replaced the one on
 * disk; see proc_pid_exe(5). Opened by name it is whoever opens it: only meaningful to this process and its forks.
 */
export function self(): string {
  return "/proc/self/exe";
}

function programForChild(name: string): Program {
  const { program, initScope } = reexecState();
  if (!isMainThread) {
    throw new ReexecError(
      "ERR_REEXEC_WORKER",
      `re-execute as '${name}': a worker thread does not know the flags and entry script of its process`,
      "call command() in the main thread; its result is plain data and can be posted to the worker",
    );
  }
  if (program === undefined) {
    throw new ReexecError(
      "ERR_REEXEC_NOT_DISPATCHED",
      `re-execute as '${name}': dispatch() has not run in this process, so the child would run main again`,
      "begin main with: if (!(await dispatch())) …",
    );
  }
  if (initScope !== undefined && initScope.getStore() === undefined) {
    throw new ReexecError(
      "ERR_REEXEC_MAIN_IN_CHILD",
      `re-execute as '${name}': called outside the init function of a process that is itself re-executed`,
      "main must not run when dispatch() resolves to true: if (!(await dispatch())) …",
    );
  }
  if (program.missing !== undefined) {
    throw new ReexecError(
      "ERR_REEXEC_NO_ENTRY",
      `re-execute as '${name}': no entry script to run again, ${program.missing}`,
      "put the program in a file and start it with: node file",
    );
  }
  return program;
}

function checkArgument(name: string, argument: string, program: Program): void {
  if (!isArgument(argument)) {
    throw argumentError(
      "ERR_REEXEC_INVALID_ARGUMENT",
      `invalid argument ${JSON.stringify(argument)} for '${name}': expected well-formed Unicode without NUL`,
    );
  }
  // with execArgvExtension: "cli", node takes such an argument, wherever it stands, for its own flags
  if (program.isSea && argument.startsWith("--node-options=")) {
    throw argumentError(
      "ERR_REEXEC_INVALID_ARGUMENT",
      `invalid argument '${argument}' for '${name}': a single-executable application may take it for node's own flags`,
    );
  }
}
