/**
 * A named slot that holds the result of one step for the steps after it:
 * the descriptor that `open_tree` returned, the pid that `clone3` returned.
 * Two registers are the same only if they are the same object.
 */
export interface Register {
  readonly kind: "register";
  readonly name: string;
}

/** Makes a register; `name` is what the printer shows. */
export function register(name: string): Register {
  return { kind: "register", name };
}

/**
 * A descriptor of *this* process, named by its number here. In this process it is that number;
 * in a program that runs elsewhere it is whatever number the descriptor was passed on as.
 */
export interface Inherited {
  readonly kind: "inherited";
  readonly fd: number;
  readonly label: string;
}

/** Refers to this process's descriptor `fd`; `label` is what the printer shows. */
export function inherited(fd: number, label: string): Inherited {
  return { kind: "inherited", fd, label };
}

/** A descriptor argument: a number, the result of an earlier step, or a descriptor passed on. */
export type Fd = number | Register | Inherited;

/** A register's value as decimal text, where a call takes a string: the pid in `/proc/<pid>`. */
export interface Decimal {
  readonly kind: "decimal";
  readonly register: Register;
}

/** The decimal text of what `register` will hold. */
export function decimal(of: Register): Decimal {
  return { kind: "decimal", register: of };
}

/** A string argument: text, or a register's value as text. */
export type Text = string | Decimal;

/** Says where in an output buffer a register's value is found after the call. */
export interface Capture {
  readonly register: Register;
  /** Offset in bytes from the start of the buffer. */
  readonly at: number;
  readonly width: 4 | 8;
}

/** An output buffer that nobody reads but registers: `pipe2`'s two descriptors, `clone3`'s pidfd. */
export interface Captures {
  readonly kind: "captures";
  readonly size: number;
  readonly captures: readonly Capture[];
}

/** Captures consecutive C `int`s of an output buffer into `registers`. */
export function captureInts(...registers: readonly Register[]): Captures {
  return {
    kind: "captures",
    size: registers.length * 4,
    captures: registers.map((r, i) => ({ register: r, at: i * 4, width: 4 })),
  };
}

export function isRegister(value: unknown): value is Register {
  return (
    typeof value === "object" &&
    value !== null &&
    "kind" in value &&
    value.kind === "register"
  );
}

export function isInherited(value: unknown): value is Inherited {
  return (
    typeof value === "object" &&
    value !== null &&
    "kind" in value &&
    value.kind === "inherited"
  );
}

export function isCaptures(value: unknown): value is Captures {
  return (
    typeof value === "object" &&
    value !== null &&
    "kind" in value &&
    value.kind === "captures"
  );
}
