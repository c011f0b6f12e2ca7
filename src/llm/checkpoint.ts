/**
 * The file that lets a batch go on after a kill: one JSON line per finished input, written before the
 * result is handed out. A line the kill cut in half is dropped when the file is opened again.
 */
import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { InvalidOption } from "../errors.js";

const FORMAT = "nogil-llm-map 1";

interface Header {
  readonly format: string;
  readonly model: string;
}

/** A finished input as it stands in the file. */
export interface CheckpointLine {
  readonly key: string;
  readonly ok: boolean;
  /** US dollars spent for it. */
  readonly cost: number;
  readonly tokens: number;
  /** The answer without its `raw` body. */
  readonly response?: unknown;
  readonly error?: string;
}

/** What names an input: its content, and how often the same content came before. */
export class InputKeys {
  readonly #seen = new Map<string, number>();

  keyOf(content: unknown): string {
    const hash = createHash("sha256")
      .update(JSON.stringify(content, bytesAsText))
      .digest("base64url")
      .slice(0, 22);
    const count = this.#seen.get(hash) ?? 0;
    this.#seen.set(hash, count + 1);
    return count === 0 ? hash : `${hash}.${count}`;
  }
}

function bytesAsText(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value;
}

export class Checkpoint {
  /** Answers of earlier runs by key. */
  readonly done: ReadonlyMap<string, unknown>;
  /** US dollars and tokens of earlier runs, failed calls too. */
  readonly spent: { readonly usd: number; readonly tokens: number };
  readonly #file: FileHandle;
  #pending: string[] = [];
  #writing: Promise<void> | undefined;

  private constructor(file: FileHandle, done: Map<string, unknown>, spent: { usd: number; tokens: number }) {
    this.#file = file;
    this.done = done;
    this.spent = spent;
  }

  /**
   * Opens or creates the file.
   * @throws InvalidOption when it belongs to another model or is something else.
   */
  static async open(path: string, model: string): Promise<Checkpoint> {
    const file = await open(path, "a+");
    try {
      const text = await file.readFile("utf8");
      const whole = text.slice(0, text.lastIndexOf("\n") + 1);
      if (whole.length !== text.length) await file.truncate(Buffer.byteLength(whole));
      const [first, ...lines] = whole.split("\n").filter((line) => line !== "");
      if (first === undefined) {
        await file.appendFile(`${JSON.stringify({ format: FORMAT, model } satisfies Header)}\n`);
      } else checkHeader(path, first, model);
      const done = new Map<string, unknown>();
      const spent = { usd: 0, tokens: 0 };
      for (const text of lines) {
        const line = JSON.parse(text) as CheckpointLine;
        spent.usd += line.cost;
        spent.tokens += line.tokens;
        if (line.ok) done.set(line.key, line.response);
      }
      return new Checkpoint(file, done, spent);
    } catch (error) {
      await file.close();
      throw error instanceof SyntaxError
        ? new InvalidOption(
            "checkpoint",
            path,
            `a file of finished inputs; it has a line that is not JSON (${error.message})`,
          )
        : error;
    }
  }

  /** Resolves when the line is with the operating system: a killed process does not lose it. */
  append(line: CheckpointLine): Promise<void> {
    this.#pending.push(`${JSON.stringify(line)}\n`);
    // Lines that come while a write is on its way go out together in the next.
    this.#writing ??= this.#flush();
    return this.#writing;
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#file.close();
  }

  async #flush(): Promise<void> {
    try {
      while (this.#pending.length > 0) {
        const lines = this.#pending;
        this.#pending = [];
        await this.#file.appendFile(lines.join(""));
      }
    } finally {
      this.#writing = undefined;
    }
  }
}

function checkHeader(path: string, line: string, model: string): void {
  let header: Partial<Header> | undefined;
  try {
    header = JSON.parse(line) as Partial<Header>;
  } catch {
    header = undefined;
  }
  if (header?.format !== FORMAT)
    throw new InvalidOption("checkpoint", path, "a file that nogil wrote, or a new one");
  if (header.model !== model) {
    throw new InvalidOption("checkpoint", path, `a file of model ${model}; this one is of ${header.model}`);
  }
}
