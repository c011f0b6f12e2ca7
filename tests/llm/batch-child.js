/** A batch in a process that will be killed. Needs the built package. */
import { createLLM } from "../../dist/llm/index.js";

const [baseUrl, checkpoint, count] = process.argv.slice(2);
const llm = createLLM({
  provider: "openai",
  model: "gpt-4o-mini",
  apiKey: "sk-child-key",
  baseUrl,
  maxConcurrent: 8,
});
const prompts = Array.from({ length: Number(count) }, (_, index) => `p${index}`);
for await (const { index } of llm.map(prompts, { checkpoint })) process.send(index);
