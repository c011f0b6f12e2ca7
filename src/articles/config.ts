/** The configuration of the article pipeline: every setting, its default, and how a wrong one is refused. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import { describe, InvalidOption } from "../errors.js";

/** The file that is read when none is named. */
export const CONFIG_FILE = "articles.config.json";

const name = z
  .string()
  .regex(/^[\w.-]+$/, "letters, digits, dots and dashes")
  .optional();
const address = z.url({ protocol: /^https?$/, error: "an http or https address" });
const most = z.int().min(1).max(500).optional();

const source = z.discriminatedUnion("type", [
  /** RSS or Atom. */
  z.strictObject({ type: z.literal("feed"), name, url: address, most }),
  /** Stories of Hacker News: a search, or the front page. */
  z.strictObject({
    type: z.literal("hacker-news"),
    name,
    query: z.string().optional(),
    url: address.optional(),
    most,
  }),
  /** Releases of a GitHub repository. */
  z.strictObject({
    type: z.literal("github-releases"),
    name,
    repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'a repository such as "nodejs/node"'),
    url: address.optional(),
    most,
  }),
  z.strictObject({
    type: z.literal("reddit"),
    name,
    subreddit: z.string().regex(/^\w+$/, "the name of a subreddit"),
    url: address.optional(),
    most,
  }),
  /** Posts with a hashtag on one server. */
  z.strictObject({
    type: z.literal("mastodon"),
    name,
    server: address,
    tag: z.string().regex(/^\w+$/, "a hashtag without #"),
    most,
  }),
  /** Markdown files, or JSON lines with `title`, `text`, `url`, `date`. */
  z.strictObject({ type: z.literal("files"), name, path: z.string().min(1), most }),
  /** Changelogs and guides of installed packages: a `node_modules` or a `site-packages` folder. */
  z.strictObject({ type: z.literal("installed"), name, path: z.string().min(1), most }),
]);

export type SourceOptions = z.output<typeof source>;

const DAY = z.number("a number of days, 0 or more").min(0, "a number of days, 0 or more");
const USD = z.number("US dollars, 0 or more").min(0, "US dollars, 0 or more");
const WORDS = z.int("a whole number of words").min(1, "a whole number of words");
const SHARE = z.number("a number from 0 to 1").min(0, "a number from 0 to 1").max(1, "a number from 0 to 1");
const LIMIT = z.int("a whole number, 1 or more").min(1, "a whole number, 1 or more");
const FOLDER = z.string("the path of a folder").min(1, "the path of a folder");

const schema = z.strictObject({
  /** Articles of one run at most. */
  articlesPerRun: LIMIT.default(3),
  /** Stories and articles below it are left out, 0 to 1. */
  qualityThreshold: SHARE.default(0.5),
  /** Days before a package or site is written about again. */
  sourceCooldownDays: DAY.default(7),
  /** Words of an article: fewer, or more, are not published. */
  minWords: WORDS.default(100),
  maxWords: WORDS.default(2_000),
  /** US dollars that language models may cost. */
  maxCostPerRun: USD.default(1),
  maxCostPerArticle: USD.default(0.25),
  /** Where articles are written. */
  content: FOLDER.default("content/posts"),
  /** Where the pipeline keeps what it must remember. */
  state: FOLDER.default(".nogil/articles"),
  sources: z.array(source, "a list of sources").default([]),
  /** ISO 639-1 codes; what is written in others is left out. */
  languages: z.array(z.string()).min(1).default(["en"]),
  /** `provider/model`; without one, articles are made of sentences of their sources. */
  model: z
    .string()
    .regex(/^[^/]+\/.+$/, 'a model such as "openai/gpt-4o-mini"')
    .optional(),
  /** Where the model's protocol is spoken, for a server of your own. */
  baseUrl: address.optional(),
  /** How a model writes. */
  voice: z.enum(["plain", "friendly", "terse"], '"plain", "friendly" or "terse"').default("plain"),
  temperature: z.number().min(0).max(2).default(0),
  /** Ask the model for a score of each story, too. */
  scoreByModel: z.boolean("true or false").default(false),
  /** Ask the model to review each article; a "no" has it written again. */
  review: z.boolean("true or false").default(false),
  /** Times an article that does not pass is written again. */
  regenerations: z.int().min(0).max(2, "0, 1 or 2").default(2),
  /** Pictures and diagrams of an article at most. */
  figures: z.int().min(0).max(5).default(2),
  /** Look whether links on the web answer; never offline. */
  checkLinks: z.boolean("true or false").default(true),
  /** One git commit with what was published. */
  commit: z.boolean("true or false").default(false),
  /** Also write a page that lists the articles of the last seven days. */
  digest: z.boolean("true or false").default(false),
  /** Requests a second to one server. */
  requestsPerSecond: z.number().gt(0).max(100).default(2),
  /** Things at once, by stage. */
  limits: z
    .strictObject({
      collect: LIMIT.default(8),
      read: LIMIT.default(8),
      generate: LIMIT.default(8),
      illustrate: LIMIT.default(4),
      check: LIMIT.default(8),
      publish: LIMIT.default(4),
    })
    .prefault({}),
});

/** What a configuration file may hold. */
export type ConfigOptions = z.input<typeof schema>;
/** Every setting with its value. */
export type Config = z.output<typeof schema>;

/** @throws InvalidOption naming the setting, its value and what is allowed */
export function checkConfig(options: unknown): Config {
  const result = schema.safeParse(options);
  if (result.success) {
    const config = result.data;
    if (config.minWords > config.maxWords) {
      throw new InvalidOption("minWords", config.minWords, `at most maxWords = ${config.maxWords}`);
    }
    return config;
  }
  const issue = result.error.issues[0];
  const path = issue?.path ?? [];
  if (issue?.code === "unrecognized_keys") {
    throw new InvalidOption(
      [...path, issue.keys[0] ?? ""].join("."),
      "given",
      "no such setting (docs/articles.md)",
    );
  }
  const value = path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown>)?.[key], options);
  throw new InvalidOption(path.join(".") || "configuration", value, issue?.message ?? "an object");
}

/**
 * Reads a configuration file.
 *
 * @throws InvalidOption when it cannot be read, is not JSON or holds a wrong setting
 */
export function readConfig(path: string, cwd: string): ConfigOptions {
  const file = resolve(cwd, path);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InvalidOption("config", path, `a file that can be read (${code ?? describe(error)})`);
  }
  try {
    return JSON.parse(text) as ConfigOptions;
  } catch (error) {
    throw new InvalidOption("config", path, `a file of JSON (${(error as Error).message})`);
  }
}

/** The name of a source in reports. */
export function nameOf(options: SourceOptions): string {
  if (options.name !== undefined) return options.name;
  switch (options.type) {
    case "feed":
      return new URL(options.url).host;
    case "hacker-news":
      return "hacker-news";
    case "github-releases":
      return options.repository;
    case "reddit":
      return `r/${options.subreddit}`;
    case "mastodon":
      return `${new URL(options.server).host}#${options.tag}`;
    default:
      return options.path;
  }
}

/** Whether a source is files of this machine. */
export function isLocal(options: SourceOptions): boolean {
  return options.type === "files" || options.type === "installed";
}
