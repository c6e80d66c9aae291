import { program, requires, root } from "@ns/testkit";
import { expect, test } from "vitest";
import { runEngine } from "../internal/engine.ts";

test("podman runs containers with minibox in runc's place, with root and without", async (context) => {
  const needed = ["podman", "newuidmap", "busybox", "debootstrap", "ip"];
  requires(context, root, ...needed.map((name) => program(name)));
  const { code, stdout, stderr } = await runEngine("podman", {
    timeoutMs: 600_000,
  });
  expect([code, stdout.match(/^not ok.*/gm), stderr]).toEqual([0, null, ""]);
}, 650_000);
