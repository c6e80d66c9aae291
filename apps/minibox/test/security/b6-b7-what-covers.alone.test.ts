import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { requires, run } from "@ns/testkit";
import { expect, test } from "vitest";
import { Bundle, uniqueId } from "../internal/bundle.ts";
import { programOf, ROOT } from "../internal/callers.ts";
import {
  NEEDS,
  probePath,
  RACE_SECONDS,
  repeatedly,
  startRacer,
} from "./internal/probe.ts";

/** Reads, writes and unmounts each masked file, and looks into each masked directory. */
const TRY = `
for file in /proc/keys /proc/timer_list /masked; do
  wc -c <$file
  (echo x >$file) 2>/dev/null
  cat $file
  umount $file 2>/dev/null && echo "unmounted $file"
done
ls /sys/firmware
(echo x >/sys/firmware/new) 2>/dev/null && echo written
umount /sys/firmware 2>/dev/null && echo unmounted
true`;

function maskedBundle(withDev: boolean): Bundle {
  const bundle = new Bundle();
  writeFileSync(join(bundle.rootfs, "masked"), "secret");
  return bundle.configure(TRY, (config) => {
    if (!withDev)
      config.mounts = (config.mounts ?? []).filter(
        ({ destination }) => !destination.startsWith("/dev"),
      );
    config.linux = {
      ...config.linux,
      maskedPaths: ["/masked", ...(config.linux?.maskedPaths ?? [])],
    };
  });
}

test("B6: what is masked reads empty, cannot be written, and stays", async (context) => {
  requires(context, ...NEEDS);
  const { stdout } = await maskedBundle(true).minibox("run", uniqueId());
  expect(stdout).toBe("0\n0\n0\n");
});

test(
  "B6: nothing that an image has for /dev/null, or swaps it for, is what masks",
  { timeout: (RACE_SECONDS + 60) * 1000 },
  async (context) => {
    requires(context, ...NEEDS);
    const bundle = maskedBundle(false);
    const fakes = ["null", "link"].map((name) =>
      join(bundle.rootfs, "dev", name),
    );
    const [regular = "", link = ""] = fakes;
    writeFileSync(regular, "not empty");
    symlinkSync("/proc/sys/kernel/core_pattern", link);
    const racer = await startRacer(probePath(), [
      ...["exchange", String(RACE_SECONDS), ...fakes],
    ]);
    await repeatedly(RACE_SECONDS - 0.5, async () => {
      const { code, stdout } = await bundle.minibox("run", uniqueId());
      expect({ code, stdout }).toEqual({ code: 0, stdout: "0\n0\n0\n" });
    });
    expect(Number(await racer.ended)).toBeGreaterThan(1000);
  },
);

/** What a container prints on a terminal. */
async function onTerminal(bundle: Bundle): Promise<string> {
  const { stdout } = await run("script", [
    "-qec",
    `${programOf(ROOT)} --root ${bundle.state} run --bundle ${bundle.directory} ${uniqueId()}`,
    "/dev/null",
  ]);
  // script(1) echoes the end of its own input
  return stdout.replaceAll(/\r|\^[@D]|[\b]/g, "");
}

test("B7: the terminal is the other end of the master, of devpts, though there are others by that name", async (context) => {
  requires(context, ...NEEDS);
  const script =
    "stat -L -c %t:%T /dev/console /proc/self/fd/0; stat -f -L -c %T /dev/console /proc/self/fd/0; tty";
  const bundle = new Bundle().configure(script, (config) => {
    // the host's terminals: number 0, or any other, is somebody else's
    config.mounts = (config.mounts ?? []).map((mount) =>
      mount.destination === "/dev/pts"
        ? { destination: "/dev/pts", source: "/dev/pts", options: ["rbind"] }
        : mount,
    );
    if (config.process !== undefined) config.process.terminal = true;
  });
  const [console_, stdin, ...types] = (await onTerminal(bundle)).split("\n");
  expect(console_).toMatch(/^88:[0-9a-f]+$/);
  expect(stdin).toBe(console_);
  expect(types.slice(0, 2)).toEqual(["devpts", "devpts"]);
  const number = parseInt(console_?.split(":")[1] ?? "", 16);
  expect(types[2]).toBe(`/dev/pts/${number}`);
});

test("B7: a file of the image's for /dev/pts/ptmx is no multiplexer", async (context) => {
  requires(context, ...NEEDS);
  const bundle = new Bundle().configure("echo started", (config) => {
    config.mounts = (config.mounts ?? []).filter(
      ({ destination }) => !destination.startsWith("/dev"),
    );
    config.root = { path: "rootfs", readonly: false };
    if (config.process !== undefined) config.process.terminal = true;
  });
  mkdirSync(join(bundle.rootfs, "dev/pts"));
  for (const name of ["ptmx", "0"])
    writeFileSync(join(bundle.rootfs, "dev/pts", name), "");
  const printed = await onTerminal(bundle);
  expect(printed).toContain("ENOTTY");
  expect(printed).not.toContain("started");
});
