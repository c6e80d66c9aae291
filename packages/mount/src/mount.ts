import { type Fd, invoke, MountFlags, mount as mountCall } from "@ns/syscalls";
import type { AttributeChange } from "./attributes.ts";
import { cloneTree } from "./clone-tree.ts";
import { createMount } from "./create-mount.ts";
import type { DetachedMount, DetachedOptions } from "./detached-mount.ts";
import { type MountApi, probeMountApi } from "./mount-api.ts";
import {
  type MountRequest,
  type ParsedRequest,
  parseMountRequest,
} from "./mount-request.ts";
import { openPath, Handle } from "./handle.ts";
import { setAttributes } from "./set-attributes.ts";

/**
 * Mounts something at `target`, a path or the descriptor of a place; see mount(8).
 *
 *     mount("/mnt", { type: "tmpfs", options: "size=64k,nosuid" });
 *     mount("/mnt", { source: "/usr", options: "rbind,rro,rslave" });
 *     mount("/mnt", { options: "remount,bind,ro" });
 *     mount("/mnt", { options: "private" });
 *
 * What is new is configured before anyone sees it, and attached to the place that `target` was when it was looked
 * up, once. Options of a bind mount that are not given stay as the source has them.
 * @throws {TypeError} if something is missing, or cannot be; nothing has happened then.
 * @throws {MountError} `ERR_MOUNT_OPTION` for options that contradict each other.
 * @throws {SyscallError} `EPERM` without CAP_SYS_ADMIN; the file system's words are its `hint`.
 */
export function mount(
  target: string | number,
  request: MountRequest & DetachedOptions,
): void {
  const parsed = parseMountRequest(request);
  using place =
    typeof target === "string" ? openPath(target) : Handle.borrow(target);
  mountAt(place, parsed, request.api ?? probeMountApi());
}

/** Mounts at a place that is held; the path is not looked at again. */
export function mountAt(
  place: Handle,
  parsed: ParsedRequest,
  api: MountApi,
): void {
  const { operation } = parsed;
  switch (operation.kind) {
    case "new": {
      using made = createMount(operation.fs, { ...operation, api });
      attach(made, place, parsed);
      return;
    }
    case "bind": {
      const source = held(operation.source);
      using tree = cloneTree(source, { recursive: operation.recursive, api });
      attach(tree, place, parsed);
      return;
    }
    case "move": {
      const source = held(operation.source);
      using from =
        typeof source === "string" ? openPath(source) : Handle.borrow(source);
      invoke(
        mountCall(from.procPath(), place.procPath(), null, MountFlags.MOVE),
      );
      change(from, parsed, api);
      return;
    }
    case "remount": {
      const { flags, data } = operation;
      invoke(
        mountCall(
          null,
          place.procPath(),
          null,
          flags,
          data === "" ? null : data,
        ),
      );
      change(place, parsed, api);
      return;
    }
    case "propagation":
      change(place, parsed, api);
  }
}

/** Attributes first, where nobody sees it; propagation last, as the place may have one of its own to pass on. */
function attach(
  made: DetachedMount,
  place: Handle,
  { changes, propagation }: ParsedRequest,
): void {
  for (const each of changes) made.setAttributes(each);
  made.attach(place.fd);
  propagate(Handle.borrow(made.fd), propagation);
}

function change(
  place: Handle,
  {
    changes,
    propagation,
  }: { changes: readonly AttributeChange[]; propagation: readonly number[] },
  api: MountApi,
): void {
  for (const each of changes) setAttributes(place.fd, { ...each, api });
  propagate(place, propagation);
}

function propagate(place: Handle, types: readonly number[]): void {
  for (const type of types)
    invoke(mountCall(null, place.procPath(), null, type));
}

/** In this process a descriptor is a number. */
function held(source: string | Fd): string | number {
  if (typeof source === "string" || typeof source === "number") return source;
  if (source.kind === "inherited") return source.fd;
  throw new TypeError(
    `invalid source <${source.name}>: expected a path or descriptor, as registers are for plans`,
  );
}
