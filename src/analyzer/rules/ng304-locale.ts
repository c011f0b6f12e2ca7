import { reportCalls } from "./process-state.js";
import type { Rule } from "./rule.js";

/** With a second argument that is not None it sets. */
const SETS = /,\s*(?:locale\s*=\s*)?(?!None\b)[^\s)]/;

export const locale: Rule = {
  code: "NG304",
  name: "locale",
  severity: "medium",
  summary: "The locale of the process is changed while threads run.",
  explanation:
    "`setlocale` is for the process. Numbers, dates and sort orders of all other threads change with it, and what one thread puts back may be what another has just set. The `Locale…Calendar` classes do it inside.",
  unsafe:
    'import locale\nimport threading\n\ndef work():\n    locale.setlocale(locale.LC_ALL, "de_DE")\n\n\ndef start():\n    threading.Thread(target=work).start()\n',
  safe: "import locale\nimport threading\n\ndef work():\n    print(locale.setlocale(locale.LC_ALL))\n\n\ndef start():\n    threading.Thread(target=work).start()\n",
  fix: "Set it once at start-up; format with a library that takes the locale as an argument (Babel).",
  versions: "every version",
  source: "locale documentation (background, for extension writers); calendar documentation",
  match(context) {
    const change = {
      effect: "numbers, dates and sort orders of every other thread change with it",
      fix: "set it once at start-up, and format with a library that takes the locale as an argument",
    };
    reportCalls(context, ["locale.setlocale"], change, ({ file }, row) => SETS.test(file.argumentsOf(row)));
    reportCalls(context, ["calendar.LocaleTextCalendar", "calendar.LocaleHTMLCalendar"], change);
  },
};
