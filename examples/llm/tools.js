/**
 * A model that calls functions of this file, streamed to the terminal.
 *
 * node examples/llm/tools.js openai/gpt-4o-mini
 */
import { createLLM, defineTool } from "nogil/llm";
import { z } from "zod";

const stock = { bolts: 120, nuts: 80, washers: 0 };

const lookUp = defineTool({
  name: "look_up",
  description: "How many pieces of an article are in stock.",
  parameters: z.object({ article: z.enum(["bolts", "nuts", "washers"]) }),
  execute: ({ article }) => ({ article, pieces: stock[article] }),
});

const llm = createLLM(process.argv[2] ?? "openai/gpt-4o-mini", { budget: { usd: 0.1 } });
const stream = llm.stream("Which of bolts, nuts and washers must be ordered?", { tools: [lookUp] });
for await (const event of stream) {
  if (event.type === "text") process.stdout.write(event.text);
  else if (event.type === "tool-result")
    console.error(`[${event.run.name} ${JSON.stringify(event.run.args)}]`);
}
const { cost, toolRuns } = await stream.response;
console.error(
  `\n${toolRuns.length} tool calls, ${cost === undefined ? "price unknown" : `$${cost.toFixed(6)}`}`,
);
