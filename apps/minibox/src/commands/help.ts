import { print } from "../print.ts";
import { helpOf } from "./oci/command.ts";
import { RUN_HELP } from "./run-options.ts";

const HELP = `Usage: minibox COMMAND

Run a command in a container: no daemon, no root, no image.

  run [OPTIONS] [--] CMD [ARG…]   run a command in a throw-away copy of this machine
  doctor                          what this machine can do, and how to mend what it cannot
  version                         print the version
  help                            print this; minibox run --help tells its options

As an OCI runtime, in runc's place; docs/ tells how engines are told of it:

  create, start, run, state, kill, delete, list, exec, ps, pause, resume, update, events, spec, features
  --root DIR --log FILE --log-format text|json --debug --rootless true|false|auto
  --systemd-cgroup --cgroup-manager cgroupfs|systemd|disabled
  run [--bundle DIR] [--detach] ID    a bundle: with one of its options, or with one word, without --, and a
                                      config.json in the current directory
  COMMAND --help                      its options; those of run for a bundle: minibox help run

Examples:
  minibox run -- sh               a shell; whatever it changes is gone afterwards
  minibox run -v .:/src -w /src -- npm test
  minibox run --plan -- true      every syscall that would be made, and why
`;

/** `minibox help`, of everything or of one command. */
export async function main([name]: readonly string[] = []): Promise<number> {
  if (name === "run") print(`${RUN_HELP}\nOf a bundle:\n\n`);
  const { commandNamed } = await import("./oci/main.ts");
  const command = name === undefined ? undefined : await commandNamed(name);
  print(
    name === undefined || command === undefined ? HELP : helpOf(name, command),
  );
  return 0;
}
