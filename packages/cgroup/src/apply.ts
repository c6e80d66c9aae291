import type { ControlBatch, ControlWrite, FileValue } from "./control-write.ts";
import type { CgroupDirectory } from "./directory.ts";
import { CgroupError } from "./error.ts";

/** Where the files of a controller are; undefined if nothing has it. */
export type DirectoryOf = (controller: string) => CgroupDirectory | undefined;

/**
 * Writes what a plan says.
 * @throws {CgroupError} names the resource, its controller, the file, the value and the errno.
 */
export function applyBatches(
  batches: readonly ControlBatch[],
  directoryOf: DirectoryOf,
): void {
  for (const batch of batches) applyBatch(batch, directoryOf);
}

function applyBatch({ writes }: ControlBatch, directoryOf: DirectoryOf): void {
  try {
    for (const write of writes) applyWrite(write, directoryOf);
  } catch (error) {
    const isOrder = error instanceof CgroupError && error.errno === "EINVAL";
    if (!isOrder || writes.length === 1) throw error;
    // what was written before the refusal is written again
    for (const write of writes.toReversed()) applyWrite(write, directoryOf);
  }
}

function applyWrite(write: ControlWrite, directoryOf: DirectoryOf): void {
  const { resource, controller } = write;
  const directory = directoryOf(controller);
  if (directory === undefined) throw noController(write);
  const choice = write.choices.find(({ file }) => directory.has(file));
  if (choice === undefined) {
    if (write.ifPresent === true) return;
    throw noFile(write, directory);
  }
  const value =
    write.keepFirstWord === true ? kept(directory, choice) : choice.value;
  try {
    directory.write(choice.file, value);
  } catch (error) {
    if (!(error instanceof CgroupError)) throw error;
    throw new CgroupError(
      error.code,
      `cannot set ${resource} of controller ${controller}: ${error.message}`,
      { ...detailsOf(error), resource, controller, cause: error.cause },
    );
  }
}

function kept(directory: CgroupDirectory, { file, value }: FileValue): string {
  const [first = ""] = directory.read(file).split(/\s/);
  return [first, ...value.split(" ").slice(1)].join(" ");
}

function detailsOf({ path, value, errno, hint }: CgroupError): object {
  return { path, value, errno, hint };
}

/** The error of a resource whose controller is nowhere. */
export function noController({
  resource,
  controller,
}: ControlWrite): CgroupError {
  return new CgroupError(
    "ERR_CGROUP_NO_CONTROLLER",
    `cannot set ${resource}: controller '${controller}' is not available here`,
    {
      resource,
      controller,
      hint: "see cgroup.controllers of the cgroup above (v2), or /proc/cgroups and what is mounted (v1)",
    },
  );
}

function noFile(write: ControlWrite, { path }: CgroupDirectory): CgroupError {
  const { resource, controller, choices } = write;
  const files = choices.map(({ file }) => `'${file}'`).join(" nor ");
  return new CgroupError(
    "ERR_CGROUP_NO_FILE",
    `cannot set ${resource}: controller '${controller}' of this kernel has no ${files} in '${path}'`,
    {
      resource,
      controller,
      path: `${path}/${choices[0]?.file ?? ""}`,
      value: choices[0]?.value,
      hint: "leave the limit out, or use a kernel that was built with it",
    },
  );
}
