/** OpenRouter. Says what each answer cost when asked; its errors may come with status 200. */
import { chatProvider } from "./openai-chat.js";

export const openrouter = chatProvider({
  name: "openrouter",
  baseUrl: "https://openrouter.ai/api/v1",
  keyVariables: ["OPENROUTER_API_KEY"],
  seedField: "seed",
  body: { usage: { include: true } },
});
