import { runInVm } from "./machine.ts";
import { parseOptions } from "./options.ts";

// One command in a machine: its output and exit status become ours.
const { options, command } = parseOptions(process.argv.slice(2));
if (command.length === 0) {
  console.error(
    "usage: pnpm --filter @ns/testvm start [--user] [--systemd] [--kernel 6.1|6.12] [--kvm] [--verbose] [--timeout SECONDS] -- CMD [ARG...]",
  );
  process.exit(125);
}
// pnpm changes to the package's folder, and says where it was
const cwd = process.env["INIT_CWD"] ?? process.cwd();
const passed = ["PATH", "LANG", "CI", "NO_COLOR", "FORCE_COLOR"];
const env = Object.fromEntries(
  passed.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  }),
);
try {
  process.exitCode = await runInVm(
    { argv: command, cwd, env },
    options,
    process,
  );
} catch (error) {
  console.error(String(error));
  process.exitCode = 125;
}
