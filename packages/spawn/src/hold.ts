import {
  AccessMode,
  AtFlags,
  close,
  closeRange,
  errnoNumber,
  type ErrnoName,
  exitGroup,
  execve,
  faccessat2,
  openat,
  OpenFlags,
  prctl,
  PrctlOptions,
  read,
  type Register,
  register,
  step,
} from "@ns/syscalls";
import { candidatesOf } from "./exec.ts";
import { MessageKind } from "./message.ts";
import type { Label } from "./image.ts";
import type { Program } from "./program.ts";
import { holdFd, type Request, statusFd } from "./request.ts";

/** What keeps a file from being executed, and lets the next directory of PATH be tried. */
const NOT_THIS: readonly ErrnoName[] = [
  "ENOENT",
  "ENOTDIR",
  "EACCES",
  "ELOOP",
  "ENAMETOOLONG",
];

/** Fails as execve(2) would, if the command is not there or may not be executed: whoever waits for the start is told now. */
export function checkCommand(program: Program, request: Request): void {
  const { file, argv, envp } = request;
  const found = program.label();
  const error = register("error");
  program.set(error, errnoNumber("ENOENT"));
  for (const candidate of candidatesOf(request))
    checkCandidate(program, candidate, { found, error });
  program.fail(
    error,
    step(execve(file, argv, envp), { why: "find the command" }),
  );
  program.place(found);
}

function checkCandidate(
  program: Program,
  candidate: string,
  { found, error }: { found: Label; error: Register },
): void {
  const result = register("access");
  const next = program.label();
  const usable = program.label();
  const denied = program.label();
  const why = "may it be executed?";
  program.call(
    step(faccessat2(AtFlags.FDCWD, candidate, AccessMode.X, AtFlags.EACCESS), {
      into: result,
      ignore: [...NOT_THIS, "EPERM", "ENOSYS"],
      why,
    }),
  );
  program.jumpIf(result, "equal", 0, usable);
  // a filter that is in force already does not know the call: execve will tell
  program.jumpIf(result, "equal", -errnoNumber("EPERM"), found);
  program.jumpIf(result, "equal", -errnoNumber("ENOSYS"), found);
  program.jumpIf(result, "equal", -errnoNumber("EACCES"), denied);
  program.jump(next);
  program.place(usable);
  const flags = OpenFlags.PATH | OpenFlags.DIRECTORY | OpenFlags.CLOEXEC;
  program.call(
    step(openat(AtFlags.FDCWD, candidate, flags), {
      into: result,
      ignore: NOT_THIS,
      why: "or is it a directory?",
    }),
  );
  program.jumpIf(result, "equal", -errnoNumber("ENOTDIR"), found);
  program.call(step(close(result), { ignore: ["EBADF"] }));
  program.place(denied);
  program.set(error, errnoNumber("EACCES"));
  program.place(next);
}

/**
 * Says that all is done, closes what leads out, and waits for a byte. Whoever opens the other end of a FIFO and finds nobody
 * reading knows that this process is gone.
 */
export function holdUntilStarted(program: Program, request: Request): void {
  const hold = holdFd(request);
  if (request.options.pdeathsig !== undefined) {
    program.call(
      step(prctl(PrctlOptions.SET_PDEATHSIG, 0, 0, 0, 0), {
        why: "from here on it may outlive the parent",
      }),
    );
  }
  program.report(MessageKind.waiting, 0);
  program.call(
    step(closeRange(statusFd(request)), {
      why: "nothing more is told",
      // a filter that is in force already may not know it: they close on exec
      ignore: "any",
      otherwise: [
        step(close(statusFd(request)), { ignore: "any" }),
        step(close(statusFd(request) + 1), { ignore: "any" }),
      ],
    }),
  );
  const got = register("byte");
  program.call(
    step(read(hold, new Uint8Array(1), 1), {
      into: got,
      why: "wait to be started",
    }),
  );
  const go = program.label();
  program.jumpIf(got, "not-equal", 0, go);
  program.call(exitGroup(1));
  program.place(go);
  program.call(step(close(hold), { why: "started" }));
}
