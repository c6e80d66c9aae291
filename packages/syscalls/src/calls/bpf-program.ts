import type { Fd } from "../argument.ts";
import {
  BPF_CGROUP_DEVICE,
  BPF_PROG_TYPE_CGROUP_DEVICE,
  BpfAttachFlags,
  BpfCommands,
} from "../constants/bpf.ts";
import { fd, flags, int, oneOf } from "../param.ts";
import { cstring, input, output, struct } from "../pointer.ts";
import { layout } from "../struct.ts";
import { define, type Syscall } from "../syscall.ts";

const NUMBERS = { x64: 321, arm64: 280 };
const COMMAND = oneOf("cmd", { prefix: "BPF_", values: BpfCommands });
const PROGRAM_TYPE = oneOf("prog_type", {
  prefix: "BPF_PROG_TYPE_",
  values: { CGROUP_DEVICE: BPF_PROG_TYPE_CGROUP_DEVICE },
});
const ATTACH_TYPE = oneOf("attach_type", {
  prefix: "BPF_",
  values: { CGROUP_DEVICE: BPF_CGROUP_DEVICE },
});
const ATTACH_FLAGS = { prefix: "BPF_F_", values: BpfAttachFlags };

/** A program to load: the part of union bpf_attr for `BPF_PROG_LOAD`. */
export interface BpfProgramLoad {
  /** `BPF_PROG_TYPE_*`. */
  readonly prog_type: number;
  /** Instructions of 8 bytes: struct bpf_insn. */
  readonly insns: Uint8Array;
  /** `"GPL"`, or another; some helpers are for GPL programs only. */
  readonly license: string;
  /** Receives what the verifier says; with `log_level` 1 or 2. */
  readonly log_buf?: Uint8Array | undefined;
  readonly log_level?: number | undefined;
}

interface LoadAttr extends BpfProgramLoad {
  readonly insn_cnt: number;
  readonly log_size?: number | undefined;
}

/** The beginning of union bpf_attr for `BPF_PROG_LOAD`: include/uapi/linux/bpf.h. */
const bpfProgLoadLayout = layout<LoadAttr>("bpf_attr", {
  prog_type: { type: "u32", param: PROGRAM_TYPE },
  insn_cnt: "u32",
  insns: { type: "u64", param: input("insns") },
  license: { type: "u64", param: cstring("license") },
  log_level: "u32",
  log_size: "u32",
  log_buf: { type: "u64", param: output("log_buf") },
});

const sysLoad = define("bpf", NUMBERS, () => [
  COMMAND,
  struct("attr", bpfProgLoadLayout),
  int("size"),
]);

/**
 * Loads a BPF program (`BPF_PROG_LOAD`); the result is its descriptor; see bpf(2). Needs CAP_BPF (Linux 5.8;
 * CAP_SYS_ADMIN before) and what the program's type asks for. Linux 3.18.
 * @throws {SyscallError} `EPERM` without the capabilities; `EINVAL` or `EACCES` if the verifier refuses it, and then
 *   `log_buf` says why; `ENOSPC` if what it says does not fit.
 * @throws {RangeError} if it is no whole number of instructions.
 */
export function bpfProgLoad(program: BpfProgramLoad): Syscall {
  const insn_cnt = program.insns.byteLength / 8;
  if (!Number.isInteger(insn_cnt) || insn_cnt === 0)
    throw new RangeError(
      `invalid program of ${program.insns.byteLength} bytes: expected instructions of 8 bytes`,
    );
  const log_size = program.log_buf?.byteLength;
  const attr = { ...program, insn_cnt, log_size };
  return sysLoad(BpfCommands.PROG_LOAD, attr, bpfProgLoadLayout.size);
}

/** Where a program is attached: the part of union bpf_attr for `BPF_PROG_ATTACH` and `BPF_PROG_DETACH`. */
export interface BpfAttachment {
  /** A cgroup's directory, for the types that filter for cgroups. */
  readonly target_fd: Fd;
  readonly attach_bpf_fd: Fd;
  /** enum bpf_attach_type: `BPF_CGROUP_DEVICE`. */
  readonly attach_type: number;
  /** `BPF_F_*`. */
  readonly attach_flags?: number | undefined;
  /** The program that it takes the place of, with `BPF_F_REPLACE`. Linux 5.6. */
  readonly replace_bpf_fd?: Fd | undefined;
}

/** The beginning of union bpf_attr for `BPF_PROG_ATTACH`: include/uapi/linux/bpf.h. */
const bpfProgAttachLayout = layout<BpfAttachment>("bpf_attr", {
  target_fd: { type: "u32", param: fd("target_fd") },
  attach_bpf_fd: { type: "u32", param: fd("attach_bpf_fd") },
  attach_type: { type: "u32", param: ATTACH_TYPE },
  attach_flags: { type: "u32", param: flags("attach_flags", ATTACH_FLAGS) },
  replace_bpf_fd: { type: "u32", param: fd("replace_bpf_fd") },
});

const sysAttach = define("bpf", NUMBERS, () => [
  COMMAND,
  struct("attr", bpfProgAttachLayout),
  int("size"),
]);

/**
 * Attaches a program to a cgroup (`BPF_PROG_ATTACH`); see bpf(2). Linux 4.10.
 * @throws {SyscallError} `EPERM` without CAP_NET_ADMIN or CAP_SYS_ADMIN, or if a program of a cgroup above is not to be
 *   added to; `EINVAL` for flags or a `replace_bpf_fd` that the kernel does not know.
 */
export function bpfProgAttach(attachment: BpfAttachment): Syscall {
  return sysAttach(
    BpfCommands.PROG_ATTACH,
    attachment,
    bpfProgAttachLayout.size,
  );
}

/** Detaches a program from a cgroup (`BPF_PROG_DETACH`); see bpf(2). Linux 4.10. */
export function bpfProgDetach(
  attachment: Pick<
    BpfAttachment,
    "target_fd" | "attach_bpf_fd" | "attach_type"
  >,
): Syscall {
  return sysAttach(
    BpfCommands.PROG_DETACH,
    attachment,
    bpfProgAttachLayout.size,
  );
}

interface QueryAttr {
  readonly target_fd: Fd;
  readonly attach_type: number;
  readonly query_flags?: number;
  readonly attach_flags?: number;
  readonly prog_ids: Uint32Array;
  readonly prog_cnt: number;
}

/** The beginning of union bpf_attr for `BPF_PROG_QUERY`, named as before Linux 6.6: include/uapi/linux/bpf.h. */
const bpfProgQueryLayout = layout<QueryAttr>("bpf_attr", {
  target_fd: { type: "u32", param: fd("target_fd") },
  attach_type: { type: "u32", param: ATTACH_TYPE },
  query_flags: "u32",
  attach_flags: "u32",
  prog_ids: { type: "u64", param: output("prog_ids") },
  prog_cnt: "u32",
});

const sysQuery = define("bpf", NUMBERS, () => [
  COMMAND,
  struct("attr", bpfProgQueryLayout),
  int("size"),
]);

/**
 * Asks which programs are attached to a cgroup itself (`BPF_PROG_QUERY`): their ids go to `ids`, and a 0 comes after
 * the last if there is room; see bpf(2). Linux 4.15.
 * @throws {SyscallError} `ENOSPC` if there are more than fit.
 */
export function bpfProgQuery(
  target: Fd,
  attachType: number,
  ids: Uint32Array,
): Syscall {
  const attr = {
    target_fd: target,
    attach_type: attachType,
    prog_ids: ids,
    prog_cnt: ids.length,
  };
  return sysQuery(BpfCommands.PROG_QUERY, attr, bpfProgQueryLayout.size);
}

/** Opens a program by its id (`BPF_PROG_GET_FD_BY_ID`); the result is its descriptor; see bpf(2). Linux 4.13. */
export function bpfProgGetFdById(id: number): Syscall {
  return sysById(
    BpfCommands.PROG_GET_FD_BY_ID,
    { prog_id: id },
    bpfIdLayout.size,
  );
}

/** The beginning of union bpf_attr for `BPF_*_GET_FD_BY_ID`: include/uapi/linux/bpf.h. */
const bpfIdLayout = layout<{ readonly prog_id: number }>(
  "bpf_attr",
  { prog_id: "u32" },
  { size: 12 },
);

const sysById = define("bpf", NUMBERS, () => [
  COMMAND,
  struct("attr", bpfIdLayout),
  int("size"),
]);
