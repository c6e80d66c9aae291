import {
  AtFlags,
  close,
  dup3,
  fchown,
  ioctl,
  IoctlRequests,
  openat,
  OpenFlags,
  register,
  inherited,
  moveMount,
  MoveMountFlags,
  openTree,
  OpenTreeFlags,
  type Register,
  sendmsg,
  setWindowSize,
  step,
} from "@ns/syscalls";
import type { PtyOptions } from "./options.ts";
import type { Program } from "./program.ts";
import type { Request } from "./request.ts";

/**
 * Makes a pseudoterminal inside, sends its master to the caller over a socket, and makes its slave the
 * controlling terminal and the stdio of the process. The slave comes from the master itself
 * (TIOCGPTPEER, Linux 4.13), never by a path that someone inside may have replaced.
 */
export function openTerminal(
  program: Program,
  request: Request,
  pty: PtyOptions,
): void {
  const { options } = request;
  const ptySocket =
    pty.socket === undefined
      ? request.ptySocket
      : inherited(pty.socket, "console socket");
  if (ptySocket === undefined)
    throw new TypeError("a pseudoterminal needs a socket to be sent on");
  const master = register("ptmx");
  const slave = register("pty");
  const mode = OpenFlags.RDWR | OpenFlags.NOCTTY | OpenFlags.CLOEXEC;
  const masterMode =
    pty.socket === undefined ? mode | OpenFlags.NONBLOCK : mode;
  program.call(
    // Only our end is non-blocking: the command's is a file of its own.
    step(openat(AtFlags.FDCWD, pty.ptmx ?? "/dev/ptmx", masterMode), {
      into: master,
      why: "make a pseudoterminal",
    }),
  );
  program.call(
    step(ioctl(master, IoctlRequests.TIOCSPTLCK, new Int32Array([0])), {
      why: "unlock it",
    }),
  );
  program.call(
    step(ioctl(master, IoctlRequests.TIOCGPTPEER, mode), {
      into: slave,
      why: "open its other end",
    }),
  );
  program.call(step(setWindowSize(master, pty), { why: "its size" }));
  if (options.credential !== undefined) {
    program.call(
      step(fchown(slave, options.credential.uid, -1), {
        why: "it belongs to the user",
      }),
    );
  }
  program.call(
    step(sendmsg(ptySocket, { data: "/dev/ptmx", fds: [master] }), {
      why: "hand its master over",
    }),
  );
  program.call(close(master));
  // A connection to somebody outside is not for whatever runs next.
  if (pty.socket !== undefined) program.call(close(ptySocket));
  if (pty.console !== undefined) showOn(program, pty.console, slave);
  for (const fd of [0, 1, 2])
    program.call(
      step(dup3(slave, fd, 0), { why: "it is the command's stdio" }),
    );
  program.call(close(slave));
  program.call(
    step(ioctl(0, IoctlRequests.TIOCSCTTY, 0), {
      why: "and its controlling terminal",
    }),
  );
}

/** Mounts the terminal on a file, each by its descriptor: no name is looked up that someone could have exchanged. */
function showOn(program: Program, path: string, slave: Register): void {
  const place = register(path);
  const mount = register("console");
  const { CLONE, CLOEXEC, EMPTY_PATH } = OpenTreeFlags;
  const { F_EMPTY_PATH, T_EMPTY_PATH } = MoveMountFlags;
  const steps = [
    step(
      openat(
        AtFlags.FDCWD,
        path,
        OpenFlags.PATH | OpenFlags.NOFOLLOW | OpenFlags.CLOEXEC,
      ),
      { into: place, why: "where the terminal is shown" },
    ),
    step(openTree(slave, "", CLONE | CLOEXEC | EMPTY_PATH), { into: mount }),
    step(moveMount(mount, "", place, "", F_EMPTY_PATH | T_EMPTY_PATH), {
      why: `the terminal is ${path}, too`,
    }),
    close(mount),
    close(place),
  ];
  for (const each of steps) program.call(each);
}
