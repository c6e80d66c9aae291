import { closeSync } from "node:fs";
import {
  type ContainerProcessState,
  parseContainerProcessState,
} from "@ns/oci";
import {
  accept4,
  bind,
  invoke,
  invokeAsync,
  listen,
  messageBuffer,
  parseMessage,
  recvmsg,
  socket,
  SocketFamily,
  SocketType,
  unixAddress,
} from "@ns/syscalls";
import { onTestFinished } from "vitest";

/** What an agent got, and the listener, which it has to close. */
export interface Handed {
  readonly state: ContainerProcessState;
  readonly listeners: readonly number[];
}

/** An agent that listens at a path. */
export class SeccompAgent {
  readonly #socket: number;

  constructor(path: string) {
    this.#socket = invoke(socket(SocketFamily.UNIX, SocketType.STREAM));
    invoke(bind(this.#socket, unixAddress(path)));
    invoke(listen(this.#socket));
    onTestFinished(() => {
      closeSync(this.#socket);
    });
  }

  /** Waits for a runtime to hand a listener over. */
  async take(): Promise<Handed> {
    const peer = await invokeAsync(accept4(this.#socket));
    const chunks: Uint8Array[] = [];
    const listeners: number[] = [];
    for (;;) {
      const buffer = messageBuffer({ dataBytes: 65_536, fds: 4 });
      const count = await invokeAsync(recvmsg(peer, buffer));
      if (count === 0) break;
      const { data, fds } = parseMessage(buffer, count);
      chunks.push(data);
      listeners.push(...fds);
    }
    closeSync(peer);
    return {
      state: parseContainerProcessState(Buffer.concat(chunks)),
      listeners,
    };
  }
}
