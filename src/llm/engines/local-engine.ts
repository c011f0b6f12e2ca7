/**
 * A GGUF model in this process, through `node-llama-cpp` (an optional peer). Only the small part of that
 * package that is used here is described, so nothing of it is needed to build or to run without it.
 */
import { access } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { InvalidOption } from "../../errors.js";
import { PeerMissing, RequestRejected } from "../errors.js";
import type { ChatRequest } from "../messages.js";
import type { AttemptOptions, Engine } from "./engine.js";

const PEER: string = "node-llama-cpp";
/**
 * llama.cpp's threads wait for one another by spinning after every layer. When one of them has to share its
 * core, all stand still: with as many threads as cores a busy machine answers more than ten times slower.
 */
const THREADS = Math.max(1, availableParallelism() - 1);

interface ChatItem {
  readonly type: "system" | "user" | "model";
  readonly text?: string;
  readonly response?: readonly string[];
}

interface GenerationOptions {
  readonly signal: AbortSignal;
  readonly stopOnAbortSignal: false;
  readonly onTextChunk: (text: string) => void;
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly seed?: number;
  readonly customStopTriggers?: readonly string[];
  readonly grammar?: unknown;
}

interface ChatSession {
  setChatHistory(history: readonly ChatItem[]): void;
  promptWithMeta(
    text: string,
    options: GenerationOptions,
  ): Promise<{ readonly responseText: string; readonly stopReason: string }>;
  dispose(): void;
}

interface LlamaSequence {
  readonly tokenMeter: {
    getState(): { readonly usedInputTokens: number; readonly usedOutputTokens: number };
  };
  dispose(): void;
}

interface LlamaContext {
  getSequence(): LlamaSequence;
  dispose(): Promise<void>;
}

interface Llama {
  loadModel(options: { readonly modelPath: string }): Promise<LlamaModel>;
  createGrammarForJsonSchema(schema: unknown): Promise<unknown>;
}

interface LlamaModel {
  createContext(options: { readonly threads: number }): Promise<LlamaContext>;
  dispose(): Promise<void>;
}

/** The part of `node-llama-cpp` in use. */
export interface LlamaModule {
  getLlama(options?: { readonly build?: "never" }): Promise<Llama>;
  readonly LlamaChatSession: new (options: { readonly contextSequence: LlamaSequence }) => ChatSession;
}

interface Loaded {
  readonly llama: Llama;
  readonly model: LlamaModel;
  readonly context: LlamaContext;
  readonly module: LlamaModule;
}

export class LocalEngine implements Engine {
  readonly provider = "local";
  readonly baseUrl = "local:";
  readonly apiKey = "";
  readonly structured = "schema";
  #loaded: Promise<Loaded> | undefined;
  /** The context has one sequence: answers are made one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  /**
   * @param model path of the GGUF file.
   * @param load where the package comes from.
   */
  constructor(
    readonly model: string,
    private readonly load: () => Promise<LlamaModule> = loadPeer,
  ) {}

  attempt(request: ChatRequest, options: AttemptOptions): Promise<void> {
    const abort = new AbortController();
    let reason: Error | undefined;
    const stopped = new Promise<never>((_resolve, reject) => {
      options.onControl({
        abort: (error) => {
          reason = error;
          abort.abort(error);
          reject(error);
        },
        // Tokens are made here, one at a time; there is nothing to hold back.
        pause: () => {},
        resume: () => {},
      });
    });
    const answer = this.#turn.then(async () => {
      if (reason !== undefined) throw reason;
      await this.#generate(request, options, abort.signal);
    });
    this.#turn = answer.catch(() => {});
    return Promise.race([answer, stopped]);
  }

  async close(): Promise<void> {
    const loaded = await this.#loaded;
    this.#loaded = undefined;
    await loaded?.context.dispose();
    await loaded?.model.dispose();
  }

  async #generate(request: ChatRequest, options: AttemptOptions, signal: AbortSignal): Promise<void> {
    const fields = { provider: this.provider, model: this.model };
    if (request.tools.length > 0) {
      throw new RequestRejected("a model in this process takes no tools; use a llama.cpp server", fields);
    }
    this.#loaded ??= this.#open();
    // A file that was not there may be there next time.
    this.#loaded.catch(() => {
      this.#loaded = undefined;
    });
    const { llama, context, module } = await this.#loaded;
    const { history, prompt } = splitPrompt(request);
    const sequence = context.getSequence();
    const session = new module.LlamaChatSession({ contextSequence: sequence });
    const { into } = options;
    try {
      session.setChatHistory(history);
      options.onSent();
      const before = sequence.tokenMeter.getState();
      const { stopReason } = await session.promptWithMeta(prompt, {
        signal,
        stopOnAbortSignal: false,
        onTextChunk: (text) => into.addText(text),
        ...(request.maxTokens === undefined ? {} : { maxTokens: request.maxTokens }),
        ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
        ...(request.topP === undefined ? {} : { topP: request.topP }),
        ...(request.seed === undefined ? {} : { seed: request.seed }),
        ...(request.stop === undefined ? {} : { customStopTriggers: request.stop }),
        ...(request.output === undefined
          ? {}
          : { grammar: await llama.createGrammarForJsonSchema(request.output.schema) }),
      });
      const after = sequence.tokenMeter.getState();
      into.addUsage({
        input: after.usedInputTokens - before.usedInputTokens,
        output: after.usedOutputTokens - before.usedOutputTokens,
      });
      into.finishReason = stopReason === "maxTokens" ? "length" : "stop";
      into.ended = true;
    } finally {
      session.dispose();
      sequence.dispose();
    }
  }

  async #open(): Promise<Loaded> {
    await access(this.model).catch((error: unknown) => {
      throw new InvalidOption(
        "model",
        this.model,
        `the path of a GGUF file that can be read (${String(error)})`,
      );
    });
    const module = await this.load();
    const llama = await module.getLlama({ build: "never" });
    const model = await llama.loadModel({ modelPath: this.model });
    return { llama, model, context: await model.createContext({ threads: THREADS }), module };
  }
}

/** The last user message is the prompt, everything before it the history. */
function splitPrompt(request: ChatRequest): { history: ChatItem[]; prompt: string } {
  const messages = [...request.messages];
  const last = messages.at(-1);
  const prompt = last?.role === "user" ? textOf(last.content) : "";
  if (last?.role === "user") messages.pop();
  const history = messages.map((message): ChatItem => {
    if (message.role === "assistant") return { type: "model", response: [message.content] };
    return { type: message.role === "system" ? "system" : "user", text: textOf(message.content) };
  });
  return { history, prompt };
}

function textOf(content: string | readonly { readonly type: string; readonly text?: string }[]): string {
  return typeof content === "string" ? content : content.map((part) => part.text ?? "").join("");
}

async function loadPeer(): Promise<LlamaModule> {
  try {
    return (await import(PEER)) as LlamaModule;
  } catch (error) {
    throw new PeerMissing(PEER, "a GGUF model in this process", { cause: error });
  }
}
