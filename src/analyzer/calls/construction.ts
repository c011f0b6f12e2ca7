/** Functions that run only while an object is being made or a module imported: nobody else is there yet. */
import type { FunctionInfo } from "./entities.js";
import type { Project } from "./project.js";

/** Longer chains of private functions below a constructor are not followed. */
const MAX_ROUNDS = 6;

export function findConstruction(project: Project): void {
  const candidates = project.functions.filter(
    (info) =>
      info.callers.length > 0 && !info.isCallback && !info.isModule && /^_(?!_)|^__\w+[^_]$/.test(info.name),
  );
  for (let round = 0; round < MAX_ROUNDS; round++) {
    let changed = false;
    for (const info of candidates) {
      if (info.isConstruction || !info.callers.every(({ caller }) => isConstruction(caller, info))) continue;
      info.isConstruction = true;
      changed = true;
    }
    if (!changed) return;
  }
}

function isConstruction(caller: FunctionInfo, called: FunctionInfo): boolean {
  if (caller.isModule || caller.isConstruction) return true;
  // The constructor of another class may be making something while this object is shared.
  return (
    caller.isConstructor &&
    (called.owner === undefined ||
      called.owner.ancestors.includes(caller.owner!) ||
      caller.owner!.ancestors.includes(called.owner))
  );
}
