import { closeSync } from "node:fs";
import { spawn, SpawnError } from "@ns/spawn";
import {
  AtFlags,
  CloneFlags,
  close,
  exitGroup,
  inherited,
  invoke,
  openat,
  OpenFlags,
  receiveFds,
  register,
  sendFds,
  SocketFamily,
  socketpair,
  SocketType,
  type Step,
  step,
  SyscallError,
} from "@ns/syscalls";
import { formatIdMap } from "./id-map.ts";
import type { IdMaps } from "./write-maps.ts";

/** A user namespace without processes, kept by a descriptor: what an idmapped mount takes its map from. */
export class UserNamespace implements Disposable {
  #fd: number | undefined;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /**
   * Refers to the namespace until it is disposed of; closed on exec.
   * @throws {TypeError} after that.
   */
  get fd(): number {
    if (this.#fd !== undefined) return this.#fd;
    throw new TypeError("the user namespace has been disposed of");
  }

  /** Lets go of the namespace. Mounts that took their map from it keep it. */
  [Symbol.dispose](): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}

/**
 * Makes a user namespace with these maps, a child of the caller's, through a process that is gone when the promise is
 * settled. Maps for which the caller has no privileges are written by newuidmap(1) and newgidmap(1).
 *
 *     caller                               process in the new namespace
 *       │ clone3(CLONE_NEWUSER), uid_map, gid_map ───► │
 *       │                                              │ open("/proc/self/ns/user")
 *       │ ◄──────────────────── SCM_RIGHTS: descriptor │ sendmsg
 *       │ ◄─────────────────────────────────── SIGCHLD │ exit
 *
 * @throws {IdmapError} `ERR_IDMAP_INVALID_MAP`, before anything happens.
 * @throws {SpawnError} `ERR_SPAWN_WORKER` outside the main thread.
 * @throws {SyscallError} `EPERM` where a map is refused or user namespaces are forbidden; `ENOSPC` when there are too
 *   many of them (user.max_user_namespaces).
 */
export async function openUserNamespace(maps: IdMaps): Promise<UserNamespace> {
  const { uidMappings, gidMappings, setgroups } = maps;
  for (const map of [uidMappings, gidMappings]) formatIdMap(map);
  const [ours, theirs] = openSocket();
  let failure: unknown;
  try {
    try {
      // "/" is never executed: the process ends in the setup
      const child = spawn("/", [], {
        cloneflags: CloneFlags.NEWUSER,
        uidMappings,
        gidMappings,
        setgroups,
        env: {},
        stdio: "ignore",
        setup: sendOwnNamespace(theirs),
      });
      // to end before it has become a command is an error to spawn, and what we ask of it
      await child.exited.catch((error: unknown) => (failure = error));
    } finally {
      closeSync(theirs);
    }
    const fd = receive(ours);
    if (fd !== undefined) return new UserNamespace(fd);
  } finally {
    closeSync(ours);
  }
  throw reasonOf(failure);
}

/** What the new process does, until it ends. */
function sendOwnNamespace(socket: number): Step[] {
  const own = register("user namespace");
  const to = inherited(socket, "socket");
  const open = openat(AtFlags.FDCWD, "/proc/self/ns/user", OpenFlags.RDONLY);
  return [
    step(open, { into: own, why: "the new user namespace" }),
    step(sendFds(to, [own]), { why: "hand it over" }),
    close(own),
    exitGroup(0),
  ];
}

function openSocket(): readonly [ours: number, theirs: number] {
  const ends = new Int32Array(2);
  const type = SocketType.SEQPACKET | SocketType.CLOEXEC | SocketType.NONBLOCK;
  invoke(socketpair(SocketFamily.UNIX, type, 0, ends));
  const [ours = -1, theirs = -1] = ends;
  return [ours, theirs];
}

function receive(socket: number): number | undefined {
  try {
    return receiveFds(socket)[0];
  } catch (error) {
    // nothing was sent, and the other end is not closed yet
    if (error instanceof SyscallError && error.code === "EAGAIN")
      return undefined;
    throw error;
  }
}

/** Why there is no descriptor: what spawn said, or, if the process just ended, that it was killed. */
function reasonOf(failure: unknown): unknown {
  return (
    failure ??
    new SpawnError(
      "ERR_SPAWN_STAGE",
      "cannot make a user namespace: its process was killed",
    )
  );
}
