export interface Example {
  /** What the file is called, by its language: Node runs both as they are. */
  readonly fileName: "example.ts" | "example.mjs";
  readonly source: string;
  /** What it prints, when the README shows that. */
  readonly output: string | undefined;
}

/**
 * The example of a README: its first `ts` or `js` code block, and as its output the next code block after it,
 * if that one is `text` or has no language.
 */
export function exampleIn(readme: string): Example | undefined {
  const blocks = [...readme.matchAll(/^```(\w*)[^\n]*\n(.*?)^```$/gms)].map(
    ([, language = "", text = ""]) => ({
      language,
      text,
    }),
  );
  const at = blocks.findIndex(
    ({ language }) => language === "ts" || language === "js",
  );
  const code = blocks[at];
  if (code === undefined) return undefined;
  const next = blocks[at + 1];
  const hasOutput =
    next !== undefined && (next.language === "text" || next.language === "");
  return {
    fileName: code.language === "ts" ? "example.ts" : "example.mjs",
    source: code.text,
    output: hasOutput ? next.text : undefined,
  };
}

/** Whether `actual` is `expected`, in which `…` stands for any text within a line, and alone on a line for any lines. */
export function matchesOutput(actual: string, expected: string): boolean {
  const lines = expected.trimEnd().split("\n");
  const patterns = lines.map((line) =>
    line.trim() === "…"
      ? "(?:.*\\n)*?"
      : `${line.split("…").map(literally).join(".*")}\\n`,
  );
  return new RegExp(`^${patterns.join("")}$`).test(`${actual.trimEnd()}\n`);
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
