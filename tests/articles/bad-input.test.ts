import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { COMMAND, ROOT, startProcess, temporaryFolder } from "../cli/command.js";
import { otherStoryAbout, rss, startFeedServer, storyAbout } from "./feed-server.js";
import { argumentsFor, articles, expectGoodPost, newPlace, type Place, postsIn } from "./posts.js";

const server = await startFeedServer({
  "/good": rss([
    { title: "Kestrel 4 is out", link: "https://kestrel.example/4", text: storyAbout("Kestrel") },
  ]),
  "/html": "<!doctype html><html><body><p>Not a feed</p></body></html>",
  "/text": "just words & more",
  "/empty": "",
  "/entities":
    '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><rss><channel><item><title>&b;</title></item></channel></rss>',
  "/huge": (response) => {
    response.writeHead(200, { "content-type": "application/rss+xml" });
    const piece = Buffer.alloc(1 << 20, "<item>");
    let sent = 0;
    const next = () => {
      if (response.destroyed) return;
      if (++sent > 100) response.end();
      else response.write(piece, next);
    };
    next();
  },
  "/loop": (response) => response.writeHead(302, { location: "/loop" }).end(),
  "/elsewhere": (response) => response.writeHead(302, { location: "file:///etc/passwd" }).end(),
  "/busy": (response) => response.writeHead(503).end(),
  "/cut": (response) => {
    response.writeHead(200, { "content-length": "1000" });
    response.write("<rss>");
    setTimeout(() => response.destroy(), 10);
  },
  "/odd": rss([
    { link: "https://odd.example/untitled", text: storyAbout("Untitled") },
    {
      title: "Scripts &lt;b&gt;everywhere&lt;/b&gt;",
      link: "javascript:alert(1)",
      text: "An address that is none.",
    },
    {
      title: "Osprey 2: &quot;quoted&quot; --- [and] *starred*",
      link: "https://osprey.example/2?utm_source=feed#top",
      text: `<script>alert("x")</script><p>${otherStoryAbout("Osprey")}</p><img src=x onerror=alert(1)><iframe src="https://evil.example"></iframe>`,
    },
    { title: "Osprey again", link: "https://www.osprey.example/2", text: otherStoryAbout("Osprey") },
    {
      title: "إصدار جديد من المكتبة",
      link: "https://arabic.example/1",
      text: "صدر اليوم إصدار جديد من المكتبة البرمجية ويصلح أخطاء كثيرة في الذاكرة والشبكة.",
    },
    {
      title: "新しいバージョン",
      link: "https://japanese.example/1",
      text: "新しいバージョンのライブラリが公開されました。メモリの使用量が減りました。",
    },
  ]),
});
afterAll(() => server.close());

interface Report {
  readonly deadLetters: readonly { readonly stage: string; readonly id: string; readonly reason: string }[];
  readonly dropped: readonly { readonly reason: string }[];
  readonly notes: readonly { readonly text: string }[];
}

function reportOf(place: Place): Report {
  return JSON.parse(readFileSync(join(place.state, "report.json"), "utf8")).report;
}

/** Runs with these feeds beside a good one: its article must be there whatever the others do. */
async function withFeeds(
  paths: readonly string[],
  settings: object = {},
): Promise<{ place: Place; report: Report }> {
  const place = newPlace();
  const config = join(temporaryFolder(), "config.json");
  const sources = ["/good", ...paths].map((path) => ({
    type: "feed",
    name: path.slice(1),
    url: server.url + path,
  }));
  writeFileSync(
    config,
    JSON.stringify({
      sources,
      requestsPerSecond: 100,
      checkLinks: false,
      qualityThreshold: 0.4,
      ...settings,
    }),
  );
  const { code, stderr } = await articles("run", place, ["--config", config]);
  expect(code, stderr).toBe(0);
  expect(Object.values(postsIn(place.content)).join("\n")).toContain("Kestrel");
  return { place, report: reportOf(place) };
}

test.each([
  ["html", /not XML|not a feed/],
  ["text", /not XML/],
  ["empty", /the answer is empty/],
  ["entities", /declares entities/],
  ["huge", /larger than 10 MB/],
  ["loop", /redirects more than 5 times/],
  ["elsewhere", /redirects to file:/],
  ["busy", /answered 503/],
  ["cut", /cut short|terminated/],
])("a feed that is %s is a dead letter with its cause; the others are read", async (name, cause) => {
  const { report } = await withFeeds([`/${name}`]);
  expect(report.deadLetters).toMatchObject([
    { stage: "collect", id: name, reason: expect.stringMatching(cause) },
  ]);
});

test("items without a title, with scripts, in other scripts, twice: what can be used is used, safely", async () => {
  const { place, report } = await withFeeds(["/odd"]);
  const posts = postsIn(place.content);
  expect(Object.keys(posts).length).toBe(2);
  const osprey = Object.entries(posts).find(([, text]) => text.includes("Osprey")) as [string, string];
  expectGoodPost(join(place.content, osprey[0]), osprey[1]);
  expect(osprey[1]).not.toMatch(/alert|onerror|iframe|utm_source/);
  expect(report.notes.map(({ text }) => text)).toContain(
    "2 items without a title or an address were left out",
  );
  expect(report.notes.some(({ text }) => /(?:again|is nearly)/.test(text))).toBe(true);
  const languages = report.dropped.map(({ reason }) => reason).join("\n");
  expect(languages).toMatch(/its language is ar/);
  expect(languages).toMatch(/its language is ja/);
});

test("texts from right to left and without spaces become articles where they are asked for", async () => {
  const folder = temporaryFolder();
  const arabic = "صدر اليوم إصدار جديد من المكتبة البرمجية ويصلح أخطاء كثيرة في الذاكرة. ".repeat(1);
  const lines = [
    {
      title: "إصدار جديد",
      url: "https://arabic.example/1",
      text: Array.from(
        { length: 14 },
        (_, i) =>
          `${arabic.trim().replace(/\.$/, "")} رقم ${i} ${"كلمة".repeat(1 + (i % 3))} في ملف ${i * 7}.`,
      ).join(" "),
    },
    {
      title: "新版本",
      url: "https://chinese.example/1",
      text: Array.from(
        { length: 14 },
        (_, i) =>
          `第${i}个版本修复了网络模块中的错误，并且减少了服务器使用的内存${"数据".repeat(1 + (i % 3))}。`,
      ).join(""),
    },
  ];
  const file = join(folder, "items.jsonl");
  writeFileSync(file, `${lines.map((line) => JSON.stringify(line)).join("\n")}\n`);
  const config = join(folder, "config.json");
  writeFileSync(
    config,
    JSON.stringify({
      sources: [{ type: "files", path: file }],
      languages: ["ar", "zh"],
      qualityThreshold: 0.1,
      minWords: 40,
    }),
  );
  const place = newPlace();
  const { code, stderr } = await articles("run", place, ["--config", config, "--offline"]);
  expect(code, stderr).toBe(0);
  const posts = postsIn(place.content);
  expect(Object.keys(posts).length).toBe(2);
  expect(Object.keys(posts).join()).toMatch(/新版本/);
  for (const [name, text] of Object.entries(posts)) expectGoodPost(join(place.content, name), text);
});

test("an unchanged feed is not sent again", async () => {
  const seen: number[] = [];
  const other = await startFeedServer({
    "/tagged": (response, headers) => {
      const status = headers["if-none-match"] === '"v1"' ? 304 : 200;
      seen.push(status);
      response.writeHead(status, { etag: '"v1"' });
      response.end(
        status === 200
          ? rss([{ title: "Merlin 1", link: "https://merlin.example/1", text: storyAbout("Merlin") }])
          : undefined,
      );
    },
  });
  try {
    const place = newPlace();
    const config = join(temporaryFolder(), "config.json");
    writeFileSync(
      config,
      JSON.stringify({
        sources: [{ type: "feed", url: `${other.url}/tagged` }],
        checkLinks: false,
        qualityThreshold: 0.4,
      }),
    );
    await articles("run", place, ["--config", config]);
    const { code } = await articles("run", place, ["--config", config, "--force-regenerate"]);
    expect(code).toBe(0);
    expect(seen).toEqual([200, 304]);
  } finally {
    await other.close();
  }
});

test("a post with broken front matter is left as it is, and the article gets another name", async () => {
  const place = newPlace();
  const installed = ["--offline", "--source", "node_modules", "--max-articles", "1"];
  const dry = await articles("run", place, [...installed, "--json", "--dry-run"], ROOT);
  const [{ path }] = JSON.parse(dry.stdout).published;
  mkdirSync(place.content, { recursive: true });
  writeFileSync(path, "---\ntitle: [broken\n");
  const { code } = await articles("run", place, installed, ROOT);
  expect(code).toBe(0);
  expect(readFileSync(path, "utf8")).toBe("---\ntitle: [broken\n");
  expect(Object.keys(postsIn(place.content)).length).toBe(2);
  expect(reportOf(place).notes.some(({ text }) => text.includes("broken front matter"))).toBe(true);
});

test("a content folder that cannot be written is named, and the run fails", async () => {
  const place = newPlace();
  // A file in the folder's place stops root too, whom permissions do not stop.
  writeFileSync(place.content, "");
  const { code, stderr } = await articles("run", place, ["--offline", "--source", "node_modules"], ROOT);
  chmodSync(place.content, 0o600);
  expect(code).toBe(1);
  expect(stderr).toMatch(/failed: publish: .*a part of the path is a file|cannot be written/);
  expect(reportOf(place).deadLetters.length).toBe(3);
});

test("on a full disk every article that does not fit is a dead letter, and nothing half is left", async () => {
  const place = newPlace();
  mkdirSync(place.state, { recursive: true });
  // Files of more than 4 KiB cannot be written here, as on a disk that is nearly full.
  const command = [
    process.execPath,
    COMMAND,
    ...argumentsFor("run", place, ["--offline", "--source", "node_modules"]),
  ];
  const script = `trap "" XFSZ; ulimit -f 4; exec ${command.map((part) => `"${part}"`).join(" ")}`;
  const { code, stderr } = await startProcess("bash", ["-c", script], { cwd: ROOT }).ended;
  expect(stderr).toMatch(/failed: publish: .*no space left on the device/);
  expect(stderr).toMatch(/no checkpoint could be written/);
  for (const [name, text] of Object.entries(postsIn(place.content)))
    expectGoodPost(join(place.content, name), text);
  expect(code).toBe(Object.keys(postsIn(place.content)).length > 0 ? 0 : 1);
});

test("a clock that went back is noticed, and nothing is published twice", async () => {
  const place = newPlace();
  const installed = ["--offline", "--source", "node_modules", "--max-articles", "2"];
  await articles("run", place, installed, ROOT);
  const log = join(place.state, "published.log");
  const { decodeLine, encodeLine } = await import("../../src/pipeline/index.js");
  const later = readFileSync(log, "utf8")
    .trim()
    .split("\n")
    .map((line) => encodeLine({ ...(decodeLine(line) as object), date: "2031-01-01T00:00:00.000Z" }));
  writeFileSync(log, later.join(""));
  const before = Object.keys(postsIn(place.content));
  await articles("run", place, installed, ROOT);
  expect(
    reportOf(place)
      .notes.map(({ text }) => text)
      .join("\n"),
  ).toMatch(/it went back/);
  const ids = Object.values(postsIn(place.content)).map((text) => /^ {2}id: (.+)$/m.exec(text)?.[1]);
  expect(new Set(ids).size).toBe(ids.length);
  expect(Object.keys(postsIn(place.content))).toEqual(expect.arrayContaining(before));
});

test.each([
  [{ articlesPerRun: 0 }, "articlesPerRun"],
  [{ sources: [{ type: "feed", url: "file:///etc/passwd" }] }, "sources.0.url"],
  [{ sources: [{ type: "telepathy" }] }, "sources.0.type"],
  [{ minWords: 500, maxWords: 100 }, "minWords"],
  [{ qualityTreshold: 0.4 }, "qualityTreshold"],
])("the configuration %j is refused with the setting's name", async (settings, name) => {
  const config = join(temporaryFolder(), "config.json");
  writeFileSync(config, JSON.stringify(settings));
  const { code, stderr } = await articles("run", newPlace(), ["--config", config]);
  expect(code).toBe(2);
  expect(stderr).toContain(`option "${name}"`);
});
