import type { FunctionInfo, Variable } from "../calls/index.js";
import { SOME_LOCK } from "../calls/index.js";
import { acquisitionsOf, locksTakenBy } from "./acquisitions.js";
import { evidenceOf, type RuleContext } from "./context.js";
import type { Rule } from "./rule.js";

/** `first` is held while `second` is taken. */
interface Edge {
  readonly function: FunctionInfo;
  readonly row: number;
  readonly first: Variable;
  readonly second: Variable;
}

export const lockOrderInversion: Rule = {
  code: "NG404",
  name: "lock-order-inversion",
  severity: "critical",
  summary: "Two locks are taken in one order here and in the other order there: a deadlock.",
  explanation:
    "A thread that holds A waits for B, another that holds B waits for A, and neither ever goes on. It needs only two calls at an unlucky moment (measured: in less than 5 seconds).",
  unsafe:
    "import threading\n\na = threading.Lock()\nb = threading.Lock()\n\ndef there():\n    with a:\n        with b:\n            pass\n\ndef back():\n    with b:\n        with a:\n            pass\n",
  safe: "import threading\n\na = threading.Lock()\nb = threading.Lock()\n\ndef there():\n    with a:\n        with b:\n            pass\n\ndef back():\n    with a:\n        with b:\n            pass\n",
  fix: "Take them in one order everywhere, or use one lock.",
  versions: "every version",
  source: "Coffman et al., System Deadlocks (1971)",
  match(context) {
    const edges = findEdges(context);
    const reported = new Set<Variable>();
    for (const edge of edges.values()) {
      if (reported.has(edge.first)) continue;
      const back = pathBack(edges, edge);
      if (back === undefined) continue;
      for (const { first } of [edge, ...back]) reported.add(first);
      const [opposite] = back;
      context.report({
        function: edge.function,
        row: edge.row,
        message: `${edge.second.text} is taken here while ${edge.first.text} is held, but ${opposite!.function.qualifiedName} takes ${opposite!.second.text} while it holds ${opposite!.first.text}: two threads wait for each other for ever`,
        fix: `take ${edge.first.text} and ${edge.second.text} in one order everywhere`,
        evidence: evidenceOf("T2", "the locks say that threads are meant to meet here"),
        related: back.map((each) => ({
          ...each,
          message: `${each.second.text} is taken here while ${each.first.text} is held`,
        })),
      });
    }
  },
};

function findEdges(context: RuleContext): Map<string, Edge> {
  const edges = new Map<string, Edge>();
  const numbers = new Map<Variable, number>();
  const number = (lock: Variable): number => {
    let id = numbers.get(lock);
    if (id === undefined) {
      id = numbers.size;
      numbers.set(lock, id);
    }
    return id;
  };
  const add = (edge: Edge): void => {
    if (edge.first === edge.second || edge.first === SOME_LOCK || edge.second === SOME_LOCK) return;
    const key = `${number(edge.first)}:${number(edge.second)}`;
    if (!edges.has(key)) edges.set(key, edge);
  };
  const taken = locksTakenBy(context);
  for (const [info, own] of acquisitionsOf(context)) {
    if (info.file.isTest) continue;
    for (const { row, lock } of own) {
      for (const first of context.locks.heldAt(info, row)) add({ function: info, row, first, second: lock });
    }
    for (const callee of new Set(info.callees)) {
      const locks = taken.get(callee);
      if (locks === undefined) continue;
      for (const { caller, row } of callee.callers) {
        if (caller !== info) continue;
        for (const first of context.locks.heldAt(info, row)) {
          for (const second of locks) add({ function: info, row, first, second });
        }
      }
    }
  }
  return edges;
}

/** Edges that lead from the second lock of an edge back to its first, or undefined. */
function pathBack(edges: ReadonlyMap<string, Edge>, { first, second }: Edge): Edge[] | undefined {
  const from = new Map<Variable, Edge[]>();
  for (const edge of edges.values()) {
    const list = from.get(edge.first);
    if (list === undefined) from.set(edge.first, [edge]);
    else list.push(edge);
  }
  const reached = new Map<Variable, Edge | undefined>([[second, undefined]]);
  const pending = [second];
  while (pending.length > 0) {
    const lock = pending.shift()!;
    for (const edge of from.get(lock) ?? []) {
      if (reached.has(edge.second)) continue;
      reached.set(edge.second, edge);
      if (edge.second === first) {
        const path: Edge[] = [];
        for (let at: Edge | undefined = edge; at !== undefined; at = reached.get(at.first)) path.unshift(at);
        return path;
      }
      pending.push(edge.second);
    }
  }
  return undefined;
}
