/**
 * The text without characters that a terminal would act on: C0 and C1 controls become `\x1b`. What a process
 * is called, and where something is mounted, is for others to choose.
 */
export function printable(text: string): string {
  return text.replaceAll(
    /\p{Cc}/gu,
    (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}
