/** The `check` stage: facts, links, gate; what does not pass is written again, twice at most. */
import { askModel, callPython, type StageContext } from "../../pipeline/index.js";
import { ArticleRejected } from "../errors.js";
import { type Generators, generate } from "../generate/index.js";
import type { Checked, Draft, Verdict } from "../model.js";
import { type FactFindings, judge } from "./gate.js";
import type { LinkChecker } from "./links.js";

export { LinkChecker } from "./links.js";

export interface CheckOptions extends Generators {
  readonly links: LinkChecker;
  readonly illustrate: (draft: Draft, context: StageContext) => Promise<Draft>;
}

/** @throws ArticleRejected when the last try does not pass either */
export async function check(first: Draft, options: CheckOptions, context: StageContext): Promise<Checked> {
  const { config, llm } = options;
  // Out of the same sentences comes the same article: only a model can write another one.
  const tries = llm === undefined ? 0 : config.regenerations;
  let draft = first;
  let spent = 0;
  const paying: StageContext = {
    ...context,
    paid: (usd) => {
      spent += usd;
      context.paid(usd);
    },
  };
  for (let generation = 1; ; generation++) {
    const verdict = await examine(draft, options, paying);
    if (verdict.reasons.length === 0) return { draft, verdict };
    if (generation > tries) throw new ArticleRejected(draft.title, verdict.reasons);
    if (spent >= config.maxCostPerArticle) {
      throw new ArticleRejected(draft.title, [
        ...verdict.reasons,
        `writing it again would go over the cap of $${config.maxCostPerArticle} an article`,
      ]);
    }
    context.note(`written again: ${verdict.reasons.join("; ")}`);
    draft = await options.illustrate(
      await generate(draft.brief, options, paying, generation + 1, verdict.reasons),
      context,
    );
  }
}

async function examine(draft: Draft, options: CheckOptions, context: StageContext): Promise<Verdict> {
  const { pool, links, config, llm } = options;
  const sources = draft.citations.map(({ text }) => text);
  const [facts, found] = await Promise.all([
    callPython<FactFindings>(pool, "verify", [draft.body, sources, llm === undefined], context),
    links.check(draft.citations, draft.body, context.signal),
  ]);
  const verdict = judge(draft, facts, found, config);
  if (!config.review || llm === undefined || verdict.reasons.length > 0) return verdict;
  const objection = await review(draft, options, context);
  return objection === undefined ? verdict : { ...verdict, reasons: [`the reviewer said: ${objection}`] };
}

/** A second opinion of the model; undefined when it has nothing against the article. */
async function review(
  draft: Draft,
  { llm }: CheckOptions,
  context: StageContext,
): Promise<string | undefined> {
  if (llm === undefined) return undefined;
  const prompt = [
    "You are an editor. Is this article coherent, correct by its sources and useful to a developer?",
    'Answer "yes", or "no: " and the one thing that must change.',
    `# ${draft.title}\n\n${draft.body}`,
    "Sources:",
    ...draft.citations.map(({ number, text }) => `[^${number}] ${text.slice(0, 2_000)}`),
  ].join("\n\n");
  const { text } = await askModel(llm, prompt, context, { temperature: 0, maxTokens: 200 });
  const answer = /^\W*no\b\W*([\s\S]*)$/i.exec(text.trim());
  return answer === null ? undefined : (answer[1] ?? "").trim().slice(0, 300) || "no";
}
