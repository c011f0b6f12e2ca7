/** Together AI. */
import { chatProvider } from "./openai-chat.js";

export const together = chatProvider({
  name: "together",
  baseUrl: "https://api.together.xyz/v1",
  keyVariables: ["TOGETHER_API_KEY"],
  seedField: "seed",
});
