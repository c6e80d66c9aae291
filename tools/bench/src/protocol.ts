/** What a worker does once and measures. Plain data: it is sent from process to process. */
export type Action = ChildProcessAction | SpawnAction;

/** Starts a command with `child_process.spawn`. */
export interface ChildProcessAction {
  readonly kind: "child_process";
  readonly file: string;
  readonly args: readonly string[];
}

/** Starts a command with `@ns/spawn`. */
export interface SpawnAction {
  readonly kind: "spawn";
  readonly file: string;
  readonly args: readonly string[];
  /** In new namespaces of all kinds, `/` made private and /proc mounted afresh. Default: in ours. */
  readonly namespaces?: {
    /** A user namespace too, our own ids mapped to root. */
    readonly user: boolean;
    /** A directory to pivot_root into. Default: the root stays. */
    readonly rootfs?: string;
  };
}

export interface Sample {
  /** Milliseconds that the call itself took: for so long the event loop did nothing else. */
  readonly blockedMs: number;
  /** Milliseconds from the call until the `exit` event. */
  readonly totalMs: number;
}

/** What a worker tells: that its heap is full, and then one of the others for each action. */
export type Reply =
  | { readonly kind: "ready"; readonly heap: FilledHeap }
  | { readonly kind: "sample"; readonly sample: Sample }
  | { readonly kind: "failed"; readonly reason: string };

/** The heap that a worker really has. */
export interface FilledHeap {
  readonly usedBytes: number;
  readonly residentBytes: number;
  /** What fork(2) copies for it. */
  readonly pageTableBytes: number;
}
