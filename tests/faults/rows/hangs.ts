/** Tasks that do not end, of each kind: how far the ladder has to go, and that nothing else suffers. */
import { expect } from "vitest";
import type { CancelStep } from "../../../src/index.js";
import type { Fault } from "../fault.js";
import { pause } from "../scene.js";

const hang = (name: string, call: string, step: CancelStep): Fault => ({
  name,
  // Steps that come before the expected one must not be decided by a busy machine.
  options: step === "killed" ? {} : { grace: step === "cooperative" ? 3_000 : 50, killAfter: 5_000 },
  perPool: step === "killed" ? 3 : 25,
  async inject(scene) {
    const replaced = step === "killed" ? scene.replacement() : undefined;
    const handle = scene.submit(call);
    // What it says first: it has begun.
    while (handle.progress === undefined) await pause(2);
    const beside = scene.marking(3);
    const from = performance.now();
    expect(await scene.cancel(handle)).toBe(step);
    for (const task of beside) {
      await task.wait();
      // A thread that keeps the GIL in C keeps its neighbours from running at all.
      if (task.error !== undefined && scene.way.profile === "thread" && scene.way.python.gilEnabled)
        expect(task.error).toMatchObject({ code: "WORKER_REPLACED" });
      else expect(task.error).toBeUndefined();
    }
    await replaced?.(from);
  },
});

const KILLED = [
  ["C loop", "c_loop"],
  ["blocked read", "blocked_read"],
  ["lock never opened", "never_opened"],
  ["loop with a bare except", "bare_except"],
] as const;

export const faults: readonly Fault[] = [
  ...KILLED.map(([name, call]) => hang(`hang: ${name}`, call, "killed")),
  hang("hang: Python loop", "python_loop", "interrupted"),
  hang("hang: until cancelled()", "polite", "cooperative"),
];
