/** The `read` stage: what can be known of one item by itself, all of it Python on the pool. */
import { callPython, type Dropped, drop, type PythonCalls, type StageContext } from "../pipeline/index.js";
import type { Config } from "./config.js";
import type { Collected, Enriched, Measures, Release, Sentence } from "./model.js";

const DAY_MS = 86_400_000;
/** Longer texts are judged by their beginning. */
const MOST_CHARACTERS = 60_000;
const HIGHLIGHTS = 6;

export async function read(
  item: Collected,
  pool: PythonCalls,
  config: Config,
  context: StageContext,
): Promise<Enriched | Dropped> {
  const call = <T>(name: string, ...args: readonly unknown[]) => callPython<T>(pool, name, args, context);
  const isMarkdown = item.kind !== "post" || item.path !== undefined;
  const text = isMarkdown ? item.text : await call<string>("plain_text", item.text);
  if (item.kind === "changelog") {
    const releases = await call<readonly Release[]>("changelog", text);
    if (releases.length === 0) return drop("its changelog lists no releases");
    return { ...item, text: "", releases, measures: NOT_MEASURED, sketch: [], highlights: [] };
  }
  const start = text.slice(0, MOST_CHARACTERS);
  const age = item.date === undefined ? null : (context.startedAt - Date.parse(item.date)) / DAY_MS;
  const [measures, sketch, highlights] = await Promise.all([
    call<Measures>("measure", start, item.title, item.points ?? 0, Number.isFinite(age) ? age : null),
    call<readonly number[]>("sketch", `${item.title} ${start}`),
    call<readonly Sentence[]>("rank", [start], HIGHLIGHTS, item.title),
  ]);
  if (!config.languages.includes(measures.language)) {
    return drop(`its language is ${measures.language}, not one of ${config.languages.join(", ")}`);
  }
  return { ...item, text: start, releases: [], measures, sketch, highlights };
}

const NOT_MEASURED: Measures = { language: "en", words: 0, ease: null, topics: [], score: 0, parts: {} };
