import { describe, test } from "vitest";
import { expectLines, type RuleCase } from "./findings.js";

const CASES: readonly RuleCase[] = [
  [
    "NG405",
    "a lock that another function opens is a signal; one that only this function takes is not",
    "import threading\n\ndef wait(start):\n    ended = threading.Lock()\n    ended.acquire()\n\n    def done():\n        ended.release()\n\n    start(done)\n    ended.acquire()\n\n_lock = threading.Lock()\n\ndef twice():\n    with _lock:\n        with _lock:\n            pass\n",
    [17],
  ],
];

describe("locks", () => {
  test.each(CASES)("%s: %s", async (...one) => {
    await expectLines(one);
  });
});
