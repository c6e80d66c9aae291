import { print } from "../print.ts";

const HELP = `Usage: minibox COMMAND

Run a command in a container: no daemon, no root, no image.

  run [OPTIONS] [--] CMD [ARG…]   run a command in a throw-away copy of this machine
  doctor                          what this machine can do, and how to mend what it cannot
  version                         print the version
  help                            print this; minibox run --help tells its options

Examples:
  minibox run -- sh               a shell; whatever it changes is gone afterwards
  minibox run -v .:/src -w /src -- npm test
  minibox run --plan -- true      every syscall that would be made, and why
`;

/** `minibox help`. */
export function main(): number {
  print(HELP);
  return 0;
}
