import { closeSync } from "node:fs";
import type { CgroupDirectory } from "./directory.ts";
import { encodeBpf } from "./bpf-instruction.ts";
import {
  deviceListChanges,
  deviceListOf,
  parseDeviceList,
} from "./device-list.ts";
import { deviceProgram } from "./device-program.ts";
import { withDefaults } from "./device-rule.ts";
import { CgroupError } from "./error.ts";
import type { DeviceRule } from "./resources.ts";

/** A cgroup has at most 64 programs of a kind: BPF_CGROUP_MAX_PROGS of include/uapi/linux/bpf.h. */
const MAX_PROGRAMS = 64;

/**
 * Lets the processes of a cgroup of v2 use what the rules and {@link DEFAULT_DEVICES} allow: loads a BPF program and
 * attaches it in place of the one that is there, so that at no time there is none. Needs CAP_BPF and CAP_NET_ADMIN in
 * the first user namespace. Linux 4.15.
 * @throws {CgroupError} `ERR_CGROUP_NOT_PERMITTED`
 */
export async function filterDevicesV2(
  directory: CgroupDirectory,
  rules: readonly DeviceRule[],
): Promise<void> {
  // loaded when it is needed: it binds native code
  const syscalls = await import("@ns/syscalls");
  const {
    invoke,
    BPF_CGROUP_DEVICE: attach_type,
    BPF_PROG_TYPE_CGROUP_DEVICE: prog_type,
    BpfAttachFlags,
  } = syscalls;
  const target_fd = directory.fd;
  const fds: number[] = [];
  const opened = (call: Parameters<typeof invoke>[0]): number => {
    const fd = invoke(call);
    fds.push(fd);
    return fd;
  };
  try {
    const ids = new Uint32Array(MAX_PROGRAMS);
    invoke(syscalls.bpfProgQuery(target_fd, attach_type, ids));
    const old = [...ids]
      .filter((id) => id !== 0)
      .map((id) => opened(syscalls.bpfProgGetFdById(id)));
    const insns = encodeBpf(deviceProgram(withDefaults(rules)));
    // the licence of a program without helpers is nobody's concern; the kernel wants one named
    const attach_bpf_fd = opened(
      syscalls.bpfProgLoad({ prog_type, insns, license: "Apache-2.0" }),
    );
    const attachment = { target_fd, attach_bpf_fd, attach_type };
    const [only, ...more] = old;
    if (only !== undefined && more.length === 0) {
      try {
        const { ALLOW_MULTI, REPLACE } = BpfAttachFlags;
        invoke(
          syscalls.bpfProgAttach({
            ...attachment,
            attach_flags: ALLOW_MULTI | REPLACE,
            replace_bpf_fd: only,
          }),
        );
        return;
      } catch (error) {
        // Linux 5.5 and older do not know BPF_F_REPLACE
        if (
          !(error instanceof syscalls.SyscallError) ||
          error.code !== "EINVAL"
        )
          throw error;
      }
    }
    // all programs have to agree, so with both the old and the new one nothing is allowed that is not to be
    invoke(
      syscalls.bpfProgAttach({
        ...attachment,
        attach_flags: BpfAttachFlags.ALLOW_MULTI,
      }),
    );
    for (const each of old)
      invoke(
        syscalls.bpfProgDetach({ target_fd, attach_bpf_fd: each, attach_type }),
      );
  } catch (error) {
    if (!(error instanceof syscalls.SyscallError)) throw error;
    throw filterError(directory, error);
  } finally {
    for (const fd of fds) closeSync(fd);
  }
}

function filterError(
  { path }: CgroupDirectory,
  cause: Error & { readonly code: string },
): CgroupError {
  const isDenied = cause.code === "EPERM" || cause.code === "EACCES";
  return new CgroupError(
    isDenied ? "ERR_CGROUP_NOT_PERMITTED" : "ERR_CGROUP_WRITE",
    `cannot set devices of cgroup '${path}': ${cause.message}`,
    {
      path,
      errno: cause.code,
      resource: "devices",
      controller: "devices",
      hint: isDenied
        ? "a device filter takes CAP_BPF and CAP_NET_ADMIN on the host; in a user namespace leave devices out: nobody can make or open one there that the user could not"
        : "a device filter takes a kernel with CONFIG_CGROUP_BPF and CONFIG_BPF_SYSCALL",
      cause,
    },
  );
}

/** The same on v1, by devices.allow and devices.deny. Nothing is written where nothing changes. */
export function filterDevicesV1(
  directory: CgroupDirectory,
  rules: readonly DeviceRule[],
): void {
  const from = parseDeviceList(directory.read("devices.list"));
  for (const { file, value } of deviceListChanges(
    from,
    deviceListOf(withDefaults(rules)),
  ))
    directory.write(file, value);
}
