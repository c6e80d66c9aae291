import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A directory for a run, removed with it. */
export class Workspace implements Disposable {
  readonly path: string = mkdtempSync(join(tmpdir(), "ns-bench-"));
  readonly #remove = (): void => {
    rmSync(this.path, { recursive: true, force: true });
  };

  constructor() {
    process.once("exit", this.#remove);
  }

  [Symbol.dispose](): void {
    process.off("exit", this.#remove);
    this.#remove();
  }
}
