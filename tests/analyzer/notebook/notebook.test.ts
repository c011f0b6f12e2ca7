/** Notebooks: cells as one module, magics that are no Python, files that are no notebook. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { analyze, type Report } from "../../../src/analyzer/index.js";

function notebook(...cells: (string | { markdown: string })[]): string {
  return JSON.stringify({
    nbformat: 4,
    metadata: { kernelspec: { language: "python" } },
    cells: cells.map((cell) =>
      typeof cell === "string"
        ? { cell_type: "code", source: cell.split(/(?<=\n)/) }
        : { cell_type: "markdown", source: cell.markdown },
    ),
  });
}

function check(source: string): Promise<Report> {
  return analyze({ sources: [{ path: "book.ipynb", source }] });
}

const STATE = "hits = 0\n";
const RACE = "def f():\n    global hits\n    hits += 1";

describe("a notebook", () => {
  it("is one module: what one cell defines, another races on, and the place is that in the cell", async () => {
    const { findings, errors } = await check(notebook({ markdown: "# Title" }, STATE, RACE));
    expect(errors).toEqual([]);
    expect(findings).toMatchObject([
      { rule: "NG101", path: "book.ipynb", cell: 3, line: 3, column: 5, endLine: 3, endColumn: 14 },
    ]);
  });

  it("keeps suppressions, and an encoding in a cell means nothing", async () => {
    const suppressed = `${RACE}  # nogil: ignore[NG101] one at a time`;
    const { findings, errors } = await check(notebook("# coding: klingon\n", STATE, suppressed));
    expect({ findings, errors }).toEqual({ findings: [], errors: [] });
  });

  it.each([
    ["%load_ext autoreload\n%autoreload 2\n!pip install \\\n  numpy\n"],
    ["x = !ls\ny, z = %sql select 1\nif x:\n    %matplotlib inline\nprint?\n"],
    ["%%bash\nfor x in *; do echo $x; done\n"],
    ["%%time\nx = (10\n    % 3)\ns = '''\n%not a magic\n!neither\n'''\ny = 10 \\\n    % 3\n"],
  ])("with magics parses, and its races are found: %j", async (cell) => {
    const { findings, errors } = await check(notebook(cell, STATE, RACE));
    expect(errors).toEqual([]);
    expect(findings).toMatchObject([{ rule: "NG101", cell: 3, line: 3 }]);
  });

  it("finds what is under a magic that Python follows", async () => {
    const { findings } = await check(notebook(STATE, `%%time\n${RACE}`));
    expect(findings).toMatchObject([{ cell: 2, line: 4 }]);
  });

  it("with a broken cell says which, and checks the others", async () => {
    const { findings, errors } = await check(notebook(STATE, "x = (1,\n", RACE));
    expect(errors).toMatchObject([{ kind: "syntax", cell: 2, line: 1, column: 5 }]);
    expect(findings).toMatchObject([{ rule: "NG101", cell: 3, line: 3 }]);
  });

  it("of another language is left alone", async () => {
    const source = JSON.stringify({
      metadata: { language_info: { name: "R" } },
      cells: [{ cell_type: "code", source: "x <- (" }],
    });
    expect(await check(source)).toMatchObject({ findings: [], errors: [] });
  });

  it.each([
    ["", "it is empty"],
    ['{"cells": [\n}', "its JSON is broken"],
    ['{"cells": 1\n2}', "its JSON is broken at line 2"],
    ["[1]", "it is [1], expected an object"],
    ["{}", '"cells" is undefined, expected an array'],
    ['{"cells": [1]}', "cell 1 is 1, expected an object"],
    ['{"cells": [{"cell_type": "code", "source": 5}]}', "the source of cell 1 is 5, expected text"],
    ['{"worksheets": []}', "its format is older than 4"],
  ])("that is none is told of: %s", async (source, problem) => {
    const { errors } = await check(source);
    expect(errors).toMatchObject([{ path: "book.ipynb", kind: "unreadable" }]);
    expect(errors[0]?.message).toContain(`not a notebook: ${problem}`);
  });

  it("of any cells never fails, and names only lines that the cells have", async () => {
    const line = fc.constantFrom(
      "%magic",
      "!x \\",
      "x = [",
      "]",
      "'''",
      "x = 1",
      "    %y",
      "%%z",
      "",
      "hits += 1",
    );
    const cell = fc.array(line, { maxLength: 6 }).map((lines) => lines.join("\n"));
    await fc.assert(
      fc.asyncProperty(fc.array(cell, { maxLength: 4 }), async (cells) => {
        const { findings, errors } = await check(notebook(...cells));
        for (const place of [...findings, ...errors]) {
          const lines = (cells[(place.cell ?? 0) - 1] ?? "").split("\n").length;
          expect(place.line).toBeGreaterThanOrEqual(1);
          // A problem at the end of a cell may be behind its last line.
          expect(place.line).toBeLessThanOrEqual(lines + 1);
        }
      }),
      { numRuns: 40 },
    );
  });
});
