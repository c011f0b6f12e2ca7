/** xAI. */
import { chatProvider } from "./openai-chat.js";

export const xai = chatProvider({
  name: "xai",
  baseUrl: "https://api.x.ai/v1",
  keyVariables: ["XAI_API_KEY"],
  seedField: "seed",
});
