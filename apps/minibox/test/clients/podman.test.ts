import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkoutFor, program, requires, root, run } from "@ns/testkit";
import { expect, test } from "vitest";

test("podman runs containers with minibox in runc's place", async (context) => {
  requires(context, root, program("podman"), program("busybox"));
  const minibox = join(checkoutFor(0), "apps/minibox/bin/minibox");
  const store = mkdtempSync(join(tmpdir(), "minibox-podman-"));
  const script = join(import.meta.dirname, "podman.sh");
  const { code, stdout, stderr } = await run(script, [minibox, store], {
    timeoutMs: 180_000,
  });
  expect([code, stdout.includes("not ok"), stderr]).toEqual([0, false, ""]);
}, 200_000);
