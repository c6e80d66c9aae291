import type { Arch } from "@ns/syscalls";

/**
 * The architectures of profiles. `audit` is what the kernel tells a filter (`AUDIT_ARCH_*` of
 * include/uapi/linux/audit.h), `token` is libseccomp's number for it, `docker` is the name in Docker's includes and
 * excludes. They differ for x32, which is x86_64 to the kernel, with a bit set in the syscall's number.
 */
export const Architectures: Readonly<Record<ArchitectureName, Architecture>> = {
  SCMP_ARCH_X86: arch(0x40000003, "x86"),
  SCMP_ARCH_X86_64: arch(0xc000003e, "amd64"),
  SCMP_ARCH_X32: { audit: 0xc000003e, token: 0x4000003e, docker: "x32" },
  SCMP_ARCH_ARM: arch(0x40000028, "arm"),
  SCMP_ARCH_AARCH64: arch(0xc00000b7, "arm64"),
  SCMP_ARCH_LOONGARCH64: arch(0xc0000102, "loong64"),
  SCMP_ARCH_M68K: arch(0x00000004, "m68k"),
  SCMP_ARCH_MIPS: arch(0x00000008, "mips"),
  SCMP_ARCH_MIPS64: arch(0x80000008, "mips64"),
  SCMP_ARCH_MIPS64N32: arch(0xa0000008, "mips64n32"),
  SCMP_ARCH_MIPSEL: arch(0x40000008, "mipsel"),
  SCMP_ARCH_MIPSEL64: arch(0xc0000008, "mipsel64"),
  SCMP_ARCH_MIPSEL64N32: arch(0xe0000008, "mipsel64n32"),
  SCMP_ARCH_PARISC: arch(0x0000000f, "parisc"),
  SCMP_ARCH_PARISC64: arch(0x8000000f, "parisc64"),
  SCMP_ARCH_PPC: arch(0x00000014, "ppc"),
  SCMP_ARCH_PPC64: arch(0x80000015, "ppc64"),
  SCMP_ARCH_PPC64LE: arch(0xc0000015, "ppc64le"),
  SCMP_ARCH_RISCV64: arch(0xc00000f3, "riscv64"),
  SCMP_ARCH_S390: arch(0x00000016, "s390"),
  SCMP_ARCH_S390X: arch(0x80000016, "s390x"),
  SCMP_ARCH_SH: arch(0x4000002a, "sh"),
  SCMP_ARCH_SHEB: arch(0x0000002a, "sheb"),
};

/** `SCMP_ARCH_*` */
export type ArchitectureName =
  | "SCMP_ARCH_X86"
  | "SCMP_ARCH_X86_64"
  | "SCMP_ARCH_X32"
  | "SCMP_ARCH_ARM"
  | "SCMP_ARCH_AARCH64"
  | "SCMP_ARCH_LOONGARCH64"
  | "SCMP_ARCH_M68K"
  | "SCMP_ARCH_MIPS"
  | "SCMP_ARCH_MIPS64"
  | "SCMP_ARCH_MIPS64N32"
  | "SCMP_ARCH_MIPSEL"
  | "SCMP_ARCH_MIPSEL64"
  | "SCMP_ARCH_MIPSEL64N32"
  | "SCMP_ARCH_PARISC"
  | "SCMP_ARCH_PARISC64"
  | "SCMP_ARCH_PPC"
  | "SCMP_ARCH_PPC64"
  | "SCMP_ARCH_PPC64LE"
  | "SCMP_ARCH_RISCV64"
  | "SCMP_ARCH_S390"
  | "SCMP_ARCH_S390X"
  | "SCMP_ARCH_SH"
  | "SCMP_ARCH_SHEB";

/** The numbers and names of one architecture. */
export interface Architecture {
  readonly audit: number;
  readonly token: number;
  readonly docker: string;
}

/** Set in the number of every x32 syscall: `__X32_SYSCALL_BIT`, arch/x86/include/uapi/asm/unistd.h. */
export const X32_SYSCALL_BIT = 0x40000000;

/** The architectures that this package runs on, by Node's names. */
export const NATIVE: Readonly<Record<Arch, ArchitectureName>> = {
  x64: "SCMP_ARCH_X86_64",
  arm64: "SCMP_ARCH_AARCH64",
};

/** The profile's name for what the kernel tells a filter. */
export function architectureName(audit: number): ArchitectureName | undefined {
  return NAMES.find((name) => Architectures[name].audit === audit);
}

// X86_64 comes before X32, which has the same number
const NAMES = Object.keys(Architectures) as ArchitectureName[];

function arch(audit: number, docker: string): Architecture {
  return { audit, token: audit, docker };
}
