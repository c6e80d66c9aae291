/**
 * argv[0] of a re-executed process is this and the name. It is ours alone to set, visible in ps(1), and unlike
 * an environment variable not inherited by the child's own children; unlike a bare name it also tells an
 * unregistered init function from an ordinary start, and no symlink can trigger it by accident.
 */
const MARK = "reexec:";

export function argv0For(name: string): string {
  return MARK + name;
}

/** The init function `argv0` asks for; undefined if it asks for none. */
export function nameInArgv0(argv0: string): string | undefined {
  return argv0.startsWith(MARK) ? argv0.slice(MARK.length) : undefined;
}

/** Whether argv carries `value` unchanged: C strings end at NUL, and a lone surrogate has no UTF-8. */
export function isArgument(value: unknown): value is string {
  return (
    typeof value === "string" && !value.includes("\0") && value.isWellFormed()
  );
}
