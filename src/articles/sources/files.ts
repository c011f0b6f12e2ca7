/** Local files: Markdown, one item each, or JSON lines. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, extname, join, relative, resolve } from "node:path";
import type { SourceOptions } from "../config.js";
import { SourceFailed } from "../errors.js";
import type { Collected } from "../model.js";
import { normalizeAddress } from "./address.js";
import type { CollectContext } from "./source.js";

const DEFAULT_MOST = 200;
const MAX_BYTES = 2_000_000;
const MARKDOWN = new Set([".md", ".markdown", ".mdx"]);

/** @throws SourceFailed when there is no such file or folder */
export function collectFiles(
  options: Extract<SourceOptions, { readonly type: "files" }>,
  name: string,
  context: CollectContext,
): readonly Collected[] {
  const root = resolve(context.cwd, options.path);
  const items: Collected[] = [];
  for (const path of filesUnder(root, name)) {
    if (items.length >= (options.most ?? DEFAULT_MOST)) break;
    const text = readText(path, context);
    if (text === undefined) continue;
    if (extname(path) === ".jsonl" || extname(path) === ".ndjson")
      items.push(...lines(text, path, name, context));
    else items.push(markdown(text, path, root, name));
  }
  return items.slice(0, options.most ?? DEFAULT_MOST);
}

function filesUnder(root: string, name: string): readonly string[] {
  try {
    if (statSync(root).isFile()) return [root];
    return readdirSync(root, { recursive: true, encoding: "utf8" })
      .filter(
        (path) => MARKDOWN.has(extname(path)) || extname(path) === ".jsonl" || extname(path) === ".ndjson",
      )
      .filter((path) => !path.split(/[/\\]/).some((part) => part === "node_modules" || part.startsWith(".")))
      .sort()
      .map((path) => join(root, path));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new SourceFailed(name, `${root} cannot be read (${code ?? String(error)})`);
  }
}

function readText(path: string, { stage }: CollectContext): string | undefined {
  try {
    if (statSync(path).size > MAX_BYTES) {
      stage.note(`${path} is larger than ${MAX_BYTES / 1e6} MB and was left out`);
      return undefined;
    }
    return readFileSync(path, "utf8");
  } catch (error) {
    stage.note(`${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
    return undefined;
  }
}

function markdown(text: string, path: string, root: string, name: string): Collected {
  const body = text.replace(/^---\r?\n[\s\S]*?\r?\n---\r?\n/, "");
  const title = /^#\s+(.+)$/m.exec(body)?.[1]?.trim() ?? basename(path, extname(path)).replace(/[-_]+/g, " ");
  const digest = createHash("sha256").update(body).digest("hex").slice(0, 16);
  return {
    id: `${name}:${relative(root, path) || basename(path)}`,
    source: name,
    kind: /```/.test(body) && /^#{2,}/m.test(body) ? "guide" : "post",
    title,
    group: path,
    edition: digest,
    url: "",
    path,
    text: body,
  };
}

/** One item a line: `{"title", "text", "url"?, "date"?, "author"?, "points"?, "id"?}`. */
function lines(text: string, path: string, name: string, { stage }: CollectContext): readonly Collected[] {
  const items: Collected[] = [];
  text.split("\n").forEach((line, index) => {
    if (line.trim() === "") return;
    let value: Record<string, unknown>;
    try {
      value = JSON.parse(line) as Record<string, unknown>;
    } catch {
      stage.note(`${path}:${index + 1} is not JSON and was left out`);
      return;
    }
    const field = (key: string) => (typeof value?.[key] === "string" ? (value[key] as string) : "");
    const title = field("title").trim();
    if (title === "") {
      stage.note(`${path}:${index + 1} has no title and was left out`);
      return;
    }
    const url = normalizeAddress(field("url")) ?? "";
    const identity = field("id") || url || createHash("sha256").update(line).digest("hex").slice(0, 16);
    items.push({
      id: `${name}:${identity}`,
      source: name,
      kind: "post",
      title: title.slice(0, 300),
      group: url === "" ? `${path}#${identity}` : new URL(url).host,
      edition: url || identity,
      url,
      path,
      text: field("text"),
      ...(field("date") === "" ? {} : { date: field("date") }),
      ...(field("author") === "" ? {} : { author: field("author") }),
      ...(typeof value.points === "number" ? { points: value.points } : {}),
    });
  });
  return items;
}
