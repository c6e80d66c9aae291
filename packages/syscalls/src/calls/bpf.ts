import { BpfCommands } from "../constants/bpf.ts";
import { int, oneOf } from "../param.ts";
import { output } from "../pointer.ts";
import { define, type Syscall } from "../syscall.ts";

const sysBpf = define("bpf", { x64: 321, arm64: 280 }, () => [
  oneOf("cmd", { prefix: "BPF_", values: BpfCommands }),
  output("attr"),
  int("size"),
]);

/**
 * Acts on BPF programs, maps and attachments; `attr` is the part of union bpf_attr that the command takes, and
 * addresses in it are the caller's business; see bpf(2). Needs CAP_BPF, with CAP_NET_ADMIN or CAP_PERFMON as
 * the program's type asks. Linux 3.18.
 */
export function bpf(command: number, attr: Uint8Array): Syscall {
  return sysBpf(command, attr, attr.byteLength);
}
