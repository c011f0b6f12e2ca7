/** What is noted by its name alone, whatever object it is asked of: rules about APIs go by these. */

/** Methods whose calls are events even where nothing is known of the object. */
export const OBSERVED_METHODS: ReadonlySet<string> = new Set([
  "add_done_callback",
  "add_signal_handler",
  "call_at",
  "call_later",
  "call_soon",
  "clear",
  "commit",
  "create_task",
  "cursor",
  "exception",
  "execute",
  "executemany",
  "is_alive",
  "join",
  "map",
  "notify",
  "notify_all",
  "put_nowait",
  "reset",
  "result",
  "run_forever",
  "run_until_complete",
  "set",
  "set_exception",
  "set_result",
  "shutdown",
  "start",
  "start_soon",
  "stop",
  "submit",
  "wait",
]);

/** Attributes that are paths even of an object of which nothing is known. */
export const OBSERVED_ATTRIBUTES: ReadonlySet<string> = new Set([
  "f_back",
  "f_code",
  "f_lineno",
  "f_locals",
  "prec",
  "rounding",
  "tb_frame",
]);

/** Functions and classes, by their last name, whose calls keep the text of all arguments. */
export const REMEMBERED_CALLS: ReadonlySet<string> = new Set([
  "Pool",
  "Popen",
  "Process",
  "ProcessPoolExecutor",
  "Thread",
  "Timer",
  "call",
  "check_call",
  "check_output",
  "connect",
  "get_context",
  "makedirs",
  "open",
  "run",
  "set_start_method",
  "setlocale",
  "setswitchinterval",
]);

/** Remarks that the GIL makes something safe. */
export const GIL_REMARK =
  /\bGIL\s+(?:protects?|makes?|ensures?|guarantees?|serialises?|serializes?|guards?|keeps?)\b|(?:protected|guarded|guaranteed|ensured|safe|atomic|synchroni[sz]ed|because|thanks|due)\s+(?:\w+\s+){0,2}(?:by|of|to|under|with)\s+the\s+GIL\b|\batomic\s+(?:in|under|on|with)\s+(?:C?Python)\b/;
