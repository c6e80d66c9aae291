import {
  InterfaceFlags,
  register,
  setInterfaceFlags,
  socket,
  SocketFamily,
  SocketType,
  step,
  type Step,
} from "@ns/syscalls";

/** Brings up `lo`, the only interface of a new network namespace. */
export function bringUpLoopback(): Step[] {
  const any = register("socket");
  return [
    step(socket(SocketFamily.INET, SocketType.DGRAM | SocketType.CLOEXEC, 0), {
      into: any,
    }),
    step(
      setInterfaceFlags(any, "lo", InterfaceFlags.UP | InterfaceFlags.RUNNING),
      { why: "127.0.0.1 answers", closes: [any] },
    ),
  ];
}
