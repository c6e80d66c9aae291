import { closeSync } from "node:fs";
import {
  inherited,
  type Inherited,
  invoke,
  receiveFds,
  SocketFamily,
  socketpair,
  SocketType,
} from "@ns/syscalls";
import { Pty } from "./pty.ts";
import type { OpenedFds } from "./stdio.ts";

/** A socket pair over which the child sends the master of its pseudoterminal. */
export function openPtySocket(opened: OpenedFds): {
  readonly ours: number;
  readonly theirs: Inherited;
} {
  const ends = new Int32Array(2);
  invoke(
    socketpair(
      SocketFamily.UNIX,
      SocketType.STREAM | SocketType.CLOEXEC,
      0,
      ends,
    ),
  );
  const [ours = -1, theirs = -1] = ends;
  opened.ours.push(ours);
  opened.childs.push(theirs);
  return { ours, theirs: inherited(theirs, "pty socket") };
}

/** Takes the master that was sent, if it was, and closes the socket. */
export function receivePty(socket: number): Pty | undefined {
  const [master] = receiveFds(socket, 1);
  closeSync(socket);
  return master === undefined ? undefined : new Pty(master);
}
