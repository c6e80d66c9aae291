/** A line of /proc/PID/mountinfo, with the fields' names of proc(5). */
export interface MountInfo {
  readonly mountId: number;
  readonly parentId: number;
  readonly root: string;
  readonly mountPoint: string;
  readonly mountOptions: readonly string[];
  readonly fsType: string;
  readonly mountSource: string;
}

/**
 * Parses /proc/PID/mountinfo.
 *
 *     36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
 *     id parent  root  point options    tags…   - type source    super options
 */
export function parseMountinfo(text: string): MountInfo[] {
  return text.split("\n").flatMap((line) => {
    if (line === "") return [];
    const [before, after] = splitOnce(line, " - ");
    const [mountId, parentId, , root = "", mountPoint = "", options = ""] =
      before.split(" ");
    const [fsType = "", mountSource = ""] = after.split(" ");
    return {
      mountId: Number(mountId),
      parentId: Number(parentId),
      root: unescapeOctal(root),
      mountPoint: unescapeOctal(mountPoint),
      mountOptions: options.split(","),
      fsType,
      mountSource: unescapeOctal(mountSource),
    };
  });
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0
    ? [text, ""]
    : [text.slice(0, at), text.slice(at + separator.length)];
}

/** The kernel writes space, tab, newline and backslash as three octal digits. */
function unescapeOctal(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
