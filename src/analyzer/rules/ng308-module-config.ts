import { reportCalls, reportWrites } from "./process-state.js";
import type { Rule } from "./rule.js";

const CALLS = [
  "socket.setdefaulttimeout",
  "logging.basicConfig",
  "logging.disable",
  "logging.config.dictConfig",
  "logging.config.fileConfig",
  "logging.setLoggerClass",
  "mimetypes.init",
  "time.tzset",
  "codecs.register",
  "codecs.register_error",
  "copyreg.pickle",
  "gettext.install",
];
const WRITES = [
  "tempfile.tempdir",
  "socket.socket",
  "ssl._create_default_https_context",
  "decimal.DefaultContext.prec",
  "decimal.DefaultContext.rounding",
  "decimal.DefaultContext.Emax",
  "decimal.DefaultContext.Emin",
  "csv.field_size_limit",
];

export const moduleConfig: Rule = {
  code: "NG308",
  name: "module-config",
  severity: "medium",
  summary: "The configuration of a module of the standard library is changed while threads run.",
  explanation:
    "Default timeouts, logging configuration, the folder for temporary files, registered codecs and the like are for the process. Other threads are in the middle of using them.",
  unsafe:
    "import socket\nimport threading\n\ndef work():\n    socket.setdefaulttimeout(1)\n\n\ndef start():\n    threading.Thread(target=work).start()\n",
  safe: 'import socket\nimport threading\n\ndef work():\n    socket.create_connection(("localhost", 1), timeout=1)\n\n\ndef start():\n    threading.Thread(target=work).start()\n',
  fix: "Give the setting to the object that needs it, or set it once at start-up.",
  versions: "every version",
  source: "documentation of each module; decimal documentation (working with threads)",
  match(context) {
    const change = {
      effect: "other threads get it in the middle of their work",
      fix: "give it to the object that needs it, or set it once at start-up",
    };
    reportCalls(context, CALLS, change);
    reportWrites(context, WRITES, change);
  },
};
