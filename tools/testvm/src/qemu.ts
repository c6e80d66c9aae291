import { availableParallelism, totalmem } from "node:os";
import type { Kernel } from "./kernel.ts";

/** The ports that connect the machine with us: its progress, and the command's output. */
export const PORTS = ["status", "stdout", "stderr"] as const;

export type Port = (typeof PORTS)[number];

/** What the machine is made of: paths. */
export interface Parts {
  readonly kernel: Kernel;
  readonly initramfs: string;
  readonly scratch: string;
  readonly console: string;
  /** Unix sockets on which we listen. */
  readonly sockets: Readonly<Record<Port, string>>;
}

/*
 * What emulation is good at. Without `-cx16` every 16-byte compare-and-swap, of which the kernel's allocator makes
 * many, halts the other processors, and two are slower than one. The others are protections that cost, and string
 * instructions that are emulated byte by byte.
 */
const EMULATED_CPU = "max,-cx16,-erms,-fsrm,-la57,-smap,-smep,-pku";

const COMMAND_LINE = [
  "console=ttyS0 quiet loglevel=4 panic=-1 reboot=t",
  "cgroup_no_v1=all lsm=landlock,yama,bpf systemd.gpt_auto=0",
  // time that an emulated machine has none of to spare
  "tsc=reliable no_timer_check nokaslr norandmaps init_on_alloc=0 mitigations=off audit=0 nowatchdog",
  "random.trust_cpu=on cryptomgr.notests=1",
].join(" ");

/** The arguments of qemu-system-x86_64(1). */
export function qemuArguments(parts: Parts, kvm: boolean): string[] {
  const { kernel, initramfs, scratch, console, sockets } = parts;
  const memoryMiB = Math.min(
    8192,
    Math.max(1024, Math.floor(totalmem() / 4 / 2 ** 20)),
  );
  return [
    "-nodefaults",
    "-no-user-config",
    "-no-reboot",
    ...["-display", "none"],
    ...["-machine", "q35,smm=off,vmport=off"],
    ...(kvm
      ? ["-accel", "kvm", "-cpu", "host"]
      : ["-accel", "tcg,thread=multi", "-cpu", EMULATED_CPU]),
    ...["-m", `${memoryMiB}`],
    ...["-smp", `${Math.min(4, availableParallelism())}`],
    ...["-kernel", kernel.image, "-initrd", initramfs],
    ...["-append", COMMAND_LINE],
    ...["-serial", `file:${console}`],
    ...share("hostroot", "/"),
    ...share("modules", kernel.modules),
    "-drive",
    `if=none,id=scratch,format=raw,cache=unsafe,discard=unmap,file=${escape(scratch)}`,
    ...["-device", "virtio-blk-pci,drive=scratch"],
    ...["-device", "virtio-rng-pci"],
    // without ioeventfd, what the guest has written to a port we have when its write returns
    ...["-device", "virtio-serial-pci,ioeventfd=off"],
    ...PORTS.flatMap((port) => [
      ...["-chardev", `socket,id=${port},path=${escape(sockets[port])}`],
      ...["-device", `virtserialport,chardev=${port},name=${port}`],
    ]),
  ];
}

/** A folder of ours that the machine can read. */
function share(tag: string, path: string): string[] {
  const fsdev = `local,id=${tag},security_model=none,readonly=on,multidevs=remap`;
  return [
    ...["-fsdev", `${fsdev},path=${escape(path)}`],
    ...["-device", `virtio-9p-pci,fsdev=${tag},mount_tag=${tag}`],
  ];
}

/** A comma ends an option, two stand for one. */
function escape(path: string): string {
  return path.replaceAll(",", ",,");
}
