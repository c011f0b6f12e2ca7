/** How a model is asked to write. */
import type { Config } from "../config.js";
import type { Form } from "../model.js";

export const VOICES: Readonly<Record<Config["voice"], string>> = {
  plain:
    "Write plain, exact English for experienced developers. Short sentences, no praise, no rhetorical questions.",
  friendly:
    "Write warm, clear English for developers who are new to the subject. Explain every term when it first comes up.",
  terse: "Write as briefly as possible: facts, numbers, consequences. No introduction and no closing words.",
};

export const FORMS: Readonly<Record<Form, string>> = {
  general:
    "Write an article about this one subject: what is new, why it matters to a developer, what to do about it.",
  integrative:
    "Write an article that brings the sources together: what they have in common, where they differ, what follows from all of them. Do not go through them one by one.",
  "how-to":
    "Write a how-to: what the reader will have at the end, then numbered steps, each with code where the source has code.",
};
