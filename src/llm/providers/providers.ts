/** Every provider by name. */
import { anthropic } from "./anthropic.js";
import { cerebras } from "./cerebras.js";
import { cohere } from "./cohere.js";
import { compatible } from "./compatible.js";
import { deepseek } from "./deepseek.js";
import { gemini } from "./gemini.js";
import { groq } from "./groq.js";
import { llamacpp } from "./llamacpp.js";
import { lmstudio } from "./lmstudio.js";
import { mistral } from "./mistral.js";
import { ollama } from "./ollama.js";
import { openai } from "./openai.js";
import { openaiResponses } from "./openai-responses.js";
import { openrouter } from "./openrouter.js";
import type { Provider } from "./provider.js";
import { sambanova } from "./sambanova.js";
import { together } from "./together.js";
import { vllm } from "./vllm.js";
import { xai } from "./xai.js";

const PROVIDERS: ReadonlyMap<string, Provider> = new Map(
  [
    anthropic,
    cerebras,
    cohere,
    compatible,
    deepseek,
    gemini,
    groq,
    llamacpp,
    lmstudio,
    mistral,
    ollama,
    openai,
    openaiResponses,
    openrouter,
    sambanova,
    together,
    vllm,
    xai,
  ].map((provider) => [provider.name, provider]),
);

/** Names that `provider` takes, besides `local`. */
export const PROVIDER_NAMES: readonly string[] = [...PROVIDERS.keys()];

export function providerNamed(name: string): Provider | undefined {
  return PROVIDERS.get(name);
}
