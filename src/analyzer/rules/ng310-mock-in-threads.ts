import { reportCalls } from "./process-state.js";
import type { Rule } from "./rule.js";

const CALLS = [
  "unittest.mock.patch",
  "unittest.mock.patch.object",
  "unittest.mock.patch.dict",
  "unittest.mock.patch.multiple",
];

export const mockInThreads: Rule = {
  code: "NG310",
  name: "mock-in-threads",
  severity: "medium",
  summary: "`unittest.mock.patch` replaces something while threads run.",
  explanation:
    "A patch is an assignment to a module or a class (NG121): every thread sees the mock, and two patches of one name that overlap leave a mock behind for good. Counts of calls on a mock that several threads call are too low before 3.14.3.",
  unsafe:
    'from unittest import mock\nimport threading\n\ndef work():\n    with mock.patch("os.getcwd"):\n        print(1)\n\n\ndef start():\n    threading.Thread(target=work).start()\n',
  safe: "from unittest import mock\nimport threading\n\ndef work():\n    print(mock.Mock())\n\n\ndef start():\n    threading.Thread(target=work).start()\n",
  fix: "Patch once around the whole test, before its threads start; or pass the replacement as an argument.",
  versions: "every version; Mock.call_count is exact from 3.14.3",
  source: "pytest-run-parallel: list of what is not safe in threads",
  match(context) {
    reportCalls(context, CALLS, {
      effect: "every other thread gets the mock, and overlapping patches leave one behind",
      fix: "patch once, before threads start, or pass the replacement as an argument",
    });
  },
};
