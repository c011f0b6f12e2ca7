import type { Citation } from "../model.js";

/** What a generator makes: an article without figures and footnotes. */
export interface Written {
  readonly title: string;
  readonly summary: string;
  readonly tags: readonly string[];
  /** Markdown with `[^n]` marks. */
  readonly body: string;
  readonly citations: readonly Citation[];
}
