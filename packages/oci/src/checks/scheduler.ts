import type { Report } from "../internal/report.ts";
import type { Scheduler } from "../process.ts";

/** What sched_setattr(2) takes from nobody. */
export function checkScheduler(
  scheduler: Scheduler | undefined,
  report: Report,
  at: string,
): void {
  if (scheduler === undefined) return;
  const { policy, nice = 0, priority = 0 } = scheduler;
  const { runtime = 0, deadline = 0, period = 0 } = scheduler;
  if (nice < -20 || nice > 19)
    report.error(`${at}.nice`, `expected -20 to 19, found ${nice}`);
  const isRealTime = policy === "SCHED_FIFO" || policy === "SCHED_RR";
  if (isRealTime && (priority < 1 || priority > 99))
    report.error(
      `${at}.priority`,
      `expected 1 to 99 for ${policy}, found ${priority}`,
    );
  if (!isRealTime && priority !== 0)
    report.error(
      `${at}.priority`,
      `expected 0 for ${policy}, found ${priority}`,
      "only SCHED_FIFO and SCHED_RR have a priority",
    );
  if (policy === "SCHED_DEADLINE") {
    // a period of 0 is the deadline
    const end = period > 0 ? period : deadline;
    if (runtime < 1024 || runtime > deadline || deadline > end)
      report.error(
        at,
        `expected 1024 <= runtime <= deadline <= period in nanoseconds, found ${runtime}, ${deadline} and ${period}`,
      );
    return;
  }
  for (const [name, value] of Object.entries({ runtime, deadline, period }))
    if (value > 0)
      report.error(
        `${at}.${name}`,
        `expected 0 for ${policy}, found ${value}`,
        "it is for SCHED_DEADLINE",
      );
}
