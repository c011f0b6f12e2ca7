/** What was published: an append-only file with checksums, read at the start of a run. */
import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { decodeLine, encodeLine } from "../pipeline/index.js";
import type { Published } from "./model.js";

const DAY_MS = 86_400_000;

export class History {
  readonly #path: string;
  readonly #entries = new Map<string, Published>();
  /** Lines that did not fit their checksum and were left out. */
  readonly damagedLines: number;

  constructor(state: string) {
    this.#path = join(state, "published.log");
    let text = "";
    try {
      text = readFileSync(this.#path, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
    let damaged = 0;
    for (const line of text.split("\n")) {
      if (line === "") continue;
      const entry = decodeLine(line) as Published | undefined;
      if (entry === undefined) damaged++;
      else this.#entries.set(entry.id, entry);
    }
    this.damagedLines = damaged;
  }

  get entries(): readonly Published[] {
    return [...this.#entries.values()];
  }

  find(id: string): Published | undefined {
    return this.#entries.get(id);
  }

  /** Whether this edition of the story was published. */
  has(id: string, signature: string): boolean {
    return this.#entries.get(id)?.signature === signature;
  }

  /**
   * When a package or site was last written about, in days before `now`; undefined when never. An article of the
   * future (the clock went back) counts as one of today.
   */
  daysSince(group: string, now: number): number | undefined {
    let latest: number | undefined;
    for (const { groups, date } of this.#entries.values()) {
      const time = Date.parse(date);
      if (groups.includes(group) && Number.isFinite(time)) latest = Math.max(latest ?? time, time);
    }
    return latest === undefined ? undefined : Math.max(0, (now - latest) / DAY_MS);
  }

  /** Articles whose date lies after `now`: the clock was ahead when they were published, or is behind now. */
  fromTheFuture(now: number): readonly Published[] {
    return this.entries.filter(({ date }) => Date.parse(date) > now);
  }

  /** Adds an article, once: the same one again changes nothing. */
  add(entry: Published): void {
    const known = this.#entries.get(entry.id);
    if (known !== undefined && known.signature === entry.signature && known.path === entry.path) {
      if (JSON.stringify(known) === JSON.stringify(entry)) return;
    }
    mkdirSync(dirname(this.#path), { recursive: true });
    appendFileSync(this.#path, encodeLine(entry));
    this.#entries.set(entry.id, entry);
  }
}
