/**
 * What a rule is. Each rule is one file beside this one; its page in the documentation and its basic tests are made
 * from the texts in it, and `nogil check --explain` prints them.
 */
import type { Target } from "../target.js";
import type { RuleContext } from "./context.js";
import type { RuleDescription } from "./description.js";

export interface Rule extends RuleDescription {
  /** False for a target on which it does not happen; every target if absent. */
  readonly appliesTo?: (target: Target) => boolean;
  /** For which target the unsafe example is found, where it is harmless on the default one. */
  readonly exampleTarget?: string;
  /** Reports what it finds to the context. Called once for each project. */
  readonly match: (context: RuleContext) => void;
}
