/** Repairs: the finding is gone, no other came, the file parses and keeps its comments, line ends and encoding. */
import { describe, expect, it } from "vitest";
import { analyze, type FixedFiles, fixFiles, RULES } from "../../../src/analyzer/index.js";

const PATH = "example.py";

/** What is repaired in one file, and its text afterwards. */
async function fixed(source: string | Uint8Array): Promise<FixedFiles & { bytes: Buffer; text: string }> {
  const original = Buffer.from(source);
  const result = await fixFiles(
    (changed) =>
      analyze({
        sources: [{ path: PATH, source: changed.get(PATH) ?? original }],
        repairs: true,
        strict: true,
      }),
    () => original,
  );
  const bytes = Buffer.from(result.files.get(PATH) ?? original);
  return { ...result, bytes, text: bytes.toString() };
}

async function rulesOf(source: string): Promise<string[]> {
  const report = await analyze({ sources: [{ path: PATH, source }], strict: true });
  expect(report.errors).toEqual([]);
  return report.findings.map(({ rule }) => rule).sort();
}

const comments = (text: string) => text.match(/#[^\r\n]*/g) ?? [];

describe("repairs of the examples of all rules", () => {
  const examples = RULES.map(({ code, unsafe }) => [code, unsafe] as const);

  it.each(examples)("%s: what is repaired is gone, and nothing comes in its place", async (_, unsafe) => {
    const commented = unsafe
      .split("\n")
      .map((line, index) => (line === "" ? `# between ${index}` : line))
      .join("\n");
    const marked = `# Ü漢 head\n${commented}# end`;
    const before = await rulesOf(marked);
    const { text, fixed: repaired, report } = await fixed(marked);
    const left = [...before];
    for (const { rule } of repaired) left.splice(left.indexOf(rule), 1);
    expect(await rulesOf(text)).toEqual(left);
    expect(comments(text)).toEqual(comments(marked));
    // A repair that is offered in an example must do what it is for.
    expect(report.findings.filter(({ repair }) => repair !== undefined)).toEqual([]);
    for (const odd of [`\ufeff${marked.replaceAll("\n", "\r\n")}`, marked.replaceAll("\n", "\r")]) {
      const other = await fixed(odd);
      expect(other.fixed).toHaveLength(repaired.length);
      expect(other.text.replace("\ufeff", "").replace(/\r\n?/g, "\n")).toBe(text);
      expect(other.text.replace(/\r\n?/g, "")).not.toContain("\n");
      expect(other.text.startsWith("\ufeff")).toBe(odd.startsWith("\ufeff"));
    }
  });
});

describe("a repair", () => {
  it.each([
    ["if k not in _d:\n        _d[k] = []", "_d.setdefault(k, [])"],
    ["if k in _d:\n        del _d[k]", "_d.pop(k, None)"],
    ["if k in _d:\n        _d.pop(k)", "_d.pop(k, None)"],
    ["if k in _d:\n        return _d[k]\n    return 5", "return _d.get(k, 5)"],
  ])("of %j makes it one step", async (unsafe, safe) => {
    const head =
      "_d = {}\n\ndef clear():\n    _d.clear()\n\ndef put(k, v):\n    _d[k] = v\n\ndef f(k):\n    ";
    const { text, fixed: repaired } = await fixed(`${head}${unsafe}\n`);
    expect(repaired).toHaveLength(1);
    expect(text).toBe(`${head}${safe}\n`);
  });

  it.each([
    ["a value that is made by a call", "if k not in _d:\n        _d[k] = make()"],
    ["a comment that would be lost", "if k not in _d:\n        # why\n        _d[k] = []"],
    ["another branch", "if k not in _d:\n        _d[k] = []\n    else:\n        g()"],
    ["another key", "if k not in _d:\n        _d[j] = []"],
  ])("is not made with %s", async (_, code) => {
    const source = `_d = {}\n\ndef f(k, j):\n    ${code}\n`;
    expect((await fixed(source)).text).toBe(source);
  });

  it("is made for each of several findings, also where they overlap", async () => {
    const source =
      "_d = {}\n\ndef put(k):\n    _d[k] = 1\n\ndef f(k):\n    if k not in _d:\n        _d[k] = []\n\n" +
      "def g():\n    for k in _d:\n        for v in _d.values():\n            print(k, v)\n\nx = 1  # nogil: ignore[NG105]\n";
    const { text, report } = await fixed(source);
    expect(text).toContain("_d.setdefault(k, [])");
    expect(text).toContain("for k in list(_d):");
    expect(text).toContain("\nx = 1\n");
    expect(report.findings.filter(({ repair }) => repair !== undefined)).toEqual([]);
  });

  it("keeps an encoding that it can write, and leaves a file alone in one that it cannot", async () => {
    const source = "# coding: latin-1\n_d = {}\n\ndef f(k):\n    if k not in _d:\n        _d[k] = '\xe9'\n";
    const latin = await fixed(Buffer.from(source, "latin1"));
    expect(latin.bytes.toString("latin1")).toContain("_d.setdefault(k, '\xe9')");
    const other = Buffer.from(source.replace("latin-1", "koi8-r"), "latin1");
    expect((await fixed(other)).bytes.equals(other)).toBe(true);
  });
});
