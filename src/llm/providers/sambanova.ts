/** SambaNova Cloud. */
import { chatProvider } from "./openai-chat.js";

export const sambanova = chatProvider({
  name: "sambanova",
  baseUrl: "https://api.sambanova.ai/v1",
  keyVariables: ["SAMBANOVA_API_KEY"],
  structured: "json",
});
