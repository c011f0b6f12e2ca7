import { InvalidArgumentError } from "commander";

/** A Python function as the command line names it. */
export interface Target {
  /** A file, or a dotted module name. */
  readonly module: string;
  /** `function`, or `Class.method`. */
  readonly functionName: string;
}

const NAME = /^[\p{ID_Start}_][\p{ID_Continue}]*(\.[\p{ID_Start}_][\p{ID_Continue}]*)*$/u;

/** Reads `stats.py:mean`, `package.stats:Class.method`. The last colon counts: a Windows path has one of its own. */
export function parseTarget(text: string): Target {
  const colon = text.lastIndexOf(":");
  const module = text.slice(0, Math.max(0, colon));
  const functionName = text.slice(colon + 1);
  if (module === "" || !NAME.test(functionName)) {
    throw new InvalidArgumentError(
      "Expected a file and a function in it such as stats.py:mean, or a module such as package.stats:mean.",
    );
  }
  return { module, functionName };
}
