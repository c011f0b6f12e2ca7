/** Cerebras Inference. */
import { chatProvider } from "./openai-chat.js";

export const cerebras = chatProvider({
  name: "cerebras",
  baseUrl: "https://api.cerebras.ai/v1",
  keyVariables: ["CEREBRAS_API_KEY"],
  maxTokensField: "max_completion_tokens",
  seedField: "seed",
});
