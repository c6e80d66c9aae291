import { expect, test } from "vitest";
import { commandScript, parseOptions } from "@ns/testvm";

const defaults = {
  user: false,
  systemd: false,
  kernel: "6.1",
  kvm: false,
  verbose: false,
  timeout: undefined,
};

test("the command begins after --, and its options are its own", () => {
  expect(
    parseOptions(["--user", "--kernel", "6.12", "--", "ls", "--user"]),
  ).toEqual({
    options: { ...defaults, user: true, kernel: "6.12" },
    command: ["ls", "--user"],
  });
});

test("the command may begin without --", () => {
  expect(parseOptions(["--timeout", "9", "ls", "-l", "--", "x"])).toEqual({
    options: { ...defaults, timeout: 9 },
    command: ["ls", "-l", "--", "x"],
  });
});

test.each([
  [["--kernel", "5.4"], "invalid --kernel '5.4': expected 6.1 or 6.12"],
  [["--timeout", "soon"], "invalid --timeout 'soon': expected seconds"],
  [["--users"], "--users"],
])("%j is refused", (args, message) => {
  expect(() => parseOptions(args)).toThrow(message);
});

test("words reach the machine as they are, whatever is in them", () => {
  const script = commandScript({
    argv: ["echo", "it's", "$HOME *"],
    cwd: "/a b",
    env: { A: "'" },
  });
  expect(script).toBe(
    "export A=''\\'''\ncd '/a b' || exit 125\nexec 'echo' 'it'\\''s' '$HOME *'\n",
  );
});
