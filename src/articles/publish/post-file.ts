/**
 * The `publish` stage: an article becomes a file, at once or not at all, and once. The same article published again
 * (a run that was killed here) finds its own file and replaces it by the same text.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type Dropped, drop, type StageContext } from "../../pipeline/index.js";
import { fileReason, PublishFailed } from "../errors.js";
import type { History } from "../history.js";
import type { Checked, Published } from "../model.js";
import { idOf } from "./front-matter.js";
import { makePage, type PageImage } from "./page.js";

export interface PublishOptions {
  /** Absolute path of the folder. */
  readonly content: string;
  readonly history: History;
  readonly dryRun: boolean;
  /** Publish an article again that was published: the old file goes when the new one stands. */
  readonly replace: boolean;
}

/** @throws PublishFailed */
export function publish(
  checked: Checked,
  options: PublishOptions,
  context: StageContext,
): Published | Dropped {
  const { content, history, dryRun, replace } = options;
  const { draft, verdict } = checked;
  const { story, slug, signature, day, items } = draft.brief;
  const date = new Date(context.startedAt);
  const path = placeFor(join(content, `${day}-${slug}`), story.id, context);
  const entry: Published = {
    id: story.id,
    signature,
    form: story.form,
    title: draft.title,
    summary: draft.summary,
    path,
    groups: [...new Set(items.map(({ group }) => group))],
    date: date.toISOString(),
    words: verdict.words,
    score: verdict.score,
    figures: draft.figures.length,
    citations: draft.citations.length,
    generator: draft.generator,
  };
  const before = history.find(story.id);
  if (before?.signature === signature && before.path !== path && !replace) return drop("it was published");
  const page = makePage(checked, path, date);
  if (dryRun) return entry;
  writePost(path, page.text, page.images);
  history.add(entry);
  if (before !== undefined && before.path !== path && replace) removePost(before.path, story.id);
  return entry;
}

/** The first free name; a file that holds this very article counts as free. */
function placeFor(stem: string, id: string, context: StageContext): string {
  for (let number = 1; ; number++) {
    const path = `${stem}${number === 1 ? "" : `-${number}`}.md`;
    let post: string;
    try {
      post = readFileSync(path, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return path;
      throw new PublishFailed(path, fileReason(error), { cause: error });
    }
    const holder = idOf(post);
    if (holder === id) return path;
    if (holder === null) context.note(`${path} has a broken front matter; it was left as it is`);
  }
}

function writePost(path: string, text: string, images: readonly PageImage[]): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    // The page last: whoever sees it finds its pictures.
    for (const { name, content } of images) writeAtOnce(join(dirname(path), name), content);
    writeAtOnce(path, text);
  } catch (error) {
    throw new PublishFailed(path, fileReason(error), { cause: error });
  }
}

/** Whoever looks sees the old file or the new one, never a half. */
export function writeAtOnce(path: string, text: string): void {
  // One name for one file: what a kill leaves behind is used up by the run that goes on.
  const temporary = join(dirname(path), `.${basename(path)}.tmp`);
  try {
    writeFileSync(temporary, text, { flush: true });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function removePost(path: string, id: string): void {
  try {
    if (idOf(readFileSync(path, "utf8")) !== id) return;
  } catch {
    return;
  }
  rmSync(path, { force: true });
  for (const name of ["changes", "timeline", "dependencies"]) {
    rmSync(`${path.replace(/\.md$/, "")}-${name}.svg`, { force: true });
  }
}
