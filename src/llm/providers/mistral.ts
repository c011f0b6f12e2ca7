/** Mistral. Refuses fields it does not know, so `stream_options` and `reasoning_effort` stay out. */
import { chatProvider } from "./openai-chat.js";

export const mistral = chatProvider({
  name: "mistral",
  baseUrl: "https://api.mistral.ai/v1",
  keyVariables: ["MISTRAL_API_KEY"],
  streamOptions: false,
  requiredToolChoice: "any",
  seedField: "random_seed",
  reasoningEffort: false,
});
