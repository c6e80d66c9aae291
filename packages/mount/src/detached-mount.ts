import { closeSync } from "node:fs";
import {
  AtFlags,
  close,
  type Fd,
  invoke,
  isRegister,
  MoveMountFlags,
  moveMount,
  type Step,
  step,
} from "@ns/syscalls";
import type { AttributeChange } from "./attributes.ts";
import type { Stage } from "./internal/stage.ts";
import { type MountApi, probeMountApi } from "./mount-api.ts";
import { Handle } from "./handle.ts";
import { setAttributes } from "./set-attributes.ts";

/** What a detached mount is made from, and how. */
export interface DetachedOptions {
  /** Default: found out by calling. */
  readonly api?: MountApi;
}

/**
 * A mount, or a tree of mounts, that is in no tree of files yet, held by a descriptor. Attached, it stays where it is;
 * disposed of before, it is gone. Closed with `using`.
 *
 * Where the kernel has no such thing (before Linux 5.2, or under a filter), it is mounted in a directory of our
 * own, private and 0700, and moved from there with `MS_MOVE`: nobody sees it half done then either.
 */
export class DetachedMount implements Disposable {
  /** Refers to the root of the mount (`O_PATH`). */
  readonly fd: number;
  readonly #stage: Stage | undefined;
  readonly #api: MountApi;
  #state: "detached" | "attached" | "closed" = "detached";

  /** Takes over a descriptor of fsmount(2) or open_tree(2), or of the root of a mount that is on a stage. */
  constructor(
    fd: number,
    {
      api = probeMountApi(),
      stage,
    }: DetachedOptions & { readonly stage?: Stage } = {},
  ) {
    this.fd = fd;
    this.#api = api;
    this.#stage = stage;
  }

  /**
   * Attaches the mount to the place that a descriptor refers to, and to no other, whatever happens to its name; on
   * top of what is mounted there. Both must be directories, or neither. See move_mount(2).
   * @throws {SyscallError} `EINVAL` or `ENOTDIR` for one of each; `ELOOP` if it is attached there already.
   */
  attach(place: number): void {
    if (this.#stage === undefined) invoke(attachTo(this.fd, place));
    else {
      this.#stage.move(Handle.borrow(this.fd), Handle.borrow(place));
    }
    this.#state = "attached";
  }

  /** Changes attributes of it, before or after it is attached; see mount_setattr(2). */
  setAttributes(change: AttributeChange): void {
    setAttributes(this.fd, { ...change, api: this.#api });
  }

  /** Closes the descriptor; what is not attached goes with it. Idempotent. */
  close(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    closeSync(this.fd);
    this.#stage?.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

const BY_DESCRIPTOR = MoveMountFlags.F_EMPTY_PATH | MoveMountFlags.T_EMPTY_PATH;

function attachTo(mount: Fd, place: Fd): Step {
  return step(moveMount(mount, "", place, "", BY_DESCRIPTOR), {});
}

/** How {@link planAttach} attaches. */
export interface AttachOptions {
  /** Whether a symbolic link at the end of the path is followed. Default false: it is `ENOTDIR` or replaced by no mount. */
  readonly follow?: boolean;
  /** Why, for a person who reads the plan. */
  readonly why?: string;
  /** Errors that are passed over; the mount is then let go of. */
  readonly ignore?: Step["ignore"];
  /** Whether the descriptor of the mount stays open. Default false. */
  readonly keep?: boolean;
}

/**
 * The steps that attach a detached mount to a path, or to the place that a descriptor refers to, and close its
 * descriptor; see move_mount(2). Linux 5.2.
 */
export function planAttach(
  mount: Fd,
  target: string | Fd,
  options: AttachOptions = {},
): Step[] {
  const { follow = false, why, ignore, keep = false } = options;
  const attach =
    typeof target === "string"
      ? moveMount(
          mount,
          "",
          AtFlags.FDCWD,
          target,
          MoveMountFlags.F_EMPTY_PATH |
            (follow ? MoveMountFlags.T_SYMLINKS : 0),
        )
      : attachTo(mount, target);
  if (!keep && isRegister(mount))
    return [step(attach, { why, ignore, closes: [mount] })];
  return [step(attach, { why, ignore }), ...(keep ? [] : [close(mount)])];
}
