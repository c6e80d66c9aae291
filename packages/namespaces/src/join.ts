import {
  inherited,
  invoke,
  invokeAll,
  setns,
  type Step,
  step,
  SyscallError,
} from "@ns/syscalls";
import { NamespaceError } from "./error.ts";
import { inJoinOrder } from "./join-order.ts";
import type { NamespaceKind } from "./kind.ts";
import type { Namespace } from "./namespace.ts";
import { openNamespace } from "./open.ts";

/** A namespace to enter, as `SpawnOptions.join` of `@ns/spawn` takes it. */
export interface JoinByDescriptor {
  readonly fd: number;
  /** Its `CLONE_NEW*`. */
  readonly kind: number;
}

/**
 * Moves the calling thread into namespaces, one of a kind at most, and no other thread: libuv's pool and
 * workers stay where they were. If one cannot be entered, the thread goes back to where it was. A mount namespace
 * changes the root and working directory to its root. See setns(2).
 *
 * | kind | here |
 * | --- | --- |
 * | cgroup, ipc, net, uts | yes, with CAP_SYS_ADMIN in the user namespace that owns it and in ours |
 * | mnt | once this thread shares its root and working directory with no other: `unshare(CloneFlags.FS)` |
 * | user, time | never: the process would need to have one thread, and Node has several |
 * | pid | never: it would be for children only, and this thread could then start no other thread |
 * @throws {NamespaceError} `ERR_NAMESPACE_JOIN_THREADS`, `ERR_NAMESPACE_JOIN_PID` before anything is done;
 *   `ERR_NAMESPACE_JOIN_SHARED_FS`; `ERR_NAMESPACE_JOIN_HALFWAY` if it could not go back.
 * @throws {SyscallError} `EPERM` without the capabilities.
 */
export function joinNamespaces(namespaces: readonly Namespace[]): void {
  for (const namespace of namespaces) refuse(namespace);
  const inOrder = inJoinOrder(namespaces);
  const previous = inOrder.map(({ kind }) => openNamespace({ kind }));
  try {
    invokeAll(inOrder.map(joinStep));
  } catch (error) {
    goBack(previous, error);
    throw explain(error, namespaces);
  } finally {
    for (const each of previous) each[Symbol.dispose]();
  }
}

/**
 * The same as steps, for the `setup` of a child: it has one thread, so it can enter a user or time namespace
 * too. The descriptors are this process's, to be open until the child has started.
 * @throws {NamespaceError} `ERR_NAMESPACE_JOIN_PID`.
 * @throws {TypeError} if two are of the same kind.
 */
export function joinSteps(namespaces: readonly Namespace[]): Step[] {
  for (const namespace of namespaces) refusePid(namespace);
  return inJoinOrder(namespaces).map(joinStep);
}

function joinStep(namespace: Namespace): Step {
  const { fd, cloneFlag } = namespace;
  const name = String(namespace);
  return step(setns(inherited(fd, name), cloneFlag), { why: `join ${name}` });
}

/**
 * The same for the `join` option of `@ns/spawn`, which enters them before the child is made, a PID namespace
 * among them: `spawn("sh", [], { join: joinTargets([net, pid]) })`.
 * @throws {TypeError} if two are of the same kind.
 */
export function joinTargets(
  namespaces: readonly Namespace[],
): JoinByDescriptor[] {
  return inJoinOrder(namespaces).map(({ fd, cloneFlag }) => ({
    fd,
    kind: cloneFlag,
  }));
}

const ELSEWHERE =
  "start a process in it: spawn(file, args, { join: joinTargets([…]) }) of @ns/spawn";

const ONE_THREAD: readonly NamespaceKind[] = ["user", "time"];

function refuse(namespace: Namespace): void {
  refusePid(namespace);
  if (!ONE_THREAD.includes(namespace.kind)) return;
  throw new NamespaceError(
    "ERR_NAMESPACE_JOIN_THREADS",
    `cannot join '${String(namespace)}' here: a process with several threads enters no ${namespace.kind} namespace`,
    { hint: ELSEWHERE },
  );
}

function refusePid(namespace: Namespace): void {
  if (namespace.kind !== "pid") return;
  throw new NamespaceError(
    "ERR_NAMESPACE_JOIN_PID",
    `cannot join '${String(namespace)}': a process stays in its PID namespace, setns(2) would be for its children`,
    { hint: ELSEWHERE },
  );
}

/** Back to the namespaces that the steps before the one that failed have left. */
function goBack(
  previous: readonly Namespace[],
  error: unknown,
): asserts error is SyscallError {
  if (!(error instanceof SyscallError)) throw error;
  const left = previous.slice(0, (error.step?.index ?? 1) - 1);
  for (const each of left.reverse()) {
    try {
      invoke(setns(each.fd, each.cloneFlag));
    } catch (backError) {
      throw new NamespaceError(
        "ERR_NAMESPACE_JOIN_HALFWAY",
        `cannot go back to '${String(each)}' after '${error.message}': ${(backError as Error).message}`,
        {
          cause: error,
          hint: "this thread is in some of the namespaces and not in others: end the process",
        },
      );
    }
  }
}

function explain(error: SyscallError, namespaces: readonly Namespace[]): Error {
  const mnt = namespaces.find(({ kind }) => kind === "mnt");
  if (mnt === undefined || error.code !== "EINVAL") return error;
  return new NamespaceError(
    "ERR_NAMESPACE_JOIN_SHARED_FS",
    `cannot join '${String(mnt)}' here: this thread shares its root and working directory with others`,
    {
      cause: error,
      hint: `${ELSEWHERE}; or invoke(unshare(CloneFlags.FS)) first, after which fs.readFileSync and fs.readFile read different files`,
    },
  );
}
