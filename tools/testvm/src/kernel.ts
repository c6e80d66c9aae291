import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { downloadKernel } from "./download.ts";
import { extractImage } from "./kernel-image.ts";
import { succeed } from "./succeed.ts";

/** The kernels to choose from: Debian 12's and 13's. */
export const KERNELS = ["6.1", "6.12"] as const;

export type KernelSeries = (typeof KERNELS)[number];

/** A kernel unpacked in the cache. */
export interface Kernel {
  /** The ELF file that qemu starts. */
  readonly image: string;
  /** The folder with `RELEASE/modules.dep` and the modules. */
  readonly modules: string;
  readonly release: string;
}

/** To be raised when what is kept of a kernel changes. */
const FORMAT = 1;

/** What is kept of the modules, below `kernel/`; the rest is for hardware that the machine does not have. */
const KEPT_MODULES = [
  "{arch,block,crypto,fs,lib,mm,net}",
  "drivers/{block,md,virtio}",
  "drivers/char/{hw_random,virtio_console.ko*}",
  "drivers/net/*.ko*",
  "drivers/net/{bonding,ipvlan,macvlan,vxlan,wireguard}",
];

/** The kernel of that series: from the cache, or downloaded from the Debian archive and unpacked there; never installed. */
export async function prepareKernel(series: KernelSeries): Promise<Kernel> {
  const cache = join(
    process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"),
    "ns-testvm",
  );
  const folder = join(cache, `linux-${series}-${FORMAT}`);
  if (!existsSync(folder)) {
    mkdirSync(cache, { recursive: true });
    const work = mkdtempSync(join(cache, "new-"));
    try {
      await unpack(await downloadKernel(series, join(work, "apt")), work);
      install(join(work, "kept"), folder);
    } finally {
      rmSync(work, { recursive: true });
    }
  }
  const modules = join(folder, "modules");
  const [release = ""] = readdirSync(modules);
  return { image: join(folder, "vmlinux"), modules, release };
}

function install(made: string, folder: string): void {
  try {
    renameSync(made, folder);
  } catch (error) {
    // somebody else has made the same in the meantime
    if (!existsSync(folder)) throw error;
  }
}

/** Puts what the machine needs of a package into `work`/kept: the kernel, and the modules, uncompressed. */
async function unpack(deb: string, work: string): Promise<void> {
  const all = join(work, "all");
  await succeed("dpkg-deb", ["--extract", deb, all]);
  const lib = [join(all, "lib/modules"), join(all, "usr/lib/modules")].find(
    (path) => existsSync(path),
  );
  const [release] = lib === undefined ? [] : readdirSync(lib);
  if (lib === undefined || release === undefined)
    throw new Error(`no modules in ${deb}`);

  const kept = join(work, "kept/modules", release);
  for (const path of globSync(
    KEPT_MODULES.map((each) => `kernel/${each}`),
    { cwd: join(lib, release) },
  ))
    cpSync(join(lib, release, path), join(kept, path), { recursive: true });
  for (const list of ["builtin", "builtin.modinfo", "order"])
    cpSync(
      join(lib, release, `modules.${list}`),
      join(kept, `modules.${list}`),
    );
  const compressed = globSync("**/*.ko.xz", { cwd: kept });
  if (compressed.length > 0)
    await succeed("xz", ["--decompress", "--", ...compressed], { cwd: kept });

  // depmod wants to see lib/modules
  const base = join(work, "base");
  mkdirSync(join(base, "lib"), { recursive: true });
  symlinkSync(join(work, "kept/modules"), join(base, "lib/modules"));
  await succeed("busybox", ["depmod", "-b", base, release]);

  writeFileSync(
    join(work, "kept/vmlinux"),
    extractImage(readFileSync(join(all, "boot", `vmlinuz-${release}`))),
  );
}
