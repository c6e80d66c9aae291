/**
 * Undoes the kernel's escapes in /proc/PID/mountinfo and /proc/mounts: a backslash and three octal digits stand
 * for a byte, as a rule space, tab, newline, `#` or backslash; see proc_pid_mountinfo(5). A backslash with
 * anything else after it is itself.
 */
export function unescapeOctal(text: string): string {
  if (!text.includes("\\")) return text;
  // only escapes that are not ASCII make it necessary to put UTF-8 together again
  return /\\[23][0-7]{2}/.test(text)
    ? unescapeBytes(text)
    : text.replaceAll(/\\([01][0-7]{2})/g, (_, digits: string) =>
        String.fromCharCode(Number.parseInt(digits, 8)),
      );
}

function unescapeBytes(text: string): string {
  const parts = text.split(/\\([0-3][0-7]{2})/);
  const bytes = parts.map((part, i) =>
    i % 2 === 0 ? Buffer.from(part) : Buffer.of(Number.parseInt(part, 8)),
  );
  return Buffer.concat(bytes).toString();
}

/** Escapes text as the kernel does for a field of mountinfo. */
export function escapeOctal(text: string): string {
  return text.replaceAll(
    /[ \t\n\\#]/g,
    (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`,
  );
}
