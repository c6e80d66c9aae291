import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  asUser,
  checkoutFor,
  requires,
  UNPRIVILEGED_UID,
  unprivilegedUser,
} from "@ns/testkit";

test("an unprivileged user runs the checkout's Node on the packages' sources", async (context) => {
  requires(context, unprivilegedUser);
  const checkout = checkoutFor(UNPRIVILEGED_UID);
  expect(existsSync(join(checkout, "packages"))).toBe(true);
  const source = `import(${JSON.stringify(`${checkout}/packages/syscalls/src/index.ts`)}).then(() => console.log(process.version))`;
  const result = await asUser(
    UNPRIVILEGED_UID,
    join(checkout, "node_modules/.bin/node"),
    ["-e", source],
  );
  expect(result).toMatchObject({ code: 0, stdout: "v26.10.0\n", stderr: "" });
});
