import { appendFileSync } from "node:fs";

export type Level = "debug" | "info" | "warning" | "error";

/** Where the runtime says what went wrong: engines read it there, in runc's shapes. */
export class Log {
  readonly #file: string | undefined;
  readonly #format: "text" | "json";
  readonly #debug: boolean;

  constructor(
    file: string | undefined,
    format: "text" | "json",
    debug: boolean,
  ) {
    this.#file = file;
    this.#format = format;
    this.#debug = debug;
  }

  /** One line to the log file, if there is one. */
  write(level: Level, message: string): void {
    if (this.#file === undefined || (level === "debug" && !this.#debug)) return;
    appendFileSync(this.#file, formatLine(this.#format, level, message), {
      mode: 0o644,
    });
  }

  /** The same, and without a log file to stderr. */
  warn(message: string): void {
    if (this.#file === undefined)
      process.stderr.write(`minibox: warning: ${message}\n`);
    else this.write("warning", message);
  }
}

/** A line of logrus, whose two formats engines know. */
export function formatLine(
  format: "text" | "json",
  level: Level,
  message: string,
  now: Date = new Date(),
): string {
  const time = now.toISOString().replace(/\.\d+Z$/, "Z");
  if (format === "json")
    return `${JSON.stringify({ level, msg: message, time })}\n`;
  return `time=${JSON.stringify(time)} level=${level} msg=${JSON.stringify(message)}\n`;
}
