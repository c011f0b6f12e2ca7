/** A llama.cpp server (`llama-server`). */
import { chatProvider } from "./openai-chat.js";

export const llamacpp = chatProvider({
  name: "llamacpp",
  baseUrl: "http://127.0.0.1:8080/v1",
  keyVariables: ["LLAMA_API_KEY"],
  keyRequired: false,
  seedField: "seed",
});
