import { MiniboxError } from "../error.ts";

/** The highest id; one more is no id. */
const MAX_ID = 0xfffffffe;

/**
 * A user as `exec --user` has it: `uid` or `uid:gid`, in decimal. Any other text is an error, never root (CVE-2026-30892 of crun).
 * @throws {MiniboxError} `ERR_USAGE`
 */
export function parseUserSpec(text: string): {
  readonly uid: number;
  readonly gid?: number;
} {
  const [, uid, gid] = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(text) ?? [];
  const ids = [uid, gid].flatMap((id) =>
    id === undefined ? [] : [Number(id)],
  );
  const [first, second] = ids;
  if (first === undefined || ids.some((id) => id > MAX_ID))
    throw new MiniboxError(
      "ERR_USAGE",
      `invalid user "${text}": expected <uid>[:<gid>], each 0 to ${MAX_ID}`,
    );
  return { uid: first, ...(second !== undefined && { gid: second }) };
}
