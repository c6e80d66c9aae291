import { parsePasswd, readUserDatabase } from "@ns/idmap";

/** The name of this user, or the number of one who has none. */
export function ownerName(): string {
  const uid = process.getuid?.() ?? 0;
  const { passwd } = readUserDatabase("/");
  return (
    parsePasswd(passwd).find((entry) => entry.uid === uid)?.name ?? String(uid)
  );
}
