import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatSyscall, invokeAll } from "@ns/syscalls";
import { expect, onTestFinished, test } from "vitest";
import { setLabels } from "../../src/plan/oci/security-labels.ts";
import { exampleWith, planOf, setupOf } from "./internal/plan.ts";

const BOTH = { hasAppArmor: true, hasSelinux: true };
const LABEL = "system_u:system_r:container_t:s0:c1,c2";

function withProcess(process: object) {
  return exampleWith((draft) => {
    if (draft.process !== undefined) Object.assign(draft.process, process);
  });
}

test.each([
  [{ apparmorProfile: "box" }, "process.apparmorProfile: AppArmor is not"],
  [{ selinuxLabel: LABEL }, "process.selinuxLabel: SELinux is not"],
])("a label that the kernel does not know is an error: %j", (process, says) => {
  expect(() => planOf(withProcess(process))).toThrow(`cannot honour ${says}`);
});

test("so is one of mounts; unconfined without AppArmor, and no label, are none", () => {
  const labelled = exampleWith((draft) => {
    draft.linux = { ...draft.linux, mountLabel: LABEL };
  });
  expect(() => planOf(labelled)).toThrow("cannot honour linux.mountLabel");
  const nothing = setupOf(planOf(exampleWith(() => undefined)));
  const process = { apparmorProfile: "unconfined", selinuxLabel: "" };
  expect(setupOf(planOf(withProcess(process)))).toEqual(nothing);
});

test("a profile and a label are set by a procfs of one's own, and read back", () => {
  const process = { apparmorProfile: "box", selinuxLabel: LABEL };
  const steps = setLabels(7, process, BOTH);
  expect(steps.map(formatSyscall).join("\n")).toMatch(
    new RegExp(
      [
        'openat2\\(7, "self/attr/apparmor/exec", .*O_WRONLY.*RESOLVE_NO_XDEV',
        'write\\(<attribute>, "exec box"',
        "close",
        'openat2\\(7, "self/attr/apparmor/exec"',
        "read\\(<attribute>, .*, 3\\)",
        "close",
        'openat2\\(7, "self/attr/exec"',
        `write\\(<attribute>, "${LABEL}"`,
        "close",
        'openat2\\(7, "self/attr/exec"',
        `read\\(<attribute>, .*, ${LABEL.length}\\)`,
        "close",
      ].join(".*\n"),
    ),
  );
  expect(steps.map(({ expects }) => expects).filter(Boolean)).toEqual([
    "box",
    LABEL,
  ]);
  const setup = setupOf(planOf(withProcess(process), BOTH));
  const detached = setup.findIndex((line) => line.startsWith("fsmount(<proc"));
  const written = setup.findIndex((line) => line.includes('"exec box"'));
  expect(written).toBeGreaterThan(detached);
});

test("what takes a profile and is not AppArmor is found out", () => {
  const proc = mkdtempSync(join(tmpdir(), "proc-"));
  mkdirSync(join(proc, "self/attr"), { recursive: true });
  writeFileSync(join(proc, "self/attr/exec"), "");
  const fd = openSync(proc, "r");
  onTestFinished(() => {
    closeSync(fd);
    rmSync(proc, { recursive: true });
  });
  const steps = setLabels(fd, { apparmorProfile: "box" }, BOTH);
  expect(() => invokeAll(steps)).toThrow("EBADMSG");
  // where there is no directory of AppArmor's, by the one of all
  expect(readFileSync(join(proc, "self/attr/exec"), "utf8")).toBe("exec box");
});

test("new file systems get the label of the container's mounts, but for the kernel's own", () => {
  const config = exampleWith((draft) => {
    draft.linux = { ...draft.linux, mountLabel: LABEL };
    draft.mounts?.push({
      ...{ destination: "/data", source: "/data", options: ["bind"] },
    });
  });
  const lines = setupOf(planOf(config, BOTH));
  const labelled = lines.filter((line) => line.includes(LABEL));
  const contexts = labelled.map((line) => /<(\w+) context>/.exec(line)?.[1]);
  expect(contexts.filter(Boolean)).toEqual(["tmpfs", "devpts", "tmpfs"]);
  expect(labelled.at(-1)).toContain('"security.selinux"');
  expect(labelled).toHaveLength(4);
});
