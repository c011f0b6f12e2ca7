import type { TestProject } from "vitest/node";
import { findInterpreters, type Interpreter, inspectInterpreter } from "../src/interpreter/index.js";

/**
 * Finds the interpreters that tests run on, before the tests load the machine.
 *
 * As users' interpreters are found, so NOGIL_PYTHON names one that lies in no usual place. One that did not answer in
 * time, perhaps because the machine was busy, is asked once more: all tests stand on the answer.
 */
export default async function find(project: TestProject): Promise<void> {
  const { interpreters, rejected } = await findInterpreters();
  const again = rejected
    .filter(({ reason }) => reason.includes("did not answer"))
    .map(({ path, source }) => inspectInterpreter(path, source).catch(() => undefined));
  const late = (await Promise.all(again)).filter((found) => found !== undefined);
  project.provide("interpreters", [...interpreters, ...late]);
}

declare module "vitest" {
  interface ProvidedContext {
    readonly interpreters: Interpreter[];
  }
}
