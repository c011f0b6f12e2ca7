/** A vLLM server (`vllm serve`). */
import { chatProvider } from "./openai-chat.js";

export const vllm = chatProvider({
  name: "vllm",
  baseUrl: "http://127.0.0.1:8000/v1",
  keyVariables: ["VLLM_API_KEY"],
  keyRequired: false,
  seedField: "seed",
});
