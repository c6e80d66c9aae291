import { join } from "node:path";

/** A program with runc's command line, and what it is to work on. */
export interface OciRuntime {
  readonly name: string;
  readonly file: string;
  readonly bundle: string;
  /** The directory of `--root`. */
  readonly state: string;
}

/** A command line that is measured as a whole. */
export interface OciCommandLine {
  readonly id: string;
  readonly title: string;
  readonly file: string;
  readonly args: readonly string[];
}

export function ociRuntime(
  name: string,
  file: string,
  bundle: string,
): OciRuntime {
  return { name, file, bundle, state: join(bundle, `state-${name}`) };
}

/** `run`, and the three commands that an engine makes of it. */
export function ociCommandLines(
  { name, file, bundle, state }: OciRuntime,
  id: string,
): readonly [run: OciCommandLine, steps: OciCommandLine] {
  const container = `ns-bench-${process.pid}`;
  const create = '"$0" --root "$1" create --bundle "$2" "$3"';
  // it may not have ended yet
  const end = '"$0" --root "$1" delete --force "$3"';
  return [
    {
      id,
      title: `\`${name} run --bundle\`, busybox`,
      file,
      args: ["--root", state, "run", "--bundle", bundle, container],
    },
    {
      id: `${id}-steps`,
      title: `\`${name} create\`, \`start\`, \`delete --force\`, busybox`,
      file: "/bin/sh",
      args: [
        "-c",
        `${create} && "$0" --root "$1" start "$3" && ${end}`,
        ...[file, state, bundle, `${container}-steps`],
      ],
    },
  ];
}
