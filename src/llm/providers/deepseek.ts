/** DeepSeek. JSON mode without schemas; cache hits are counted in a field of its own. */
import { chatProvider } from "./openai-chat.js";

export const deepseek = chatProvider({
  name: "deepseek",
  baseUrl: "https://api.deepseek.com",
  keyVariables: ["DEEPSEEK_API_KEY"],
  structured: "json",
  reasoningEffort: false,
});
