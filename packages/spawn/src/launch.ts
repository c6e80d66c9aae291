import { fstatSync } from "node:fs";
import { errnoNumber, SyscallError } from "@ns/syscalls";
import { addressOf, libc, libcAsync, type LibcArg } from "@ns/syscalls/libc";

/** Room for glibc's and musl's posix_spawnattr_t (336 bytes), file actions (80) and sigset_t (128). */
const OPAQUE_SIZE = 512;
/** POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK: <spawn.h>. */
const SPAWN_FLAGS = 0x04 | 0x08;

/** A descriptor of this process and the number it has in the new one. */
export interface PassedFd {
  readonly source: number;
  readonly number: number;
}

/** What to start, and the descriptors it has. */
export interface Launch {
  /** A descriptor of the program. */
  readonly program: number;
  readonly argv: readonly string[];
  readonly fds: readonly PassedFd[];
}

const POSIX_SPAWN =
  "int posix_spawn(void *pid, const char *path, const void *actions, const void *attributes, void *argv, void *envp)";

/**
 * Starts a program with posix_spawn(3), which does not copy this process's page tables as
 * fork(2) does: the cost is the same whatever the size of the heap. Returns its pid.
 *
 * The new process has the descriptors listed, no environment, no blocked signal and every signal's
 * default action (Node ignores SIGPIPE, and that would be inherited).
 * @throws {SyscallError} what the kernel said, e.g. `EAGAIN` when there are too many processes.
 */
export function launch(what: Launch): number {
  using call = prepare(what);
  return call.pid(libc(POSIX_SPAWN)(...call.args));
}

/**
 * The same on a thread of libuv's pool. The kernel suspends the thread that calls posix_spawn(3) until the new process
 * has been scheduled and has executed the program: on a busy machine that is milliseconds, in which the event loop
 * goes on. The descriptors must stay open until then.
 */
export async function launchOnPool(what: Launch): Promise<number> {
  using call = prepare(what);
  return call.pid((await libcAsync(POSIX_SPAWN)(...call.args)).result);
}

/** A call of posix_spawn(3): its memory, good until it is disposed of. */
interface Call extends Disposable {
  readonly args: readonly LibcArg[];
  /** The new process, if that is what the call returned. */
  pid(error: number): number;
}

function prepare({ program, argv, fds }: Launch): Call {
  const { order, kept } = dupOrder(fds, program);
  const path = `/proc/self/fd/${kept}`;
  const actions = Buffer.allocUnsafeSlow(OPAQUE_SIZE);
  const pid = Buffer.allocUnsafeSlow(128);
  libc("int posix_spawn_file_actions_init(void *actions)")(actions);
  const dispose = (): void => {
    libc("int posix_spawn_file_actions_destroy(void *actions)")(actions);
  };
  try {
    for (const [from, to] of order) addAction(actions, from, to);
  } catch (error) {
    dispose();
    throw error;
  }
  return {
    args: [
      ...[pid, path, actions, signalAttributes()],
      ...[pointers(argv), pointers([])],
    ],
    pid: (error) => {
      if (error !== 0) throw launchError(error, path, fds);
      return pid.readInt32LE(0);
    },
    [Symbol.dispose]: dispose,
  };
}

/** A step that has no source closes its destination. */
function addAction(
  actions: Buffer,
  from: number | undefined,
  to: number,
): void {
  const error =
    from === undefined
      ? libc("int posix_spawn_file_actions_addclose(void *actions, int fd)")(
          actions,
          to,
        )
      : libc(
          "int posix_spawn_file_actions_adddup2(void *actions, int from, int to)",
        )(actions, from, to);
  if (error !== 0)
    throw new SyscallError({
      errno: error,
      syscall: "posix_spawn_file_actions_adddup2",
    });
}

/** posix_spawn(3) does not say which of its actions failed; of a descriptor that is not open we can tell. */
function launchError(
  errno: number,
  path: string,
  fds: readonly PassedFd[],
): SyscallError {
  const closed =
    errno === errnoNumber("EBADF")
      ? fds.find(({ source }) => !isOpen(source))
      : undefined;
  if (closed === undefined)
    return new SyscallError({ errno, syscall: "posix_spawn", path });
  return notOpenError(closed);
}

/** The error of a descriptor that the caller passes on but has not open. */
export function notOpenError({ source, number }: PassedFd): SyscallError {
  const why = `descriptor ${source}, the child's ${number}, is not open`;
  return new SyscallError({
    errno: errnoNumber("EBADF"),
    syscall: "dup2",
    why,
  });
}

function isOpen(fd: number): boolean {
  try {
    fstatSync(fd);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EBADF") return false;
    throw error;
  }
}

/**
 * The order of dup2 calls that gives every descriptor its number without overwriting one that is still
 * needed: by way of a free number where a source is also another's destination. A dup2 to the same number
 * clears its close-on-exec flag. `keep` stays open, at the number `kept`: its own, or a free one if that is wanted.
 */
export function dupOrder(
  fds: readonly PassedFd[],
  keep: number,
): {
  readonly order: readonly (readonly [from: number | undefined, to: number])[];
  readonly kept: number;
} {
  const numbers = new Set(fds.map((fd) => fd.number));
  const taken = new Set([...numbers, ...fds.map((fd) => fd.source), keep]);
  const detours = new Map<number, number>();
  let free = 0;
  for (const { source, number } of fds) {
    if (source === number || !numbers.has(source) || detours.has(source))
      continue;
    // The lowest: a number must stay below RLIMIT_NOFILE.
    while (taken.has(free)) free++;
    detours.set(source, free++);
  }
  const moved = numbers.has(keep);
  while (moved && taken.has(free)) free++;
  const kept = moved ? free : keep;
  const order = [
    ...(moved ? [[keep, kept] as const] : []),
    ...[...detours].map(([source, detour]) => [source, detour] as const),
    ...fds.map(({ source, number }) =>
      source === number
        ? ([source, number] as const)
        : ([detours.get(source) ?? source, number] as const),
    ),
    ...[...detours.values()].map((detour) => [undefined, detour] as const),
  ];
  return { order, kept };
}

let cachedAttributes: Buffer | undefined;

function signalAttributes(): Buffer {
  if (cachedAttributes !== undefined) return cachedAttributes;
  const attributes = Buffer.allocUnsafeSlow(OPAQUE_SIZE);
  const every = Buffer.allocUnsafeSlow(OPAQUE_SIZE);
  const none = Buffer.alloc(OPAQUE_SIZE);
  libc("int posix_spawnattr_init(void *attributes)")(attributes);
  libc("int sigfillset(void *set)")(every);
  libc("int posix_spawnattr_setsigdefault(void *attributes, const void *set)")(
    attributes,
    every,
  );
  libc("int posix_spawnattr_setsigmask(void *attributes, const void *set)")(
    attributes,
    none,
  );
  libc("int posix_spawnattr_setflags(void *attributes, short flags)")(
    attributes,
    SPAWN_FLAGS,
  );
  cachedAttributes = attributes;
  return attributes;
}

/** A NULL-terminated array of C strings, and the strings after it. */
function pointers(texts: readonly string[]): Buffer {
  const encoded = texts.map((text) => Buffer.from(`${text}\0`));
  const table = (texts.length + 1) * 8;
  const memory = Buffer.allocUnsafeSlow(
    table + encoded.reduce((sum, text) => sum + text.length, 128),
  );
  const base = addressOf(memory);
  let at = table;
  for (const [i, text] of encoded.entries()) {
    memory.set(text, at);
    memory.writeBigUInt64LE(base + BigInt(at), i * 8);
    at += text.length;
  }
  memory.writeBigUInt64LE(0n, texts.length * 8);
  return memory;
}
