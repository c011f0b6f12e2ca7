/** Threads or processes: what `auto` decides, and the words for it. */
import type { Interpreter } from "../interpreter/index.js";
import type { Hello } from "../worker/index.js";

export interface ProfileChoice {
  readonly profile: "thread" | "process";
  /** One sentence for people. */
  readonly reason: string;
}

/** Before anything was started: threads are worth a try only where the build can do without the GIL. */
export function firstProfile(wanted: "auto" | "thread" | "process", interpreter: Interpreter): ProfileChoice {
  const python = `Python ${interpreter.version}`;
  if (wanted === "process") return { profile: "process", reason: 'profile "process" was asked for' };
  if (wanted === "thread") {
    const reason = interpreter.freeThreadedBuild
      ? 'profile "thread" was asked for'
      : `profile "thread" was asked for; ${python} has the GIL, so only waiting runs in parallel`;
    return { profile: "thread", reason };
  }
  return interpreter.freeThreadedBuild
    ? { profile: "thread", reason: `${python} is a free-threaded build` }
    : { profile: "process", reason: `${python} is built with the GIL (${interpreter.path})` };
}

/** After the user's modules were imported: what counts is whether the GIL is off now. */
export function profileAfterImports(
  wanted: "auto" | "thread" | "process",
  first: ProfileChoice,
  hello: Hello,
): ProfileChoice {
  if (wanted !== "auto" || first.profile === "process") return first;
  if (!hello.gilEnabled) {
    return {
      profile: "thread",
      reason: `Python ${hello.version} runs without the GIL, also after the imports`,
    };
  }
  return { profile: "process", reason: whyGilIsOn(hello.gilModule) };
}

/** Why a free-threaded build runs with the GIL. */
export function whyGilIsOn(module: string | undefined): string {
  return module === undefined
    ? "the GIL is on although the build can do without (PYTHON_GIL=1 or -X gil=1)"
    : `importing ${module} switched the GIL on: that extension module does not declare that it can do without`;
}

/** Tells the program once that processes were chosen without its asking for them. */
export function warnOfProcesses(reason: string, interpreter: Interpreter): void {
  process.emitWarning(`Python runs in processes, not threads: ${reason}`, {
    type: "NogilWarning",
    code: "NOGIL_PROFILE_PROCESS",
    detail: interpreter.freeThreadedBuild
      ? 'Pass profile: "process" to say that this is what you want.'
      : 'Get a free-threaded Python with "nogil python install", or pass profile: "process".',
  });
}
