import {
  AtFlags,
  errnoNumber,
  execve,
  execveat,
  register,
  exitGroup,
  step,
  type ErrnoName,
  write,
} from "@ns/syscalls";
import type { Program } from "./program.ts";
import type { Request } from "./request.ts";

/** Where execvp(3) looks without a PATH. */
const DEFAULT_PATH = "/usr/local/bin:/bin:/usr/bin";

/** Errors after which the next directory of PATH is tried, as execvp(3) does. */
const NOT_HERE: readonly ErrnoName[] = [
  "ENOENT",
  "ENOTDIR",
  "EACCES",
  "ESTALE",
  "ENODEV",
  "ETIMEDOUT",
];

/** The paths that the command is looked for at, in their order. */
export function candidatesOf({ file, envp, options }: Request): string[] {
  if (file.includes("/")) return [file];
  return (options.searchPath ?? pathOf(envp) ?? DEFAULT_PATH)
    .split(":")
    .map((directory) => `${directory === "" ? "." : directory}/${file}`);
}

/** Becomes the command: the last thing that a program does. */
export function addExec(program: Program, request: Request): void {
  const { file, argv, envp, self } = request;
  if (self !== undefined) {
    program.call(
      step(execveat(self, "", argv, envp, AtFlags.EMPTY_PATH), {
        why: "run this program",
      }),
    );
  } else if (file.includes("/")) {
    const notOne: readonly ErrnoName[] = ["ENOEXEC"];
    program.call(
      step(execve(file, argv, envp), {
        why: "run the command",
        ...(request.options.hold !== undefined && {
          ignore: notOne,
          otherwise: [
            step(write(2, `exec ${file}: exec format error\n`), {
              ignore: "any",
            }),
            exitGroup(126),
          ],
        }),
      }),
    );
  } else {
    searchPath(program, request);
  }
}

/** Tries each directory of PATH; a file that may not be executed is the error only if none may. */
function searchPath(program: Program, request: Request): void {
  const { file, argv, envp } = request;
  const candidates = candidatesOf(request);
  const why = "run the command";
  const result = register("result");
  const error = register("error");
  program.set(error, errnoNumber("ENOENT"));
  for (const candidate of candidates) {
    program.call(
      step(program.sharing(execve(candidate, argv, envp)), {
        why,
        ignore: NOT_HERE,
        into: result,
      }),
    );
    const next = program.label();
    program.jumpIf(result, "not-equal", -errnoNumber("EACCES"), next);
    program.set(error, errnoNumber("EACCES"));
    program.place(next);
  }
  program.fail(
    error,
    step(execve(file, argv, envp), {
      why: `find it: ${candidates.join(", ")}`,
    }),
  );
}

function pathOf(envp: readonly string[]): string | undefined {
  return envp
    .find((variable) => variable.startsWith("PATH="))
    ?.slice("PATH=".length);
}
