import {
  chmodSync,
  copyFileSync,
  cpSync,
  globSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { checkout, findProgram } from "@ns/testkit";
import type { Kernel } from "./kernel.ts";
import type { VmCommand } from "./machine.ts";
import { loadOrder } from "./modules.ts";
import type { Options } from "./options.ts";
import { succeed } from "./succeed.ts";

const guest = join(import.meta.dirname, "../guest");

/** The modules that it takes to reach the root. */
const BOOT_MODULES = [
  "virtio_pci",
  "virtio_console",
  "virtio_blk",
  "virtio_rng",
  "9pnet_virtio",
  "9p",
  "crc32c_generic",
  "ext4",
  "overlay",
];

/** Writes the archive that the kernel starts from, made in the folder `work`: busybox, modules, the scripts, the command. */
export async function makeInitramfs(
  kernel: Kernel,
  options: Pick<Options, "user" | "systemd">,
  command: VmCommand,
  work: string,
): Promise<string> {
  const tree = join(work, "initramfs");
  for (const each of [
    "bin",
    "modules",
    "proc",
    "sys",
    "dev",
    "lower",
    "scratch",
    "root",
  ])
    mkdirSync(join(tree, each), { recursive: true });
  copyFileSync(findProgram("busybox") ?? "", join(tree, "bin/busybox"));

  const modules = join(kernel.modules, kernel.release);
  const order = loadOrder(
    readFileSync(join(modules, "modules.dep"), "utf8"),
    BOOT_MODULES,
  );
  // depmod writes paths below /lib/modules/RELEASE, with or without that
  for (const file of order)
    copyFileSync(
      join(modules, file.replace(/^.*?\/(?=kernel\/)/, "")),
      join(tree, "modules", basename(file)),
    );
  writeFileSync(
    join(tree, "modules/order"),
    order.map((file) => `${basename(file)}\n`).join(""),
  );

  cpSync(guest, join(tree, "testvm"), { recursive: true });
  copyFileSync(join(guest, "init"), join(tree, "init"));
  chmodSync(join(tree, "init"), 0o755);
  const settings = [
    `user=${options.user ? 1 : 0}`,
    `systemd=${options.systemd ? 1 : 0}`,
    `checkout=${quote(checkout)}`,
  ];
  writeFileSync(join(tree, "testvm/conf"), `${settings.join("\n")}\n`);
  writeFileSync(join(tree, "testvm/command"), commandScript(command));

  const archive = join(work, "initramfs.cpio");
  await succeed(
    "busybox",
    ["cpio", "-o", "-H", "newc", "-R", "0:0", "-F", archive],
    {
      cwd: tree,
      input: [".", ...globSync("**", { cwd: tree })].join("\n"),
    },
  );
  return archive;
}

/** The shell script that becomes the command. */
export function commandScript({ argv, cwd, env }: VmCommand): string {
  return [
    ...Object.entries(env).map(
      ([name, value]) => `export ${name}=${quote(value)}`,
    ),
    `cd ${quote(cwd)} || exit 125`,
    `exec ${argv.map(quote).join(" ")}`,
    "",
  ].join("\n");
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
