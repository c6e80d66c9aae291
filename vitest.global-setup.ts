import {
  checkoutFor,
  missingDebianPackages,
  pathWithPnpm,
  run,
  runDirectory,
  UNPRIVILEGED_UID,
  unprivilegedUser,
} from "@ns/testkit";

/** Runs once, before the first test: builds what tests run, and says what this machine lacks. */
export default async function setup(): Promise<void> {
  reportMissingPrograms();
  await build();
  // here rather than in whichever of the parallel workers asks first
  runDirectory();
  if (unprivilegedUser.met()) checkoutFor(UNPRIVILEGED_UID);
}

function reportMissingPrograms(): void {
  const missing = missingDebianPackages();
  if (missing.length === 0) return;
  const message = `programs that tests use are missing: apt-get install ${missing.join(" ")}`;
  if (process.env["REQUIRE_ALL"] === "1")
    throw new Error(`REQUIRE_ALL=1, but ${message}`);
  console.warn(`${message}\n(the tests that need them will be skipped)\n`);
}

/** When it fails, what does not need it is tested all the same, but the run has failed. */
async function build(): Promise<void> {
  const { code, stdout } = await run(
    "node_modules/.bin/turbo",
    ["run", "build", "--output-logs=errors-only"],
    {
      cwd: import.meta.dirname,
      env: { PATH: pathWithPnpm(), TURBO_TELEMETRY_DISABLED: "1" },
      timeoutMs: 300_000,
    },
  );
  if (code === 0) return;
  console.error(
    `the build that tests need failed\n${stdout.trim().split("\n").slice(-20).join("\n")}\n`,
  );
  process.exitCode = 1;
}
