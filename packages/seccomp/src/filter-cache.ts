import { createHash, randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
} from "node:fs";
import type { BuiltFilter } from "./build-filter.ts";
import { checkProgram } from "./check-program.ts";
import { SeccompError } from "./error.ts";

/** More than any filter takes: 4096 instructions and a few hundred names. */
const MAX_SIZE = 1 << 20;

/**
 * A directory of filters by the hash of what they were made from. What it says is as good as what libseccomp would say,
 * so only this user may be able to write there; the directory is made if it is not there, and held by a descriptor
 * from the check to the end.
 */
export class FilterDirectory implements Disposable {
  readonly #path: string;
  readonly #fd: number;

  /**
   * Opens it, and makes it if it is not there.
   * @throws {SeccompError} `ERR_SECCOMP_CACHE` if somebody else may write there.
   */
  constructor(path: string) {
    this.#path = path;
    mkdirSync(path, { recursive: true, mode: 0o700 });
    this.#fd = openSync(
      path,
      constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW,
    );
    try {
      checkOwner(fstatSync(this.#fd), path);
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /**
   * The filter of this hash; undefined if there is none.
   * @throws {SeccompError} `ERR_SECCOMP_CACHE` if it is not to be trusted.
   */
  read(key: string): BuiltFilter | undefined {
    let fd: number;
    try {
      // a FIFO in its place is not waited for
      fd = openSync(
        this.#at(key),
        constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
      );
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
    try {
      return this.#verified(fd, key);
    } finally {
      closeSync(fd);
    }
  }

  /** Keeps a filter; whoever reads it meanwhile sees the old file or the new one. */
  write(key: string, filter: BuiltFilter): void {
    const temporary = this.#at(`${key}.${randomBytes(6).toString("hex")}`);
    try {
      writeFileSync(temporary, serialize(key, filter), {
        flag: "wx",
        mode: 0o600,
      });
      renameSync(temporary, this.#at(key));
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }

  /** By the descriptor: what the path leads to may be another directory by now. */
  #at(name: string): string {
    return `/proc/self/fd/${this.#fd}/${name}`;
  }

  #verified(fd: number, key: string): BuiltFilter {
    const path = `${this.#path}/${key}`;
    const file = fstatSync(fd);
    if (!file.isFile() || file.size > MAX_SIZE)
      throw untrusted(path, "expected a regular file of at most 1 MiB");
    checkOwner(file, path);
    const filter = parse(readFileSync(fd), key);
    if (filter === undefined)
      throw untrusted(path, "its content is not what was written");
    return filter;
  }
}

function checkOwner(file: Stats, path: string): void {
  if (file.uid !== process.geteuid?.())
    throw untrusted(path, `it belongs to user ${file.uid}`);
  if ((file.mode & 0o022) !== 0)
    throw untrusted(
      path,
      `others may write to it: mode 0${(file.mode & 0o777).toString(8)}`,
    );
}

function untrusted(path: string, why: string): SeccompError {
  return new SeccompError(
    "ERR_SECCOMP_CACHE",
    `cannot trust '${path}' with filters: ${why}`,
    { hint: "keep them where only this user can write" },
  );
}

/** A line of JSON, and the program. */
function serialize(key: string, filter: BuiltFilter): Buffer {
  const { program, unknownSyscalls } = filter;
  const head = { key, unknownSyscalls, digest: digest(key, filter) };
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), program]);
}

function parse(bytes: Buffer, key: string): BuiltFilter | undefined {
  const end = bytes.indexOf("\n");
  if (end < 0) return undefined;
  const program = new Uint8Array(bytes.subarray(end + 1));
  try {
    const { unknownSyscalls, digest: expected } = JSON.parse(
      bytes.toString("utf8", 0, end),
    ) as { unknownSyscalls: readonly string[]; digest: string };
    const filter = { program, unknownSyscalls };
    if (digest(key, filter) !== expected) return undefined;
    checkProgram(program);
    return filter;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError)
      return undefined;
    throw error;
  }
}

function digest(
  key: string,
  { program, unknownSyscalls }: BuiltFilter,
): string {
  return createHash("sha256")
    .update(`${key}\n${JSON.stringify(unknownSyscalls)}\n`)
    .update(program)
    .digest("hex");
}
