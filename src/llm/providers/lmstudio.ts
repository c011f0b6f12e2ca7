/** LM Studio, its local server. */
import { chatProvider } from "./openai-chat.js";

export const lmstudio = chatProvider({
  name: "lmstudio",
  baseUrl: "http://127.0.0.1:1234/v1",
  keyVariables: [],
  keyRequired: false,
  seedField: "seed",
});
