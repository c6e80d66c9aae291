import { libc } from "@ns/syscalls/libc";
import { library, type Library } from "@ns/syscalls/library";
import {
  type ArchitectureName,
  Architectures,
  NATIVE,
} from "./architecture.ts";
import { SeccompError } from "./error.ts";
import { X86_NUMBERS } from "./internal/multiplexed.ts";
import { libraryFile } from "./internal/library-file.ts";
import { currentArch } from "@ns/syscalls";

let loaded: Library | undefined;

/**
 * Loads the system's libseccomp, on first use.
 * @throws {SeccompError} `ERR_SECCOMP_LIBRARY` if there is none.
 */
export function libseccomp(): Library {
  loaded ??= load(libraryFile()?.path ?? "libseccomp.so.2");
  return loaded;
}

/** The same from a certain file. */
export function load(file: string): Library {
  try {
    return library(file);
  } catch (cause) {
    throw new SeccompError(
      "ERR_SECCOMP_LIBRARY",
      `cannot load '${file}', which turns profiles into filters: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        cause,
        hint: "install libseccomp: apt-get install libseccomp2, dnf install libseccomp, apk add libseccomp",
      },
    );
  }
}

/** The version of the system's libseccomp: `"2.5.4"`; see seccomp_version(3). */
export function libseccompVersion(): string {
  const address = libseccomp()("uintptr_t seccomp_version(void)")();
  const version = bytesAt(address, 12);
  return [0, 4, 8].map((at) => version.readUInt32LE(at)).join(".");
}

/**
 * The number of a syscall on an architecture, by default this machine's; undefined if libseccomp does not know the name
 * or that architecture has no such syscall; see seccomp_syscall_resolve_name(3).
 */
export function syscallNumber(
  name: string,
  architecture: ArchitectureName = NATIVE[currentArch()],
): number | undefined {
  const number = resolveName(name, architecture);
  return number === undefined || number < 0 ? undefined : number;
}

/** What libseccomp returns for a name that it does not know: `__NR_SCMP_ERROR`. */
const UNKNOWN = -1;

/** The same, with libseccomp's own negative numbers for syscalls that only other architectures have. */
export function resolveName(
  name: string,
  architecture: ArchitectureName,
): number | undefined {
  const resolve = libseccomp()(
    "int seccomp_syscall_resolve_name_arch(uint32_t arch_token, const char *name)",
  );
  const number = resolve(Architectures[architecture].token, name);
  if (number === UNKNOWN) return undefined;
  return number < 0 && architecture === "SCMP_ARCH_X86"
    ? (X86_NUMBERS[name] ?? number)
    : number;
}

/** The name of a syscall on an architecture, by default this machine's; undefined if libseccomp knows none. */
export function syscallName(
  nr: number,
  architecture: ArchitectureName = NATIVE[currentArch()],
): string | undefined {
  const resolve = libseccomp()(
    "uintptr_t seccomp_syscall_resolve_num_arch(uint32_t arch_token, int num)",
  );
  const address = resolve(Architectures[architecture].token, nr);
  if (address === 0) return undefined;
  const length = libc("size_t strlen(uintptr_t s)")(address);
  const name = bytesAt(address, length).toString("latin1");
  libc("void free(uintptr_t ptr)")(address);
  return name;
}

function bytesAt(address: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(Math.max(length, 128));
  libc("void *memcpy(void *dest, uintptr_t src, size_t n)")(
    bytes,
    address,
    length,
  );
  return bytes.subarray(0, length);
}
