import { closeSync } from "node:fs";
import type { Config } from "@ns/oci";
import {
  AtFlags,
  chroot,
  close,
  fchdir,
  inherited,
  invoke,
  openat,
  OpenFlags,
  step,
  type Step,
} from "@ns/syscalls";
import { joinedMounts } from "../plan/oci/namespaces.ts";

/**
 * The root of a container whose mount namespace has another: who joins the namespaces of its first process still has to change
 * to it. In a mount namespace of the container's own there is nothing to do.
 */
export class ContainerRoot implements Disposable {
  readonly #fd: number | undefined;

  private constructor(fd: number | undefined) {
    this.#fd = fd;
  }

  /** Takes hold of the root of a process: the directory itself, wherever that is. */
  static open(pid: number, config: Config): ContainerRoot {
    if (joinedMounts(config) === undefined) return new ContainerRoot(undefined);
    const path = `/proc/${pid}/root`;
    const { PATH, DIRECTORY, CLOEXEC } = OpenFlags;
    const flags = PATH | DIRECTORY | CLOEXEC;
    return new ContainerRoot(invoke(openat(AtFlags.FDCWD, path, flags)));
  }

  /** Makes it that of a process which has joined. */
  get steps(): readonly Step[] {
    if (this.#fd === undefined) return [];
    const root = inherited(this.#fd, "the container's root");
    return [
      fchdir(root),
      step(chroot("."), { why: "the root of the container, not of others" }),
      close(root),
    ];
  }

  [Symbol.dispose](): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
  }
}
