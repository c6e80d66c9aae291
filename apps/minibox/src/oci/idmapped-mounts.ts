import { closeSync, openSync } from "node:fs";
import type { Config, IdMapping } from "@ns/oci";
import {
  inherited,
  type Inherited,
  invoke,
  invokeAll,
  SyscallError,
} from "@ns/syscalls";
import { MiniboxError } from "../error.ts";
import {
  type IdmappedPlan,
  isIdmapped,
  type MapSource,
  mapSourceOf,
  planIdmapped,
} from "../plan/oci/idmapped.ts";

/** The mounts of a container whose ids are mapped, by their number, each held by a descriptor. */
export class IdmappedMounts implements Disposable {
  readonly mounts: ReadonlyMap<number, Inherited>;

  private constructor(mounts: ReadonlyMap<number, Inherited>) {
    this.mounts = mounts;
  }

  /**
   * Takes hold of those that a configuration has.
   * @throws {MiniboxError} `ERR_UNSUPPORTED` where the kernel does not do it, or not for us.
   */
  static async take(config: Config, bundle: string): Promise<IdmappedMounts> {
    const mounts = new Map<number, Inherited>();
    const taken = new IdmappedMounts(mounts);
    try {
      for (const [i, mount] of (config.mounts ?? []).entries()) {
        if (!isIdmapped(mount)) continue;
        const why = `mounts[${i}]`;
        using userns = await openMap(mapSourceOf(config, i), why);
        const plan = planIdmapped(mount, { bundle, userns: userns.fd, why });
        mounts.set(i, inherited(perform(plan, why), why));
      }
      return taken;
    } catch (error) {
      taken[Symbol.dispose]();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    for (const { fd } of this.mounts.values()) closeSync(fd);
  }
}

interface UserNamespaceFd extends Disposable {
  readonly fd: number;
}

async function openMap(
  source: MapSource,
  why: string,
): Promise<UserNamespaceFd> {
  if ("path" in source) {
    const fd = openSync(source.path, "r");
    return {
      fd,
      [Symbol.dispose]: () => {
        closeSync(fd);
      },
    };
  }
  const { openUserNamespace } = await import("@ns/idmap/mount");
  try {
    return await openUserNamespace({
      uidMappings: asIdMap(source.uidMappings),
      gidMappings: asIdMap(source.gidMappings),
    });
  } catch (error) {
    throw refusal(error, why);
  }
}

function asIdMap(mappings: readonly IdMapping[]) {
  return mappings.map(({ containerID, hostID, size }) => ({
    containerId: containerID,
    hostId: hostID,
    size,
  }));
}

function perform(plan: IdmappedPlan, why: string): number {
  try {
    const fd = invoke(plan.take);
    try {
      invokeAll(plan.change(fd));
      return fd;
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  } catch (error) {
    throw refusal(error, why);
  }
}

const HINTS: Readonly<Record<string, string>> = {
  EINVAL:
    "the file system has to support idmapped mounts (ext4, xfs, btrfs; overlayfs since Linux 5.19, tmpfs since 6.3)",
  EPERM:
    "it takes root in the user namespace that the file system was mounted in, and a mount that is not idmapped yet",
};

function refusal(error: unknown, why: string): unknown {
  if (!(error instanceof SyscallError)) return error;
  const hint = HINTS[error.code];
  return new MiniboxError(
    "ERR_UNSUPPORTED",
    `cannot honour ${why}: mapped ids: ${error.message}`,
    { cause: error, ...(hint !== undefined && { hint }) },
  );
}
