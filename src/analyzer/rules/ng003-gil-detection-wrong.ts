import type { FunctionInfo } from "../calls/index.js";
import { EventFlag, Op, Test } from "../summaries/index.js";
import { isAtLeast } from "../target.js";
import { evidenceOf, type RuleContext } from "./context.js";
import type { Rule } from "./rule.js";

const SETTING = /PYTHON_GIL/;
const BUILD = /free-threading|^["']t["']$/;
const WISH = "PYTHON_GIL tells what was wished for at the start, not whether the GIL is on now";
/** Names that claim to speak of the GIL, not of the build. */
const STATE_NAME = /^_*(?:is_|has_|with_)?(?:no_?gil|gil_?(?:enabled|disabled|is_on|is_off|off|on|active))$/i;

export const gilDetectionWrong: Rule = {
  code: "NG003",
  name: "gil-detection-wrong",
  severity: "medium",
  summary: "Code asks the wrong question to learn whether the GIL is on.",
  explanation:
    'A build without the GIL may run with it: `-X gil=1`, `PYTHON_GIL=1`, or the import of one extension module switch it on. `PYTHON_GIL`, `sys.version`, `sys.abiflags` and `Py_GIL_DISABLED` speak of the wish or the build, `hasattr(sys, "_is_gil_enabled")` of the version (3.13 and newer have it on every build), and an answer kept at import is old as soon as something else is imported.',
  unsafe:
    'import os\n\ndef workers():\n    if os.environ.get("PYTHON_GIL") == "0":\n        return os.cpu_count()\n    return 1\n',
  safe: 'import os\nimport sys\n\ndef workers():\n    if not getattr(sys, "_is_gil_enabled", lambda: True)():\n        return os.cpu_count()\n    return 1\n',
  fix: 'Ask `getattr(sys, "_is_gil_enabled", lambda: True)()` at the time of use; `sysconfig.get_config_var("Py_GIL_DISABLED")` answers questions about the build.',
  versions: "every version; `sys._is_gil_enabled` exists from 3.13",
  source: "free-threading how-to (identifying free-threaded Python)",
  match(context) {
    const { foreignCalls, resolver } = context.project;
    const report = (info: FunctionInfo, row: number, message: string) => {
      if (info.file.isTest) return;
      context.report({
        function: info,
        row,
        message,
        fix: 'ask getattr(sys, "_is_gil_enabled", lambda: True)() when it matters',
        evidence: evidenceOf(
          "T1",
          "the state of the GIL is that of the process, and can change at any import",
        ),
      });
    };
    for (const name of ["os.environ.get", "os.getenv"]) {
      for (const { caller, row } of foreignCalls.get(name) ?? [])
        if (SETTING.test(caller.file.keyText(row))) report(caller, row, WISH);
    }
    for (const { function: info, row } of resolver.knownForeign("os.environ")?.accesses ?? []) {
      const op = info.file.op(row);
      if ((op === Op.ItemRead || op === Op.Test) && SETTING.test(info.file.keyText(row)))
        report(info, row, WISH);
    }
    for (const name of ["sys.version", "sys.abiflags"]) {
      for (const { function: info, row } of resolver.knownForeign(name)?.accesses ?? []) {
        const { file } = info;
        if (file.op(row) !== Op.Test || file.detail(row) !== Test.Contains || !BUILD.test(file.keyText(row)))
          continue;
        report(info, row, `${name} tells how this Python was built, not whether the GIL is on now`);
      }
    }
    const asked = foreignCalls.get("sys._is_gil_enabled") ?? [];
    for (const { function: info, row } of resolver.knownForeign("sys._is_gil_enabled")?.accesses ?? []) {
      const isTest = info.file.op(row) === Op.Test && info.file.detail(row) === Test.HasAttribute;
      if (isTest && !asked.some(({ caller }) => caller === info))
        report(
          info,
          row,
          "sys._is_gil_enabled exists on every build from 3.13 on: that it is there says nothing of the GIL",
        );
    }
    for (const { caller: info, row } of asked) {
      const next = row + 1;
      if (info.isModule && info.file.op(next) === Op.Write && info.file.has(next, EventFlag.ImportTime))
        report(
          info,
          row,
          "the answer is kept at import, and the GIL may be switched on by what is imported later",
        );
      else if (!isAtLeast(context.target, 13) && !isGuarded(context, info))
        report(info, row, "sys._is_gil_enabled does not exist before 3.13: AttributeError");
    }
    buildAsState(context, report);
  },
};

function isGuarded(context: RuleContext, info: FunctionInfo): boolean {
  const known = context.project.resolver.knownForeign("sys._is_gil_enabled")?.accesses ?? [];
  return known.some(({ function: other, row }) => other === info && info.file.op(row) === Op.Test);
}

/** `GIL_ENABLED = not sysconfig.get_config_var("Py_GIL_DISABLED")` */
function buildAsState(
  context: RuleContext,
  report: (info: FunctionInfo, row: number, message: string) => void,
): void {
  for (const { caller: info, row } of context.project.foreignCalls.get("sysconfig.get_config_var") ?? []) {
    const { file } = info;
    if (!/Py_GIL_DISABLED/.test(file.keyText(row))) continue;
    const next = row + 1;
    const name = file.op(next) === Op.Write ? file.pathName(file.pathOf(next)) : info.name;
    if (STATE_NAME.test(name))
      report(
        info,
        row,
        `${name} gets what the build allows (Py_GIL_DISABLED), not whether the GIL is on now`,
      );
  }
}
