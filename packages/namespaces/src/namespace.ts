import { fstatSync } from "node:fs";
import {
  close,
  FilesystemMagic,
  fstatfs,
  invoke,
  parseStatfs,
  STATFS_SIZE,
  type Syscall,
} from "@ns/syscalls";
import { NamespaceError } from "./error.ts";
import { formatNamespaceLink, type NamespaceId } from "./identity.ts";
import { isSystemError } from "./internal/system-error.ts";
import {
  nsGetNstype,
  nsGetOwnerUid,
  nsGetParent,
  nsGetUserns,
} from "./ioctl-ns.ts";
import { cloneFlagOf, kindOfCloneFlag, type NamespaceKind } from "./kind.ts";

/** A namespace held open: while the handle is, it stays, with no process in it too. */
export class Namespace implements NamespaceId, Disposable {
  readonly kind: NamespaceKind;
  readonly device: number;
  readonly inode: number;
  #fd: number | undefined;

  /**
   * Takes over a descriptor of a namespace; `openNamespace` makes these.
   * @throws {NamespaceError} if it refers to something else; it is closed then.
   */
  constructor(fd: number) {
    try {
      this.kind = kindOf(fd);
      const { dev, ino } = fstatSync(fd);
      this.device = dev;
      this.inode = ino;
    } catch (error) {
      invoke(close(fd));
      throw error;
    }
    this.#fd = fd;
  }

  /**
   * The descriptor, close-on-exec; it stays the handle's own.
   * @throws {NamespaceError} `ERR_NAMESPACE_CLOSED` when the handle has been disposed of.
   */
  get fd(): number {
    if (this.#fd !== undefined) return this.#fd;
    throw new NamespaceError(
      "ERR_NAMESPACE_CLOSED",
      `cannot use '${String(this)}': its handle has been disposed of`,
    );
  }

  /** Its `CLONE_NEW*`. */
  get cloneFlag(): number {
    return cloneFlagOf(this.kind);
  }

  /**
   * Opens the user namespace whose capabilities count in this one; for a user namespace, its parent. Undefined
   * if there is none, or it is not ours or one below ours, which the kernel does not tell apart. See
   * NS_GET_USERNS(2const).
   */
  owner(): Namespace | undefined {
    return related(nsGetUserns(this.fd));
  }

  /**
   * Opens the namespace that a user or PID namespace is nested in. Undefined if there is none (the other kinds
   * have none), or it is outside of our own namespace of that kind. See NS_GET_PARENT(2const).
   */
  parent(): Namespace | undefined {
    return related(nsGetParent(this.fd));
  }

  /**
   * The user who made a user namespace, as our own user namespace sees the id; undefined for the other kinds.
   * See NS_GET_OWNER_UID(2const).
   */
  ownerUid(): number | undefined {
    if (this.kind !== "user") return undefined;
    const uid = new Uint32Array(1);
    invoke(nsGetOwnerUid(this.fd, uid));
    return uid[0];
  }

  /** As readlink(2) shows it: `"net:[4026531833]"`. */
  toString(): string {
    return formatNamespaceLink(this);
  }

  /** Closes the descriptor. A second time does nothing. */
  [Symbol.dispose](): void {
    if (this.#fd === undefined) return;
    invoke(close(this.#fd));
    this.#fd = undefined;
  }
}

function related(call: Syscall): Namespace | undefined {
  try {
    return new Namespace(invoke(call));
  } catch (error) {
    // EPERM: none, or out of our sight; EINVAL: of a kind that is not nested
    if (isSystemError(error, "EPERM", "EINVAL")) return undefined;
    throw error;
  }
}

function kindOf(fd: number): NamespaceKind {
  if (!isOnNsfs(fd))
    throw new NamespaceError(
      "ERR_NAMESPACE_NOT_A_NAMESPACE",
      `cannot use descriptor '${String(fd)}' as a namespace: it is not on nsfs`,
    );
  const flag = invoke(nsGetNstype(fd));
  const kind = kindOfCloneFlag(flag);
  if (kind !== undefined) return kind;
  throw new NamespaceError(
    "ERR_NAMESPACE_WRONG_KIND",
    `cannot use descriptor '${String(fd)}': its kind, 0x${flag.toString(16)}, is none of the eight`,
  );
}

/** Whether the file is a namespace, or at least of nsfs: asked before ioctl, whose numbers mean something else elsewhere. */
export function isOnNsfs(fd: number): boolean {
  const buf = new Uint8Array(STATFS_SIZE);
  invoke(fstatfs(fd, buf));
  return parseStatfs(buf).type === FilesystemMagic.NSFS;
}
