import type { Reporter, TestModule } from "vitest/node";

/** Says after a run what was skipped, and why: once for each reason. */
export class SkipReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = new Map<string, number>();
    for (const module of modules) {
      for (const test of module.children.allTests("skipped")) {
        const result = test.result();
        if (result.state !== "skipped") continue;
        const reason = result.note ?? "no reason given";
        counts.set(reason, (counts.get(reason) ?? 0) + 1);
      }
    }
    for (const [reason, count] of counts)
      console.log(`skipped ${count}: ${reason}`);
  }
}
