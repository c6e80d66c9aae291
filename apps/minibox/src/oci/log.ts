import { appendFileSync, closeSync, openSync } from "node:fs";

export type Level = "debug" | "info" | "warning" | "error";

/** Where is logged, and how. */
export interface LogOptions {
  /** Undefined: stderr. */
  readonly file?: string | undefined;
  readonly format: "text" | "json";
  readonly debug: boolean;
}

/** Where the runtime says what went wrong: engines read it there, in the shapes that runc has from logrus. */
export class Log {
  readonly #options: LogOptions;
  readonly #isTerminal: (fd: number) => boolean;
  readonly #started = Date.now();

  /**
   * Makes the file if it is not there yet.
   * @throws {Error} if it cannot be written.
   */
  constructor(
    options: LogOptions,
    isTerminal: (fd: number) => boolean = () => false,
  ) {
    this.#options = options;
    this.#isTerminal = isTerminal;
    if (options.file !== undefined)
      closeSync(openSync(options.file, "a", 0o644));
  }

  /** One line, and what a person can do about it. */
  write(level: Level, message: string, hint?: string): void {
    const { file, format, debug } = this.#options;
    if (level === "debug" && !debug) return;
    if (file !== undefined)
      appendFileSync(file, formatLine(format, level, message, { hint }));
    else if (format === "text" && this.#isTerminal(2))
      process.stderr.write(this.#forPeople(level, message, hint));
    else process.stderr.write(formatLine(format, level, message, { hint }));
  }

  /** What a command failed of: to the log and, if that is a file, to stderr as well. */
  fail(message: string, hint?: string): void {
    this.write("error", message, hint);
    if (this.#options.file !== undefined)
      process.stderr.write(`${message}\n${hintLine(hint)}`);
  }

  #forPeople(level: Level, message: string, hint: string | undefined): string {
    const seconds = Math.floor((Date.now() - this.#started) / 1000);
    const head = `\u001b[${COLORS[level]}m${level.slice(0, 4).toUpperCase()}\u001b[0m`;
    return `${head}[${String(seconds).padStart(4, "0")}] ${message}\n${hintLine(hint)}`;
  }
}

const COLORS: Readonly<Record<Level, number>> = {
  ...{ debug: 37, info: 36, warning: 33, error: 31 },
};

function hintLine(hint: string | undefined): string {
  return hint === undefined ? "" : `hint: ${hint}\n`;
}

/** A line of logrus, whose two formats engines know. */
export function formatLine(
  format: "text" | "json",
  level: Level,
  message: string,
  {
    hint,
    now = new Date(),
  }: { readonly hint?: string | undefined; readonly now?: Date } = {},
): string {
  const time = now.toISOString().replace(/\.\d+Z$/, "Z");
  if (format === "json")
    return `${JSON.stringify({ hint, level, msg: message, time })}\n`;
  const more = hint === undefined ? "" : ` hint=${quoted(hint)}`;
  return `time=${quoted(time)} level=${level} msg=${quoted(message)}${more}\n`;
}

/** In quotes, unless it is a plain word. */
function quoted(text: string): string {
  return /^[\w\-./@^+]*$/.test(text) ? text : JSON.stringify(text);
}
