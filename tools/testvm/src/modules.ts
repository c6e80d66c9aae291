import { basename } from "node:path";

/**
 * The module files that loading `names` takes, each after those it depends on, by the text of a `modules.dep`
 * (modules.dep(5)). A name that is not in there is built into the kernel, or not available.
 */
export function loadOrder(
  modulesDep: string,
  names: readonly string[],
): string[] {
  const dependencies = new Map<string, string[]>();
  const files = new Map<string, string>();
  for (const line of modulesDep.split("\n")) {
    const [file, others] = line.split(":");
    if (file === undefined || others === undefined) continue;
    files.set(moduleName(file), file);
    dependencies.set(file, others.split(" ").filter(Boolean));
  }
  const order = new Set<string>();
  const add = (file: string): void => {
    if (order.has(file)) return;
    for (const each of dependencies.get(file) ?? []) add(each);
    order.add(file);
  };
  for (const name of names) {
    const file = files.get(name.replaceAll("-", "_"));
    if (file !== undefined) add(file);
  }
  return [...order];
}

/** "virtio_blk" for `kernel/drivers/block/virtio-blk.ko`: the kernel takes both characters for one. */
function moduleName(file: string): string {
  return basename(file, ".ko").replaceAll("-", "_");
}
