/** What was found out about one thing that containers need or can use. */
export interface Finding {
  /** `ok`: it is there. `limited`: `minibox run` works without it, or with less. `missing`: it does not. */
  readonly state: "ok" | "limited" | "missing";
  readonly what: string;
  readonly detail: string;
  /** How to mend it; more than one way, a line each. */
  readonly mend?: string;
}

/** Finds something out, by trying it where that can be tried. */
export type Check = () => Promise<Finding> | Finding;
