import { parsePasswd, readUserDatabase } from "@ns/idmap";

/** The name of a user, or the number of one who has none. */
export function ownerName(uid: number): string {
  const { passwd } = readUserDatabase("/");
  return (
    parsePasswd(passwd).find((entry) => entry.uid === uid)?.name ?? String(uid)
  );
}
