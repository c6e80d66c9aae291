import { spawn, type SpawnOptions } from "@ns/spawn";
import {
  AtFlags,
  CloneFlags,
  mkdirat,
  mount,
  MountFlags,
  type Step,
  SyscallError,
} from "@ns/syscalls";
import { thisHost } from "../host/host.ts";
import type { Finding } from "./check.ts";
import { readIfThere } from "./kernel.ts";

/** Tries `setup` in a new user and mount namespace. Returns the error, or undefined if it works. */
async function attempt(
  setup: readonly Step[],
): Promise<SyscallError | undefined> {
  const host = thisHost();
  const options: SpawnOptions = {
    cloneflags: CloneFlags.NEWUSER | CloneFlags.NEWNS,
    uidMappings: [{ containerId: 0, hostId: host.euid, size: 1 }],
    gidMappings: [{ containerId: 0, hostId: host.egid, size: 1 }],
    setgroups: false,
    stdio: "ignore",
    setup: [...setup],
  };
  try {
    await spawn("/proc/self/exe", ["--version"], options).exited;
    return undefined;
  } catch (error) {
    if (error instanceof SyscallError) return error;
    throw error;
  }
}

/** What forbids user namespaces to ordinary users, and how to allow them; the first that applies is the reason. */
const RESTRICTIONS = [
  {
    file: "/proc/sys/user/max_user_namespaces",
    forbids: (value: string) => value === "0",
    mend: "sysctl user.max_user_namespaces=10000",
  },
  {
    file: "/proc/sys/kernel/unprivileged_userns_clone",
    forbids: (value: string) => value === "0",
    mend: "sysctl kernel.unprivileged_userns_clone=1",
  },
  {
    file: "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
    forbids: (value: string) => value === "1",
    mend: "sysctl kernel.apparmor_restrict_unprivileged_userns=0, or an AppArmor profile for minibox that allows userns",
  },
] as const;

export async function checkUserNamespaces(): Promise<Finding> {
  const what = "user namespaces";
  const error = await attempt([]);
  if (error === undefined) {
    return {
      state: "ok",
      what,
      detail: `at most ${readIfThere("/proc/sys/user/max_user_namespaces") ?? "?"}`,
    };
  }
  const reason = RESTRICTIONS.find(({ file, forbids }) =>
    forbids(readIfThere(file) ?? ""),
  );
  return {
    state: thisHost().privileged ? "limited" : "missing",
    what,
    detail:
      reason === undefined ? error.message : `forbidden by ${reason.file}`,
    mend:
      reason?.mend ??
      "a container or a seccomp filter around us may forbid them: run minibox outside of it",
  };
}

export function checkAppArmor(): Finding {
  const what = "AppArmor";
  if (readIfThere("/sys/module/apparmor/parameters/enabled") !== "Y") {
    return { state: "ok", what, detail: "not in force" };
  }
  const restricted =
    readIfThere("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") ===
    "1";
  if (!restricted)
    return {
      state: "ok",
      what,
      detail: "in force, without a restriction of user namespaces",
    };
  return {
    state: "limited",
    what,
    detail: "ordinary users' user namespaces have no capabilities",
    mend: "sysctl kernel.apparmor_restrict_unprivileged_userns=0, or a profile for minibox that allows userns",
  };
}

export function checkSubordinateIds(): Finding {
  const what = "subordinate ids";
  const host = thisHost();
  if (host.euid === 0)
    return { state: "ok", what, detail: "not needed by root" };
  const { uids, gids } = host.subordinateIds;
  const [uidRange] = uids;
  if (uidRange !== undefined && gids.length > 0) {
    return {
      state: "ok",
      what,
      detail: `${uidRange.size} from ${uidRange.first}`,
    };
  }
  return {
    state: "limited",
    what,
    detail: "only one user inside: yourself, as root",
    mend: "apt-get install uidmap, and usermod --add-subuids 100000-165535 --add-subgids 100000-165535 USER",
  };
}

export async function checkOverlay(): Promise<Finding> {
  const what = "overlay in a user namespace";
  const layers =
    "lowerdir=/usr,upperdir=/tmp/upper,workdir=/tmp/work,userxattr";
  const error = await attempt([
    mount("tmpfs", "/tmp", "tmpfs", 0, null),
    ...["upper", "work", "merged"].map((name) =>
      mkdirat(AtFlags.FDCWD, `/tmp/${name}`, 0o755),
    ),
    mount("overlay", "/tmp/merged", "overlay", MountFlags.NODEV, layers),
  ]);
  if (error === undefined) return { state: "ok", what, detail: "works" };
  return {
    state: thisHost().privileged ? "limited" : "missing",
    what,
    detail: error.message,
    mend: "Linux 5.11 with overlayfs (modprobe overlay); or minibox run --rootfs DIR, which needs none",
  };
}
