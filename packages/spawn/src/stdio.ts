import type { Socket } from "node:net";
import { closeSync, openSync } from "node:fs";
import {
  invoke,
  OpenFlags,
  pipe2,
  SocketFamily,
  socketpair,
  SocketType,
} from "@ns/syscalls";
import type { StdioEntry, StdioOptions } from "./options.ts";

/** A descriptor of the child, before the launch. */
export interface PreparedFd {
  /** Our descriptor that the child gets a copy of. */
  readonly source: number;
  /** Whether `source` is only for the child, and is closed here after the launch. */
  readonly temporary: boolean;
  /** Our end of the pipe to it. */
  readonly ours?: number;
}

/** Where descriptors that were opened for a launch are noted, to be closed. */
export interface OpenedFds {
  readonly childs: number[];
  readonly ours: number[];
}

const WORDS: readonly unknown[] = ["inherit", "ignore", "pipe"];

/**
 * Refuses what cannot be a descriptor of the child.
 * @throws {TypeError} naming the entry.
 */
export function checkStdio(stdio: StdioOptions = "pipe"): void {
  for (const [number, entry] of entries(stdio).entries()) {
    if (entry === null || entry === undefined || WORDS.includes(entry))
      continue;
    const fd = typeof entry === "object" ? entry.fd : entry;
    if (typeof fd === "number" && Number.isInteger(fd) && fd >= 0) continue;
    throw new TypeError(
      `invalid stdio[${number}] '${inspect(entry)}': expected "inherit", "ignore", "pipe", a descriptor, or a stream that has one`,
    );
  }
}

function inspect(entry: NonNullable<StdioEntry>): string {
  return typeof entry === "object" ? "an object without fd" : String(entry);
}

/** Opens what the child's descriptors are made of. */
export function prepareStdio(
  stdio: StdioOptions = "pipe",
  opened: OpenedFds,
): PreparedFd[] {
  let nothing: number | undefined;
  const openNothing = (): number => {
    if (nothing === undefined)
      opened.childs.push((nothing = openSync("/dev/null", "r+")));
    return nothing;
  };
  return entries(stdio).map((entry, number) => {
    const prepared = prepare(entry, number, openNothing);
    if (prepared.temporary) opened.childs.push(prepared.source);
    if (prepared.ours !== undefined) opened.ours.push(prepared.ours);
    return prepared;
  });
}

export function closeAll(fds: readonly number[]): void {
  for (const fd of fds) closeSync(fd);
}

/** The streams on our ends, by the child's descriptor. */
export function openStreams(
  prepared: readonly PreparedFd[],
): (Socket | null)[] {
  return prepared.map(({ ours }, number) => {
    if (ours === undefined) return null;
    // Loaded when it is used: a program that has no pipes starts 4 ms sooner without it.
    const { Socket } = process.getBuiltinModule("node:net");
    return new Socket({
      fd: ours,
      readable: number !== 0,
      writable: number === 0 || number > 2,
    });
  });
}

/** Lets streams end that nobody has begun to read: the pipe would stay open, as it does for Node's own children. */
export function drain(streams: readonly (Socket | null)[]): void {
  for (const stream of streams)
    if (stream?.readableFlowing === null) stream.resume();
}

/** Waits until the streams on the child's outputs are closed. */
export async function whenClosed(
  streams: readonly (Socket | null)[],
): Promise<void> {
  for (const stream of streams.slice(1)) {
    if (stream === null || stream.closed) continue;
    await new Promise((resolve) => stream.once("close", resolve));
  }
}

function entries(stdio: StdioOptions): readonly StdioEntry[] {
  if (typeof stdio === "string") return [stdio, stdio, stdio];
  const three = Math.max(0, 3 - stdio.length);
  return [...stdio, ...Array<StdioEntry>(three).fill(undefined)];
}

function prepare(
  entry: StdioEntry,
  number: number,
  openNothing: () => number,
): PreparedFd {
  if (entry === "inherit") return { source: number, temporary: false };
  if (typeof entry === "number") return { source: entry, temporary: false };
  if (typeof entry === "object" && entry !== null)
    return { source: entry.fd, temporary: false };
  const byDefault = number < 3 ? "pipe" : "ignore";
  if ((entry ?? byDefault) === "pipe") return openPipe(number);
  return { source: openNothing(), temporary: false };
}

/** The child reads its descriptor 0 and writes 1 and 2; the others go both ways, as in Node. */
function openPipe(number: number): PreparedFd {
  const ends = new Int32Array(2);
  if (number > 2)
    invoke(
      socketpair(
        SocketFamily.UNIX,
        SocketType.STREAM | SocketType.CLOEXEC,
        0,
        ends,
      ),
    );
  else invoke(pipe2(ends, OpenFlags.CLOEXEC));
  const [readEnd = -1, writeEnd = -1] = ends;
  return number === 0
    ? { source: readEnd, temporary: true, ours: writeEnd }
    : { source: writeEnd, temporary: true, ours: readEnd };
}
