/** Any other server that speaks chat completions: `baseUrl` says where. */
import { chatProvider } from "./openai-chat.js";

export const compatible = chatProvider({
  name: "compatible",
  baseUrl: "",
  keyVariables: ["OPENAI_COMPATIBLE_API_KEY"],
  keyRequired: false,
  seedField: "seed",
});
