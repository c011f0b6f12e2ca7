/**
 * Ask one model many questions: answers as they come, the price at the end.
 *
 * node examples/llm/questions.js ollama/llama3.2
 */
import { createLLM } from "nogil/llm";

const llm = createLLM(process.argv[2] ?? "ollama/llama3.2", { maxConcurrent: 8, budget: { usd: 1 } });
const words = ["interpreter", "thread", "lock", "queue", "race"];
const questions = words.map((word) => `Explain "${word}" in one sentence.`);

for await (const result of llm.map(questions, { ordered: false, maxTokens: 80 })) {
  const word = words[result.index];
  if (result.ok) console.log(`${word}: ${result.response.text.trim()}`);
  else console.error(`${word}: ${result.error.message}`);
}
const { budget, attempts } = llm.stats();
console.error(`${attempts} requests, $${budget.spentUsd.toFixed(4)}, ${budget.spentTokens} tokens`);
