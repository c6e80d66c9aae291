import { closeSync, openSync } from "node:fs";
import type { Config } from "@ns/oci";
import { inherited, type Inherited } from "@ns/syscalls";
import { joinedMounts } from "../plan/oci/namespaces.ts";
import { unsupported } from "../plan/oci/unsupported.ts";

/**
 * The mount namespace that a container is to join, held by a descriptor. It is opened here, in the caller's own: copies of
 * that, as the container's process begins in, have no files that mount namespaces are bound to.
 */
export class MountNamespace implements Disposable {
  readonly file: Inherited | undefined;

  private constructor(file: Inherited | undefined) {
    this.file = file;
  }

  /**
   * Opens the one that a configuration names, if it does.
   * @throws {MiniboxError} `ERR_UNSUPPORTED`
   */
  static open(config: Config): MountNamespace {
    const joined = joinedMounts(config);
    if (joined === undefined) return new MountNamespace(undefined);
    const { path, member } = joined;
    try {
      return new MountNamespace(inherited(openSync(path, "r"), path));
    } catch (error) {
      const { message } = error as NodeJS.ErrnoException;
      throw unsupported(`${member}.path`, message, error);
    }
  }

  [Symbol.dispose](): void {
    if (this.file !== undefined) closeSync(this.file.fd);
  }
}
