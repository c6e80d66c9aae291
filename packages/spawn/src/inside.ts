import {
  chdir,
  chroot,
  CloneFlags,
  closeRange,
  ioctl,
  IoctlRequests,
  mount,
  MountFlags,
  prctl,
  PrctlOptions,
  prlimit,
  setgroups,
  setpgid,
  setresgid,
  setresuid,
  setsid,
  step,
  umask,
  unshare,
} from "@ns/syscalls";
import {
  dropBoundingSet,
  raiseAmbient,
  setCapabilities,
} from "./capabilities.ts";
import { offsetClocks } from "./clocks.ts";
import { addExec } from "./exec.ts";
import { installFilter } from "./install-filter.ts";
import type { Credential, SpawnOptions } from "./options.ts";
import { checkCommand, holdUntilStarted } from "./hold.ts";
import { MessageKind } from "./message.ts";
import { pausesOf, waitForCaller } from "./pause.ts";
import type { Program } from "./program.ts";
import {
  readBackBoundingSet,
  readBackNoNewPrivileges,
  readBackPrivileges,
} from "./read-back.ts";
import { openTerminal } from "./pty-steps.ts";
import { firstPrivateFd, type Request } from "./request.ts";
import { signalNumber } from "./signal.ts";
import { enterWorkingDirectory } from "./working-directory.ts";

/**
 * The second stage, inside: what makes the new process the command, in the order that privileges ask for.
 * Whatever needs a capability comes before the credential change, whatever the change undoes comes after,
 * and the filter that might forbid any of it comes last.
 */
export function addInside(program: Program, request: Request): void {
  const { options } = request;
  armParentDeath(program, options.pdeathsig);
  addNamespaces(program, request);
  addSession(program, request);
  addSetup(program, request);
  if (options.pty !== undefined) openTerminal(program, request, options.pty);
  if (options.setctty !== undefined) {
    program.call(
      step(ioctl(options.setctty, IoctlRequests.TIOCSCTTY, 0), {
        why: "take the controlling terminal",
      }),
    );
  }
  if (options.chroot !== undefined) {
    program.call(
      step(chroot(options.chroot), { why: "change the root directory" }),
    );
    program.call(chdir("/"));
  }
  for (const { resource, soft, hard } of options.rlimits ?? []) {
    program.call(
      step(prlimit(0, resource, { soft, hard }, null), {
        why: "limit a resource",
      }),
    );
  }
  if (options.umask !== undefined) program.call(umask(options.umask));
  addPrivileges(program, request);
  // Again: the credential change has disarmed it (prctl(2)). If the parent died before, nobody takes the report
  // and the process ends there.
  armParentDeath(program, options.pdeathsig);
  program.report(MessageKind.ready, 0);
  if (!isFilteredEarly(options)) closePrivate(program, request);
  // whoever takes a listener does not wait for the start
  const notifies = options.seccomp?.listener !== undefined;
  if (notifies) forbidPrivileges(program, request);
  if (options.hold !== undefined) holdUntilStarted(program, request);
  if (!notifies) forbidPrivileges(program, request);
  addExec(program, request);
}

function addSetup(program: Program, request: Request): void {
  const { setup = [], seccomp: filter } = request.options;
  const pauses = [...pausesOf(request.options.pause)];
  const pauseBefore = (position: number): void => {
    while ((pauses[0]?.after ?? Infinity) <= position) {
      pauses.shift();
      const isLast = pauses.length === 0 && filter?.listener === undefined;
      waitForCaller(program, request, isLast);
    }
  };
  for (const [i, own] of setup.entries()) {
    pauseBefore(i);
    program.call(own);
  }
  pauseBefore(Number.MAX_SAFE_INTEGER);
}

function forbidPrivileges(program: Program, request: Request): void {
  const { noNewPrivileges, seccomp: filter } = request.options;
  if (noNewPrivileges !== true) return;
  program.call(
    step(prctl(PrctlOptions.SET_NO_NEW_PRIVS, 1, 0, 0, 0), {
      why: "execve grants nothing any more",
    }),
  );
  readBackNoNewPrivileges(program);
  if (filter !== undefined) installFilter(program, request, filter);
}

/** Without no_new_privs a filter needs CAP_SYS_ADMIN, so it comes before the user changes, and the capabilities go. */
function isFilteredEarly({ seccomp, noNewPrivileges }: SpawnOptions): boolean {
  return seccomp !== undefined && noNewPrivileges !== true;
}

function closePrivate(program: Program, request: Request): void {
  program.call(
    step(closeRange(firstPrivateFd(request)), {
      why: "leave no descriptor of ours to the command",
    }),
  );
}

function addNamespaces(program: Program, request: Request): void {
  const {
    cloneflags = 0,
    unshareflags = 0,
    cgroup,
    timeOffsets,
  } = request.options;
  if (unshareflags !== 0) {
    program.call(
      step(unshare(unshareflags), { why: "leave these namespaces" }),
    );
  }
  if ((unshareflags & CloneFlags.NEWNS) !== 0) {
    // systemd makes every mount shared: without this, mounts made here would show outside. As Go does since 1.9.
    program.call(
      step(mount(null, "/", null, MountFlags.REC | MountFlags.PRIVATE, null), {
        why: "nothing mounted here shows outside",
      }),
    );
  }
  if (cgroup !== undefined && (cloneflags & CloneFlags.NEWCGROUP) !== 0) {
    program.call(
      step(unshare(CloneFlags.NEWCGROUP), {
        why: "this cgroup is the root of those we see",
      }),
    );
  }
  if (timeOffsets !== undefined && (cloneflags & CloneFlags.NEWUSER) !== 0)
    offsetClocks(program, timeOffsets);
}

function addSession(program: Program, { options }: Request): void {
  if (
    options.setsid === true ||
    options.detached === true ||
    options.pty !== undefined ||
    options.setctty !== undefined
  ) {
    program.call(step(setsid(), { why: "a session of its own" }));
  }
  if (options.setpgid !== undefined) program.call(setpgid(0, options.setpgid));
}

function addPrivileges(program: Program, request: Request): void {
  const {
    capabilities,
    ambientCaps,
    credential,
    cwd,
    seccomp: filter,
  } = request.options;
  if (capabilities !== undefined) {
    const { bounding = [] } = capabilities;
    dropBoundingSet(program, bounding, request.lastCapability);
    readBackBoundingSet(program, bounding, request.lastCapability);
  }
  if (filter !== undefined && isFilteredEarly(request.options)) {
    // the filter may know nothing of close_range(2)
    closePrivate(program, request);
    installFilter(program, request, filter);
  }
  const keeps = capabilities !== undefined || ambientCaps !== undefined;
  if (credential !== undefined) become(program, credential, keeps);
  if (cwd !== undefined) enterWorkingDirectory(program, cwd);
  if (request.options.hold !== undefined) checkCommand(program, request);
  if (capabilities !== undefined) setCapabilities(program, capabilities);
  if (ambientCaps !== undefined) raiseAmbient(program, ambientCaps);
  // a filter that is in force already may not know these calls
  if (!isFilteredEarly(request.options)) readBackPrivileges(program, request);
}

function become(
  program: Program,
  { uid, gid, groups = [] }: Credential,
  keepCapabilities: boolean,
): void {
  if (keepCapabilities) {
    program.call(
      step(prctl(PrctlOptions.SET_KEEPCAPS, 1, 0, 0, 0), {
        why: "keep capabilities across setresuid",
      }),
    );
  }
  if (groups !== null)
    program.call(step(setgroups(groups), { why: "supplementary groups" }));
  program.call(step(setresgid(gid, gid, gid), { why: "the group" }));
  program.call(step(setresuid(uid, uid, uid), { why: "the user" }));
}

function armParentDeath(
  program: Program,
  signal: SpawnOptions["pdeathsig"],
): void {
  if (signal === undefined) return;
  program.call(
    step(prctl(PrctlOptions.SET_PDEATHSIG, signalNumber(signal), 0, 0, 0), {
      why: "end with the parent",
    }),
  );
}
