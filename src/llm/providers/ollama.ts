/** Ollama, through its OpenAI-compatible door. */
import { chatProvider } from "./openai-chat.js";

export const ollama = chatProvider({
  name: "ollama",
  baseUrl: "http://127.0.0.1:11434/v1",
  keyVariables: [],
  keyRequired: false,
  seedField: "seed",
});
