import { describe, expect, it } from "vitest";
import { parseStacks, waitingLines } from "../../src/profiler/waiting-lines.js";
import type { Window } from "../../src/profiler/window.js";

const TEXT = `Current thread 0x00007f51fd466740 (most recent call first):
  File "/opt/x/python/nogil/_profile_orders.py", line 37 in dump_stacks

Thread 0x00007f51f0000001 (most recent call first):
  File "/usr/lib/python3.13/threading.py", line 359 in wait
  File "/home/me/a file, line 3 in x/service.py", line 12 in borrow
  File "/home/me/service.py", line 40 in handle
  File "/opt/x/python/nogil/_profile_window.py", line 90 in run

Thread 0x00007f51f0000002 (most recent call first):
  File "/home/me/service.py", line 20 in compute
  File "/home/me/service.py", line 41 in handle
`;

const FUTEX = process.arch === "x64" ? "202" : "98";

function windowWith(waiting: Readonly<Record<string, string>>): Window {
  const idents = ["0x00007f51f0000001", "0x00007f51f0000002"];
  return { stacks: [{ text: TEXT, waiting }], idents } as unknown as Window;
}

describe("stacks as faulthandler writes them", () => {
  it("are read by thread, also with file names that look like the text round them", () => {
    const threads = parseStacks(TEXT);
    expect([...threads.keys()]).toHaveLength(3);
    expect(threads.get("0x00007f51f0000001")?.[1]).toEqual({
      file: "/home/me/a file, line 3 in x/service.py",
      line: 12,
      function: "borrow",
    });
  });

  it("count the user's innermost line of the threads that wait", () => {
    expect(
      waitingLines([windowWith({ "0x00007f51f0000001": FUTEX, "0x00007f51f0000002": "running" })], true),
    ).toEqual([{ file: "/home/me/a file, line 3 in x/service.py", line: 12, function: "borrow", share: 1 }]);
  });

  it("count all threads of the workload when asked, and none of the profiler's own", () => {
    const lines = waitingLines([windowWith({})], false);
    expect(lines.map(({ line, share }) => [line, share])).toEqual([
      [12, 0.5],
      [20, 0.5],
    ]);
  });

  it("of an interpreter whose stacks cannot be read are nothing", () => {
    const empty = { stacks: [{ text: "", waiting: {} }], idents: [] } as unknown as Window;
    expect(waitingLines([empty], false)).toEqual([]);
  });
});
