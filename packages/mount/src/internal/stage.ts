import { mkdirSync, mkdtempSync, rmdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  invoke,
  invokeAll,
  mount,
  MountFlags,
  type Step,
  umount2,
  UmountFlags,
} from "@ns/syscalls";
import { openPath, type Handle } from "../handle.ts";

/**
 * A directory of our own, in which a mount is made before it is moved to its place: what stands for a detached
 * mount on a kernel that has none.
 *
 *     mkdtemp         /tmp/ns-mount-x          0700, nobody else's
 *     tmpfs, private  /tmp/ns-mount-x          MS_MOVE wants a parent that is not shared
 *     mount           /tmp/ns-mount-x/mount    attributes are set here
 *     move            /tmp/ns-mount-x/mount -> /proc/self/fd/PLACE
 *     detach, rmdir   /tmp/ns-mount-x
 */
export class Stage implements Disposable {
  /** Where the mount is to be made. */
  readonly path: string;
  readonly #directory: string;
  #open = true;

  /**
   * Makes the directory, and what is mounted on: a directory or file.
   * @throws {SyscallError} `EPERM` for who may not mount.
   */
  constructor(kind: "directory" | "file") {
    this.#directory = mkdtempSync(join(tmpdir(), "ns-mount-"));
    this.path = join(this.#directory, "mount");
    try {
      invoke(mount("stage", this.#directory, "tmpfs", 0, "size=64k,mode=0700"));
    } catch (error) {
      rmdirSync(this.#directory);
      throw error;
    }
    try {
      invoke(mount(null, this.#directory, null, MountFlags.PRIVATE));
      if (kind === "directory") mkdirSync(this.path);
      else writeFileSync(this.path, "");
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Makes the mount, and returns a descriptor of its root, which the caller closes. */
  perform(steps: readonly Step[]): number {
    invokeAll(steps);
    return openPath(this.path, { follow: false }).fd;
  }

  /** Moves the mount to its place; both by descriptor. */
  move(from: Handle, to: Handle): void {
    invoke(mount(from.procPath(), to.procPath(), null, MountFlags.MOVE));
  }

  /** Lets go of the directory, and of the mount unless it has moved. Idempotent. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    const flags = UmountFlags.DETACH | UmountFlags.NOFOLLOW;
    invoke(umount2(this.#directory, flags));
    rmdirSync(this.#directory);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
