import { readFileSync } from "node:fs";
import { deserialize } from "node:v8";
import fc from "fast-check";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { withGil } from "../interpreters.js";
import { type HintedValue, hintedValue, PRELUDE } from "./hints.js";
import { ROOT, TypedProject } from "./typed-project.js";
import { mismatch } from "./value-checker.js";

const python = withGil();
/** Hints of one module. */
const MANY = { minLength: 150, maxLength: 150 };
/** One module is one compilation and one Python process; shrinking would be many. */
const RUNS = { numRuns: 1, endOnFailure: true };
const PATIENCE_MS = 300_000;

const deepCheck = readFileSync(`${ROOT}/tests/bindings/python/deep_check.py`, "utf8");
// Only names, and only for typing_extensions: what Python 3.11 and later have in typing.
const compatible = PRELUDE.replace("from typing_extensions import", "from typing import");

/** A module with `f0() -> hint: …` and `g0(x: hint) -> bool`. */
function moduleOf(samples: readonly HintedValue[]): string {
  const functions = samples.map(
    ({ hint, python: expression }, at) =>
      `def f${at}() -> ${hint}:\n    return ${expression}\n\n` +
      `def g${at}(x: ${hint}) -> bool:\n    return honours(x, ${JSON.stringify(hint)}, globals())\n`,
  );
  return `${compatible}\nfrom deep_check import honours\n\n${functions.join("\n")}`;
}

/** The types of exported functions, as the compiler reads the declaration file. */
function signatures(project: TypedProject): {
  readonly checker: ts.TypeChecker;
  readonly of: (name: string) => ts.Signature;
} {
  const program = project.program();
  const checker = program.getTypeChecker();
  const main = program.getSourceFile(project.path("main.ts"));
  const statement = main?.statements.find(ts.isImportDeclaration);
  const symbol = statement && checker.getSymbolAtLocation(statement.moduleSpecifier);
  if (symbol === undefined) throw new Error("main.ts does not import the Python module");
  const exports = new Map(checker.getExportsOfModule(symbol).map((one) => [one.name, one]));
  return {
    checker,
    of: (name) => {
      const found = exports.get(name);
      const [signature] = found ? checker.getTypeOfSymbol(found).getCallSignatures() : [];
      if (signature === undefined) throw new Error(`no function ${name}`);
      return signature;
    },
  };
}

async function projectOf(samples: readonly HintedValue[]): Promise<TypedProject> {
  const project = new TypedProject({
    "sample.py": moduleOf(samples),
    "deep_check.py": deepCheck,
    "main.ts": 'import * as sample from "./sample.py";\nexport { sample };\n',
    "call.js":
      'import { writeFileSync, readFileSync } from "node:fs";\nimport { deserialize, serialize } from "node:v8";\n' +
      'import * as sample from "./sample.py";\nconst sent = deserialize(readFileSync("sent.bin"));\n' +
      "const received = [];\nfor (const [at, value] of sent.entries()) {\n" +
      '  const result = await sample["f" + at]().catch((error) => ({ failed: String(error) }));\n' +
      '  const honoured = await sample["g" + at](value).catch((error) => String(error));\n' +
      '  received.push({ result, honoured });\n}\nwriteFileSync("received.bin", serialize(received));\n',
  });
  const { serialize } = await import("node:v8");
  const { writeFileSync } = await import("node:fs");
  writeFileSync(project.path("sent.bin"), serialize(samples.map(({ sent }) => sent)));
  await project.declare();
  return project;
}

interface Received {
  readonly result: unknown;
  readonly honoured: unknown;
}

async function receive(project: TypedProject): Promise<readonly Received[]> {
  const { stderr, code } = await project.run("call.js", { NOGIL_PYTHON: python.path });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return deserialize(readFileSync(project.path("received.bin"))) as readonly Received[];
}

describe("what arrives is what is declared", () => {
  test(
    "for random hints, both ways",
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(hintedValue, MANY), async (samples) => {
          const project = await projectOf(samples);
          expect(project.typeErrors()).toEqual([]);
          const { checker, of } = signatures(project);
          const received = await receive(project);
          for (const [at, { hint, python: expression, sent }] of samples.entries()) {
            const promise = of(`f${at}`).getReturnType();
            const type = checker.getAwaitedType(promise) ?? promise;
            const about = `${hint} = ${expression} as ${checker.typeToString(type)}`;
            expect([about, mismatch(received[at]?.result, type, checker)]).toEqual([about, undefined]);
            const parameter = of(`g${at}`).getParameters()[0];
            const wanted = checker.getTypeOfSymbol(parameter as ts.Symbol);
            const sending = `${hint} from ${checker.typeToString(wanted)} in ${expression}`;
            expect([sending, mismatch(sent, wanted, checker)]).toEqual([sending, undefined]);
            expect([sending, received[at]?.honoured]).toEqual([sending, true]);
          }
        }),
        RUNS,
      );
    },
    PATIENCE_MS,
  );

  test(
    "and a hint that lies is found out, so the check can fail",
    async () => {
      const lies: HintedValue[] = [
        { hint: "list[str]", python: "[1]", sent: ["a"] },
        { hint: "dict[int, str]", python: "{'a': 'b'}", sent: new Map() },
        { hint: "Movie", python: "{}", sent: { title: "t" } },
        { hint: "Literal['a']", python: "'b'", sent: "a" },
        { hint: "set[int]", python: "[1]", sent: new Set() },
      ];
      const project = await projectOf(lies);
      const { checker, of } = signatures(project);
      const received = await receive(project);
      for (const at of lies.keys()) {
        const promise = of(`f${at}`).getReturnType();
        const type = checker.getAwaitedType(promise) ?? promise;
        expect([at, mismatch(received[at]?.result, type, checker)]).not.toEqual([at, undefined]);
      }
    },
    PATIENCE_MS,
  );
});
