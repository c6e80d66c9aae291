import {
  CloneFlags,
  errnoNumber,
  Personality,
  PERSONALITY_QUERY,
} from "@ns/syscalls";
import type { ContainerRule } from "../profile.ts";

/** A namespace of one's own is a second root with all of its ways into the kernel. */
const NEW_NAMESPACES =
  CloneFlags.NEWNS |
  CloneFlags.NEWUTS |
  CloneFlags.NEWIPC |
  CloneFlags.NEWUSER |
  CloneFlags.NEWPID |
  CloneFlags.NEWNET |
  CloneFlags.NEWCGROUP;

const ADMIN = { caps: ["CAP_SYS_ADMIN"] };

/**
 * New processes and threads, but in no new namespace. clone3(2) has its flags behind a pointer, where no filter sees
 * them: without it C libraries use clone(2). Whoever has CAP_SYS_ADMIN may make namespaces anyway.
 */
export const CLONE: readonly ContainerRule[] = [
  {
    names: ["clone"],
    action: "SCMP_ACT_ALLOW",
    args: [{ index: 0, op: "SCMP_CMP_MASKED_EQ", value: NEW_NAMESPACES >>> 0 }],
    excludes: ADMIN,
  },
  {
    names: ["clone3"],
    action: "SCMP_ACT_ERRNO",
    errnoRet: errnoNumber("ENOSYS"),
    excludes: ADMIN,
  },
];

const { LINUX, LINUX32, UNAME26 } = Personality;

/** Personalities without effect on safety: Linux, 32 bits, each also as a 2.6; ADDR_NO_RANDOMIZE is not among them. */
export const PERSONALITY: ContainerRule = {
  names: ["personality"],
  action: "SCMP_ACT_ALLOW",
  args: [LINUX, LINUX32, UNAME26, UNAME26 | LINUX32, PERSONALITY_QUERY].map(
    (value) => ({ index: 0, op: "SCMP_CMP_EQ", value }),
  ),
};

/** Before Linux 4.8 a traced process could pass by its filter. */
export const PTRACE: ContainerRule = {
  names: ["ptrace", "process_vm_readv", "process_vm_writev"],
  action: "SCMP_ACT_ALLOW",
  includes: { minKernel: "4.8" },
};

/** What only some architectures have, by Docker's names of them. */
export const ARCHITECTURES: readonly ContainerRule[] = [
  on(["amd64"], ["arch_prctl", "modify_ldt"]),
  on(
    ["arm64"],
    [
      ...["arm_fadvise64_64", "arm_sync_file_range", "sync_file_range2"],
      ...["breakpoint", "cacheflush", "set_tls"],
    ],
  ),
];

function on(
  arches: readonly string[],
  names: readonly string[],
): ContainerRule {
  return { names, action: "SCMP_ACT_ALLOW", includes: { arches } };
}
