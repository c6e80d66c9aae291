import type { Config } from "@ns/oci";
import type { JoinTarget } from "@ns/spawn";
import { NAMESPACE_FLAGS } from "../plan/oci/namespaces.ts";

/** The namespaces of a process that has just been made, for hooks that run in there. */
export function namespacesOf(pid: number, { linux }: Config): JoinTarget[] {
  const kinds = (linux?.namespaces ?? []).reduce(
    (all, { type }) => all | NAMESPACE_FLAGS[type],
    0,
  );
  return kinds === 0 ? [] : [{ pid, kinds }];
}
