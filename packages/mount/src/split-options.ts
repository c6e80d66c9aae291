/** How {@link splitOptions} reads a list. */
export interface SplitOptions {
  /**
   * Whether a backslash keeps the comma after it, as a person writes a layer of overlayfs. Default true; the kernel
   * does not write so in mountinfo.
   */
  readonly backslashes?: boolean;
}

/**
 * Splits a list of mount options at its commas; see fstab(5). A comma within a quoted value, as in
 * `context="system_u:object_r:tmp_t:s0:c1,c2"`, or after a backslash is part of an option; quotes and backslashes
 * stay. Empty options are left out.
 */
export function splitOptions(
  list: string,
  { backslashes = true }: SplitOptions = {},
): string[] {
  // nearly every list has neither, and there it can be left to the engine
  const simple = !list.includes('="') && !(backslashes && list.includes("\\"));
  const options = simple ? list.split(",") : splitQuoted(list, backslashes);
  return options.includes("") ? options.filter((each) => each !== "") : options;
}

function splitQuoted(list: string, backslashes: boolean): string[] {
  const options: string[] = [];
  let start = 0;
  for (let i = 0; i < list.length; i++) {
    const character = list[i];
    if (character === '"' && list[i - 1] === "=") i = endOfQuoted(list, i);
    else if (character === "\\" && backslashes) i++;
    else if (character === ",") {
      options.push(list.slice(start, i));
      start = i + 1;
    }
  }
  options.push(list.slice(start));
  return options;
}

/** Where a value that begins with a quote ends with one; where it begins, if it does not: then it is not quoted. */
function endOfQuoted(list: string, start: number): number {
  let end = list.indexOf('"', start + 1);
  while (end >= 0 && end + 1 < list.length && list[end + 1] !== ",")
    end = list.indexOf('"', end + 1);
  return end < 0 ? start : end;
}
