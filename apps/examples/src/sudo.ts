import { spawn } from "@ns/spawn";
import { CloneFlags, getegid, geteuid, invoke } from "@ns/syscalls";

/**
 * What `sudo ./main` is on the slides. Without root it says so, and starts this program again as root of a user
 * namespace of its own, which may make the other namespaces; slide 17 shows how.
 */
export async function sudo(): Promise<void> {
  const uid = invoke(geteuid());
  if (uid === 0) return;
  console.error("(this needs root: starting it as root of a user namespace)");
  const again = spawn(process.execPath, process.argv.slice(1), {
    argv0: process.argv0,
    stdio: "inherit",
    cloneflags: CloneFlags.NEWUSER,
    uidMappings: [{ containerId: 0, hostId: uid, size: 1 }],
    gidMappings: [{ containerId: 0, hostId: invoke(getegid()), size: 1 }],
  });
  const { code } = await again.exited;
  process.exit(code ?? 1);
}
