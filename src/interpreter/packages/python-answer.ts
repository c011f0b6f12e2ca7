import { packageFile } from "../../package-root.js";
import { type CommandResult, runCommand } from "../command.js";
import type { Interpreter } from "../interpreter.js";

/** Runs a script of `python/nogil` that answers with one line of JSON after a mark. */
export interface Question {
  readonly script: string;
  readonly args: readonly string[];
  readonly mark: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly env: NodeJS.ProcessEnv;
}

/** The JSON after the mark, undefined when there is none; and how the process ended. */
export interface Answer {
  readonly value: unknown;
  readonly result: CommandResult;
}

export async function ask(interpreter: Interpreter, question: Question): Promise<Answer> {
  const path = packageFile("python", "nogil", question.script);
  const env: NodeJS.ProcessEnv = { ...question.env, ...interpreter.environment };
  // It would decide about the GIL instead of the modules, and ends a build that has no choice.
  delete env.PYTHON_GIL;
  // -B: looking at an environment writes nothing into it.
  const result = await runCommand(interpreter.path, ["-B", path, ...question.args], {
    env,
    timeoutMs: question.timeoutMs,
    signal: question.signal,
    cwd: "/",
  });
  const line = result.stdout.split("\n").findLast((text) => text.startsWith(question.mark));
  return { value: line === undefined ? undefined : parse(line.slice(question.mark.length)), result };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
