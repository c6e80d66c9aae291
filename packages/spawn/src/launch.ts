import { fstatSync } from "node:fs";
import { errnoNumber, SyscallError } from "@ns/syscalls";
import { addressOf, libc } from "@ns/syscalls/libc";

/** Room for glibc's and musl's posix_spawnattr_t (336 bytes), file actions (80) and sigset_t (128). */
const OPAQUE_SIZE = 512;
/** POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK: <spawn.h>. */
const SPAWN_FLAGS = 0x04 | 0x08;

/** A descriptor of this process and the number it has in the new one. */
export interface PassedFd {
  readonly source: number;
  readonly number: number;
}

/**
 * Starts the program at `path` with posix_spawn(3), which does not copy this process's page tables as
 * fork(2) does: the cost is the same whatever the size of the heap. Returns its pid.
 *
 * The new process has the descriptors listed, no environment, no blocked signal and every signal's
 * default action (Node ignores SIGPIPE, and that would be inherited).
 * @throws {SyscallError} what the kernel said, e.g. `EAGAIN` when there are too many processes.
 */
export function launch(
  path: string,
  argv: readonly string[],
  fds: readonly PassedFd[],
): number {
  const attributes = signalAttributes();
  const actions = Buffer.allocUnsafeSlow(OPAQUE_SIZE);
  libc("int posix_spawn_file_actions_init(void *actions)")(actions);
  try {
    for (const [from, to] of dupOrder(fds)) addAction(actions, from, to);
    const pid = Buffer.allocUnsafeSlow(128);
    const error = libc(
      "int posix_spawn(void *pid, const char *path, const void *actions, const void *attributes, void *argv, void *envp)",
    )(pid, path, actions, attributes, pointers(argv), pointers([]));
    if (error !== 0) throw launchError(error, path, fds);
    return pid.readInt32LE(0);
  } finally {
    libc("int posix_spawn_file_actions_destroy(void *actions)")(actions);
  }
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
  const why = `descriptor ${closed.source}, the child's ${closed.number}, is not open`;
  return new SyscallError({ errno, syscall: "dup2", why });
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
 * clears its close-on-exec flag.
 */
export function dupOrder(
  fds: readonly PassedFd[],
): (readonly [from: number | undefined, to: number])[] {
  const numbers = new Set(fds.map((fd) => fd.number));
  const taken = new Set([...numbers, ...fds.map((fd) => fd.source)]);
  const detours = new Map<number, number>();
  let free = 0;
  for (const { source, number } of fds) {
    if (source === number || !numbers.has(source) || detours.has(source))
      continue;
    // The lowest: a number must stay below RLIMIT_NOFILE.
    while (taken.has(free)) free++;
    detours.set(source, free++);
  }
  return [
    ...[...detours].map(([source, detour]) => [source, detour] as const),
    ...fds.map(({ source, number }) =>
      source === number
        ? ([source, number] as const)
        : ([detours.get(source) ?? source, number] as const),
    ),
    ...[...detours.values()].map((detour) => [undefined, detour] as const),
  ];
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
