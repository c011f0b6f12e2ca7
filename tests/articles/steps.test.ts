import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ROOT } from "../cli/command.js";
import { allInterpreters } from "../interpreters.js";
import { failureOf, poolOf } from "../pool/pools.js";

const PYTHON = join(ROOT, "python", "articles");

interface Release {
  readonly version: string;
  readonly date: string | null;
  readonly line: number;
  readonly entries: readonly { readonly kind: string; readonly text: string; readonly url: string | null }[];
}

describe.each(allInterpreters().map((python) => ({ label: python.abi, python })))(
  "on $label",
  ({ python }) => {
    test("the steps give the same on every interpreter", async () => {
      const pool = await poolOf({ module: PYTHON, python: python.path });
      const text = readFileSync(join(ROOT, "node_modules", "acorn", "CHANGELOG.md"), "utf8");
      const releases = await pool.call<readonly Release[]>("changelog", [text]);
      expect(releases[0]).toMatchObject({ version: "8.16.0", date: "2026-02-19", line: 1 });
      expect(releases.length).toBeGreaterThan(80);
      const sketches = await pool.map<readonly number[]>("sketch", [
        text,
        `${text} and a little more`,
        "another text",
      ]);
      const [duplicate] = await pool.call<readonly (readonly number[])[]>("duplicates", [sketches]);
      expect(duplicate?.slice(0, 2)).toEqual([1, 0]);
      expect(await pool.call("sketch", ["one two three four"])).toMatchObject({ length: 64, 0: 2390254023 });
      const measures = await pool.call("measure", [
        "Das ist ein Text, der nicht auf Englisch ist und den man mit Mühe liest.",
      ]);
      expect(measures).toMatchObject({ language: "de" });
    });
  },
);

test("changelogs in the forms people write them", async () => {
  const pool = await poolOf({ module: PYTHON });
  const forms = [
    "# Changelog\n\n## [Unreleased]\n- not yet\n\n## [1.2.0](https://x.example/c) - 2024-05-06\n### Breaking Changes\n- Dropped the old **thing** ([#12](https://x.example/pull/12))\n### Fixed\n- Fix a crash in `parse()` by @someone\n",
    "1.2.0 / May 6, 2024\n===================\n\n* breaking: Dropped the old thing\n* fix: Fix a crash in `parse()`\n",
    "## v1.2.0 (2024-05-06)\n\n### ⚠ BREAKING CHANGES\n\n* Dropped the old thing ([abc1234](https://x.example/commit/abc1234))\n\n### Bug Fixes\n\n* Fix a crash in `parse()` ([#3](https://x.example/issues/3)) ([def5678](https://x.example/commit/def5678))\n",
    "# some-package@1.2.0 - 6th May 2024\n\n- BREAKING: Dropped the old thing\n- [Fix] Fix a crash in `parse()` [`abc1234`](https://x.example/commit/abc1234)\n- [Dev Deps] update `eslint`\n",
  ];
  for (const form of forms) {
    const releases = await pool.call<readonly Release[]>("changelog", [form]);
    expect(
      releases.map(({ version, date }) => [version, date]),
      form,
    ).toEqual([["1.2.0", "2024-05-06"]]);
    const entries = releases[0]?.entries.map(({ kind, text }) => `${kind}: ${text}`);
    expect(entries, form).toEqual(["breaking: Dropped the old thing", "fixed: Fix a crash in `parse()`"]);
  }
});

test("whatever a text is, no step crashes or loops on it", async () => {
  const pool = await poolOf({ module: PYTHON });
  const markup = fc.array(
    fc.oneof(
      fc.constantFrom(
        "# ",
        "## 1.0.0 - 2020-01-01\n",
        "- ",
        "```\n",
        "[a](b)",
        "<p>",
        "</div>",
        "&amp;",
        "|",
        "\n\n",
        "**",
        "_",
        "`",
        "1.",
        "。",
        "\u202e",
      ),
      fc.string({ unit: "grapheme", maxLength: 12 }),
    ),
    { maxLength: 40 },
  );
  await fc.assert(
    fc.asyncProperty(markup, async (parts) => {
      const text = parts.join("");
      const sketch = await pool.call<readonly number[]>("sketch", [text]);
      expect([0, 64]).toContain(sketch.length);
      const plain = await pool.call<string>("plain_text", [text]);
      expect(plain).not.toMatch(/<(?:script|p|div)\b/);
      await Promise.all([
        pool.call("changelog", [text]),
        pool.call("outline", [text]),
        pool.call("measure", [text]),
        pool.call("rank", [[text, text]]),
        pool.call("verify", [text, [text]]),
      ]);
      const problem = await pool.call("check_mermaid", [
        await pool.call("timeline", [
          text,
          [
            [text || "a", ["x", text || "b"]],
            ["2021", ["y"]],
          ],
        ]),
      ]);
      expect(problem === null || typeof problem === "string").toBe(true);
    }),
    { numRuns: 60 },
  );
});

test("drawn pictures pass their check, and damaged ones do not", async () => {
  const pool = await poolOf({ module: PYTHON });
  const svg = await pool.call<string>("bar_chart", [
    "A <title> & more",
    ["a", "b&b", "c"],
    [
      ["added", [1, 2, 3]],
      ["fixed", [0, 4, 1]],
    ],
  ]);
  expect(await pool.call("check_svg", [svg])).toBeNull();
  expect(await pool.call("check_svg", [svg.replace("</svg>", "")])).toMatch(/not XML/);
  expect(
    await pool.call("check_svg", [
      svg.replace("<g", "<script").replace("</svg>", "<script>1</script></svg>"),
    ]),
  ).toMatch(/script/);
  expect(
    await pool.call("check_svg", [svg.replace(/width="[\d.]+" height="17"/, 'width="9000" height="17"')]),
  ).toMatch(/outside/);
  expect(await pool.call("bar_chart", ["nothing", ["a"], [["x", [1]]]])).toBeNull();
  const graph = await pool.call<string>("dependency_graph", ["me", [["a", 'b"<script>'], ["c"]], ["c"]]);
  expect(await pool.call("check_mermaid", [graph])).toBeNull();
  for (const broken of [
    graph.replace("-->", "->"),
    `${graph}\n  n9 --> n0`,
    "flowchart LR",
    "pie\n  a : 1",
    "",
  ]) {
    expect(await pool.call("check_mermaid", [broken]), broken).toEqual(expect.any(String));
  }
});

test("feeds of all kinds are read, and nothing they declare is expanded", async () => {
  const pool = await poolOf({ module: PYTHON });
  const atom =
    '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry><title type="html">A &amp;lt;b&amp;gt;</title><id>urn:1</id><link rel="self" href="https://x.example/self"/><link href="https://x.example/1"/><updated>2026-01-02T03:04:05+02:00</updated><author><name>Ann</name></author><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One&nbsp;<em>two</em></p></div></content></entry></feed>';
  expect(await pool.call("feed", [atom])).toEqual({
    title: "T",
    items: [
      {
        id: "urn:1",
        title: "A &lt;b>",
        link: "https://x.example/1",
        date: "2026-01-02T01:04:05Z",
        author: "Ann",
        text: "One two",
      },
    ],
  });
  const rdf =
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>R</title></channel><item><title>B</title><link>https://x.example/2</link><dc:date>2026-01-02</dc:date><dc:creator>Bob</dc:creator></item></rdf:RDF>';
  expect(await pool.call("feed", [rdf])).toMatchObject({
    title: "R",
    items: [{ title: "B", link: "https://x.example/2", author: "Bob" }],
  });
  for (const bad of [
    "",
    "<html></html>",
    "<rss><channel>",
    "plain",
    '<!DOCTYPE r [<!ENTITY a "x">]><rss>&a;</rss>',
  ]) {
    const error = await failureOf(pool.call("feed", [bad]));
    expect(error, bad).toMatchObject({ code: "PYTHON_ERROR", type: expect.stringContaining("FeedError") });
  }
});
