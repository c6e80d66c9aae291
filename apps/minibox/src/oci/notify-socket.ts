import { chmodSync, closeSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Config } from "@ns/oci";
import {
  bind,
  connect,
  invoke,
  messageBuffer,
  parseMessage,
  pipe2,
  OpenFlags,
  PollEvents,
  ppoll,
  recvmsg,
  sendmsg,
  socket,
  SocketFamily,
  SocketType,
  SyscallError,
  unixAddress,
} from "@ns/syscalls";
import { isAlive } from "./process-stat.ts";
import type { ContainerRecord } from "./store.ts";

/*
 * sd_notify(3) from inside, as runc has it: the program tells a socket of ours that it is ready, and we tell whoever set
 * NOTIFY_SOCKET, with the pid that the program has out here.
 *
 *   program ──READY=1──► /run/notify/notify.sock ──► us ──READY=1, MAINPID=…, BARRIER=1──► $NOTIFY_SOCKET
 */
const INSIDE = "/run/notify";
const NAME = "notify.sock";
const INTERVAL_MS = 50;
const BARRIER_MS = 30_000;

/** A configuration whose program finds the socket that will be in that directory. */
export function withNotifySocket(
  config: Config,
  directory: string | undefined,
): Config {
  const { process, mounts = [] } = config;
  if (directory === undefined || process === undefined) return config;
  const options = ["bind", "nosuid", "noexec", "nodev", "ro"];
  return {
    ...config,
    process: {
      ...process,
      env: [...(process.env ?? []), `NOTIFY_SOCKET=${INSIDE}/${NAME}`],
    },
    mounts: [
      ...mounts,
      { destination: INSIDE, type: "bind", source: directory, options },
    ],
  };
}

/** Makes the directory, which the container has mounted. */
export function makeNotifyDirectory(directory: string | undefined): void {
  if (directory !== undefined) mkdirSync(directory, { mode: 0o755 });
}

/** Where in a container's own directory it is. */
export function notifyDirectory(containerDirectory: string): string {
  return join(containerDirectory, "notify");
}

/** Our end of the socket. */
export class NotifySocket implements Disposable {
  readonly #fd: number;
  readonly #host: string;

  private constructor(fd: number, host: string) {
    this.#fd = fd;
    this.#host = host;
  }

  /** Opens it, if we are to tell someone, and the container was made to tell us. */
  static open(
    containerDirectory: string,
    host: string | undefined = process.env["NOTIFY_SOCKET"],
  ): NotifySocket | undefined {
    const directory = notifyDirectory(containerDirectory);
    if (host === undefined || host === "" || !existsSync(directory))
      return undefined;
    const path = join(directory, NAME);
    rmSync(path, { force: true });
    const fd = datagramSocket();
    try {
      invoke(bind(fd, unixAddress(path)));
      // the program may be any user
      chmodSync(path, 0o777);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    return new NotifySocket(fd, host);
  }

  /** Waits until the program is ready, and tells so; or until it has ended. */
  async forwardReady(record: ContainerRecord): Promise<void> {
    for (;;) {
      const ready = this.#received().find((line) => line.startsWith("READY="));
      if (ready !== undefined) {
        await tell(this.#host, [ready, `MAINPID=${record.pid ?? 0}`]);
        return;
      }
      if (!isAlive(record)) return;
      await sleep(INTERVAL_MS);
    }
  }

  /** The lines of one message, if there is one. */
  #received(): string[] {
    const buffer = messageBuffer({ dataBytes: 4096, fds: 8 });
    try {
      const message = parseMessage(buffer, invoke(recvmsg(this.#fd, buffer)));
      for (const fd of message.fds) closeSync(fd);
      return Buffer.from(message.data).toString().split("\n");
    } catch (error) {
      // none has come
      if (error instanceof SyscallError && error.code === "EAGAIN") return [];
      throw error;
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }
}

/** Sends each line, and waits until all were read: see sd_notify_barrier(3). */
async function tell(host: string, lines: readonly string[]): Promise<void> {
  const ends = new Int32Array(2);
  invoke(pipe2(ends, OpenFlags.CLOEXEC));
  const [ours = -1, theirs = -1] = ends;
  const to = datagramSocket();
  try {
    // @ stands for the NUL of an abstract name
    invoke(connect(to, unixAddress(host.replace(/^@/, "\0"))));
    for (const line of lines) invoke(sendmsg(to, { data: `${line}\n` }));
    invoke(sendmsg(to, { data: "BARRIER=1", fds: [theirs] }));
  } finally {
    closeSync(theirs);
    closeSync(to);
  }
  try {
    const end = Date.now() + BARRIER_MS;
    const closed = [{ fd: ours, events: PollEvents.HUP }];
    while (invoke(ppoll(closed, 0)) === 0 && Date.now() < end)
      await sleep(INTERVAL_MS);
  } finally {
    closeSync(ours);
  }
}

function datagramSocket(): number {
  const { DGRAM, CLOEXEC, NONBLOCK } = SocketType;
  return invoke(socket(SocketFamily.UNIX, DGRAM | CLOEXEC | NONBLOCK));
}
