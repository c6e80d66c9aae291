import { existsSync } from "node:fs";
import { terminalSize } from "../terminal.ts";
import { runToEnd } from "./run.ts";
import { print } from "../print.ts";

const NAME = "minibox";

/** What a container looks like from inside. */
const TOUR = `
say() { printf '\\n$ %s\\n' "$1"; sh -c "$1"; }
say 'hostname'
say 'id'
say 'echo $PPID is the first process here'
say 'ps ax 2>/dev/null || ls -d /proc/[0-9]*'
say 'grep -E "^[^ ]+ (/|/usr|/proc|/sys|/dev|/dev/pts) " /proc/mounts'
say 'touch /usr/hello && ls /usr/hello'
printf '\\nNothing of that happened to your machine. minibox run -- CMD runs a command of yours.\\n'
`;

/** `pnpm start`: a shell in a container; without a terminal, a look around in one. */
export async function main(): Promise<number> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    return runToEnd({ command: ["/bin/sh", "-c", TOUR], name: NAME, cwd: "/" });
  }
  const shell = process.env["SHELL"];
  const file = shell !== undefined && existsSync(shell) ? shell : "/bin/sh";
  print(
    "A shell in a container: a throw-away copy of this machine. Try ps ax, hostname, touch /usr/hello; exit leaves it.\n",
  );
  await runToEnd({ command: [file], name: NAME, terminal: terminalSize() });
  // How the last command of a shell ended says nothing of how this did.
  return 0;
}
