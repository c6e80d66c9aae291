let guarded = false;

/** Writes to stdout. When whoever read it has gone (`minibox doctor | head`), there is nobody to say more to, and we end. */
export function print(text: string): void {
  if (!guarded) {
    guarded = true;
    process.stdout.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      // eslint-disable-next-line n/no-process-exit -- as SIGPIPE, which Node ignores, would have done
      process.exit(0);
    });
  }
  process.stdout.write(text);
}
