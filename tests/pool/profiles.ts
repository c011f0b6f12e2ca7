/** Every kind of Python with every profile: `describe.each(everyWay())("$label", …)`. */
import { fileURLToPath } from "node:url";
import type { Interpreter } from "../../src/index.js";
import { bothKinds } from "../interpreters.js";

export const SURVIVAL = fileURLToPath(new URL("python/survival.py", import.meta.url));

export interface Way {
  readonly label: string;
  readonly python: Interpreter;
  readonly profile: "thread" | "process";
}

export function everyWay(): readonly Way[] {
  return bothKinds().flatMap(({ label, python }) =>
    (["thread", "process"] as const).map((profile) => ({
      label: `profile ${profile} on ${label}`,
      python,
      profile,
    })),
  );
}
