/** Groq. Schemas are taken by some of its models only, JSON mode by all. */
import { chatProvider } from "./openai-chat.js";

export const groq = chatProvider({
  name: "groq",
  baseUrl: "https://api.groq.com/openai/v1",
  keyVariables: ["GROQ_API_KEY"],
  maxTokensField: "max_completion_tokens",
  structured: "json",
  seedField: "seed",
  // Reports usage in its own `x_groq` field, also without being asked.
  streamOptions: false,
});
