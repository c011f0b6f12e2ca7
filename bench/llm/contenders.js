/** The same two questions, asked through each library. Every contender gets the same address and key. */
import { createRequire } from "node:module";

const messages = [{ role: "user", content: "Say something." }];
const apiKey = "sk-bench-0000000000";
const unlimited = Number.POSITIVE_INFINITY;

export const CONTENDERS = {
  async nogil(baseUrl) {
    const { createLLM } = await import("../../dist/llm/index.js");
    const clients = new Map();
    const client = (model) => {
      if (!clients.has(model)) {
        const budget = { usd: unlimited, tokens: unlimited };
        clients.set(
          model,
          createLLM({ provider: "compatible", model, baseUrl, apiKey, budget, maxConcurrent: 4096 }),
        );
      }
      return clients.get(model);
    };
    return {
      ask: async (model, signal) =>
        (await client(model).complete(messages, signal ? { signal } : {})).text.length,
      read: async (model) => {
        let chunks = 0;
        for await (const event of client(model).stream(messages)) if (event.type === "text") chunks++;
        return chunks;
      },
    };
  },

  async undici(baseUrl) {
    // The version that nogil uses, not one that a peer brought along.
    const { Pool } = createRequire(new URL("../../package.json", import.meta.url))("undici");
    const url = new URL(baseUrl);
    const pool = new Pool(url.origin);
    const send = (model, stream, signal) =>
      pool.request({
        path: `${url.pathname}/chat/completions`,
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${apiKey}` },
        body: JSON.stringify({ model, messages, ...(stream ? { stream: true } : {}) }),
        ...(signal ? { signal } : {}),
      });
    return {
      ask: async (model, signal) => {
        const { body } = await send(model, false, signal);
        return (await body.json()).choices[0].message.content.length;
      },
      // The floor reads the bytes and counts events; it does not parse them.
      read: async (model) => {
        const { body } = await send(model, true);
        let chunks = 0;
        for await (const _chunk of body) chunks++;
        return chunks;
      },
    };
  },

  async fetch(baseUrl) {
    const send = (model, stream, signal) =>
      fetch(`${baseUrl}/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${apiKey}` },
        body: JSON.stringify({ model, messages, ...(stream ? { stream: true } : {}) }),
        signal,
      });
    return {
      ask: async (model, signal) =>
        (await (await send(model, false, signal)).json()).choices[0].message.content.length,
      read: async (model) => {
        let chunks = 0;
        for await (const _chunk of (await send(model, true)).body) chunks++;
        return chunks;
      },
    };
  },

  async openai(baseUrl) {
    const { default: OpenAI } = await import("openai");
    const client = new OpenAI({ apiKey, baseURL: baseUrl, maxRetries: 2 });
    return {
      ask: async (model, signal) =>
        (await client.chat.completions.create({ model, messages }, { signal })).choices[0].message.content
          .length,
      read: async (model) => {
        let chunks = 0;
        const stream = await client.chat.completions.create({ model, messages, stream: true });
        for await (const event of stream) if (event.choices[0]?.delta?.content) chunks++;
        return chunks;
      },
    };
  },

  async ai(baseUrl) {
    const { generateText, streamText } = await import("ai");
    const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible");
    const provider = createOpenAICompatible({ name: "bench", apiKey, baseURL: baseUrl });
    return {
      ask: async (model, signal) =>
        (await generateText({ model: provider(model), messages, abortSignal: signal })).text.length,
      read: async (model) => {
        let chunks = 0;
        const { textStream } = streamText({ model: provider(model), messages });
        for await (const _text of textStream) chunks++;
        return chunks;
      },
    };
  },
};
