/** The process ends by what user code does in it. */
import { expect } from "vitest";
import type { Fault } from "../fault.js";

const crash = (name: string, call: string, args: readonly unknown[], exit: object, trace: string): Fault => ({
  name,
  async inject(scene) {
    const replaced = scene.replacement();
    const from = performance.now();
    const error = await scene.failure(scene.submit(call, args), from);
    expect(error).toMatchObject({ code: "WORKER_CRASHED", exit });
    expect(error.message).toContain(trace);
    await replaced(from);
    await Promise.all(scene.marking(5));
  },
});

export const faults: readonly Fault[] = [
  crash("segfault", "segfault", [], { signal: "SIGSEGV" }, "in segfault"),
  crash("abort()", "abort", [], { signal: "SIGABRT" }, "in abort"),
  crash("os._exit", "leave", [], { exitCode: 3, signal: null }, "exit code 3"),
  crash("SIGTERM to itself", "signal_itself", [15], { signal: "SIGTERM" }, "SIGTERM"),
];
