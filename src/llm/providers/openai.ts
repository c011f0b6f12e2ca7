/** OpenAI, chat completions. */
import { chatProvider } from "./openai-chat.js";

export const openai = chatProvider({
  name: "openai",
  baseUrl: "https://api.openai.com/v1",
  keyVariables: ["OPENAI_API_KEY"],
  // The older name is refused by reasoning models.
  maxTokensField: "max_completion_tokens",
  seedField: "seed",
});
