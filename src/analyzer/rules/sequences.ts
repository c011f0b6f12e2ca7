/** What each function does with each shared variable, in order: the ground of all atomicity rules. */
import type { FunctionInfo, Variable } from "../calls/index.js";
import { RootKind } from "../summaries/index.js";
import { canRace, canRunConcurrently, type Linked } from "./shared-state.js";

export interface Sequence {
  readonly function: FunctionInfo;
  readonly variable: Variable;
  /** Events on the variable itself. */
  readonly rows: readonly number[];
  /** Events that use the object in it: its attributes, elements and methods. */
  readonly uses: readonly number[];
}

export function findSequences(context: Linked): Sequence[] {
  const sequences: Sequence[] = [];
  for (const info of context.project.functions) {
    if (info.file.isTest || info.isModule || info.isConstruction || info.lastRow - info.firstRow < 2)
      continue;
    const own = new Map<Variable, { rows: number[]; uses: number[] }>();
    const entry = (variable: Variable) => {
      let found = own.get(variable);
      if (found === undefined) {
        found = { rows: [], uses: [] };
        own.set(variable, found);
      }
      return found;
    };
    const { file } = info;
    const { resolver } = context.project;
    for (let row = info.firstRow; row < info.lastRow; row++) {
      let path = file.pathOf(row);
      if (path === 0) continue;
      const variable = context.project.variable(file, row);
      if (variable !== undefined) entry(variable).rows.push(row);
      while (file.pathKind(path) === RootKind.Attribute || file.pathKind(path) === RootKind.Element) {
        path = file.pathOwner(path);
        const outer = resolver.variable(file, path);
        if (outer !== undefined) entry(outer).uses.push(row);
      }
    }
    for (const [variable, { rows, uses }] of own) {
      if (rows.length === 0 || !canRunConcurrently(info, variable)) continue;
      if (canRace(context, variable)) sequences.push({ function: info, variable, rows, uses });
    }
  }
  return sequences;
}
