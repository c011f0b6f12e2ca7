/** Links: files must be there and have the line, addresses must answer, DOIs must resolve. */
import { existsSync, readFileSync } from "node:fs";
import type { Citation } from "../model.js";
import type { Fetcher } from "../sources/index.js";

const DOI = /\b10\.\d{4,9}\/[-._;()/:\w]+\b/;

export interface LinkFindings {
  readonly broken: readonly string[];
  /** Not looked at: the run is offline, or the server did not say. */
  readonly unchecked: number;
}

/** Answers are kept for the run: many articles cite one page. */
export class LinkChecker {
  readonly #fetcher: Fetcher;
  readonly #isOn: boolean;
  readonly #answers = new Map<string, Promise<number | string>>();
  readonly #lines = new Map<string, number>();

  constructor(fetcher: Fetcher, isOn: boolean) {
    this.#fetcher = fetcher;
    this.#isOn = isOn && !fetcher.isOffline;
  }

  async check(citations: readonly Citation[], body: string, signal: AbortSignal): Promise<LinkFindings> {
    const broken: string[] = [];
    for (const { path, line, endLine, label } of citations) {
      if (path === undefined) continue;
      const lines = this.#countLines(path);
      if (lines === undefined) broken.push(`${label}: the file ${path} is not there`);
      else if (Math.max(line ?? 1, endLine ?? 1) > lines)
        broken.push(`${label}: ${path} has only ${lines} lines`);
    }
    const addresses = new Set(citations.map(({ url }) => url).filter((url) => url !== ""));
    for (const match of body.matchAll(/\]\((https?:\/\/[^)\s]+)\)/g)) addresses.add(match[1] ?? "");
    for (const match of body.matchAll(new RegExp(DOI, "g"))) addresses.add(`https://doi.org/${match[0]}`);
    if (!this.#isOn) return { broken, unchecked: addresses.size };
    let unchecked = 0;
    await Promise.all(
      [...addresses].map(async (address) => {
        const answer = await this.#ask(address, signal);
        if (answer === 404 || answer === 410) broken.push(`${address} answered ${answer}`);
        else if (typeof answer === "string" && /ENOTFOUND|getaddrinfo/.test(answer))
          broken.push(`${address}: ${answer}`);
        else if (typeof answer === "string" || answer >= 400) unchecked++;
      }),
    );
    return { broken: broken.sort(), unchecked };
  }

  #ask(address: string, signal: AbortSignal): Promise<number | string> {
    let answer = this.#answers.get(address);
    if (answer === undefined) {
      answer = this.#fetcher.status(address, signal);
      this.#answers.set(address, answer);
    }
    return answer;
  }

  #countLines(path: string): number | undefined {
    let lines = this.#lines.get(path);
    if (lines === undefined && existsSync(path)) {
      lines = readFileSync(path, "utf8").split("\n").length;
      this.#lines.set(path, lines);
    }
    return lines;
  }
}
