import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "@ns/testkit";
import { programOf, ROOT } from "../../internal/callers.ts";

/** What a command did, without what may differ. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What may differ between runc 1.1 and minibox, and why. */
const ALLOWED: readonly (readonly [
  what: RegExp,
  as: string,
  because: string,
])[] = [
  [/"ociVersion": ?"[^"]+"/g, "VERSION", "1.3.0 here, 1.0.2-dev there"],
  [/\b20\d\d-[-:.\dT]+Z/g, "TIME", "milliseconds here, nanoseconds there"],
  [/"owner": "(root)?"/g, "OWNER", "runc's state leaves out its own member"],
  [/\b(runc|minibox)-(id|file)(-\d+)*\b/g, "$2", "two containers"],
  [/\brunc (create|run) failed/g, "minibox $1 failed", "the program's name"],
  [/msg="(\S*\/)?runc:/g, 'msg="minibox:', "the program's name"],
  [/ hint="(\\"|[^"])*"$/gm, "", "what one can do about an error, besides it"],
  [/\bpid":\s?[1-9]\d*/g, 'pid": PID', "two processes"],
  [/^(\S+ +)\b[1-9]\d+( +)/gm, "$1PID$2", "two processes"],
  [/ +/g, " ", "columns are as wide as what is in them"],
  [/\n$/, "", "runc does not end the line of `state`"],
];

function comparable(text: string): string {
  return ALLOWED.reduce((rest, [what, as]) => rest.replace(what, as), text);
}

let count = 0;

/** One bundle, and a container of it from runc and from minibox. */
export class SideBySide {
  readonly #directory: string;
  /** Of no other pair: their cgroups are named so. */
  readonly #id = `id-${process.pid}-${count++}`;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Runs both with the same words, where `ID` is the container's. */
  async both(
    words: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly ours: Outcome; readonly theirs: Outcome }> {
    return {
      theirs: await this.#run("runc", "runc", words, environment),
      ours: await this.#run("minibox", programOf(ROOT), words, environment),
    };
  }

  async #run(
    name: string,
    program: string,
    words: readonly string[],
    environment: Readonly<Record<string, string>>,
  ): Promise<Outcome> {
    const at = (file: string) => join(this.#directory, `${name}-${file}`);
    mkdirSync(at("state"), { recursive: true });
    const args = words.map((word) =>
      word.replace(/\bID\b/, `${name}-${this.#id}`).replace("FILE", at("file")),
    );
    // what a container holds open is not waited for
    const script = `exec "$@" >${at("out")} 2>${at("err")} </dev/null`;
    const { code } = await run(
      "sh",
      ["-c", script, "sh", program, "--root", at("state"), ...args],
      { cwd: this.#directory, env: { ...process.env, ...environment } },
    );
    const [stdout = "", stderr = ""] = ["out", "err"].map((file) =>
      comparable(readFileSync(at(file), "utf8")),
    );
    return { code, stdout, stderr };
  }
}
