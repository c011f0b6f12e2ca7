/** The numbered sources of one article. */
import type { Citation, Enriched, Release } from "../model.js";
import { dayInWords } from "./words.js";

export class Citations {
  readonly #list: Citation[] = [];
  readonly #numbers = new Map<string, number>();

  get list(): readonly Citation[] {
    return this.#list;
  }

  /** The mark of a release: `[^3]`. The same release has the same mark everywhere. */
  release(item: Enriched, release: Release): string {
    const name = item.package?.name ?? item.title;
    const facts = item.package === undefined ? "" : `${item.package.description} ${item.package.version}\n`;
    const entries = release.entries.map(({ text }) => text).join("\n");
    return this.#mark(`${item.id}@${release.version}@${release.line}`, {
      label: `${name} ${release.version}, changelog`,
      url: release.url ?? item.url,
      ...(item.path === undefined ? {} : { path: item.path }),
      line: release.line,
      endLine: release.endLine,
      text: `${name} ${release.version}${release.date === null ? "" : `, ${release.date}, ${dayInWords(release.date)}`}\n${facts}${entries}`,
    });
  }

  /** The mark of an item as a whole, or of a line of it. */
  item(item: Enriched, line?: number): string {
    const facts = item.package;
    const label = facts === undefined ? item.title : `${facts.name} ${facts.version}, ${item.title}`;
    return this.#mark(`${item.id}@${line ?? ""}`, {
      label: item.author === undefined ? label : `${label} (${item.author})`,
      url: item.url,
      ...(item.path === undefined ? {} : { path: item.path }),
      ...(line === undefined ? {} : { line }),
      text: `${item.title}\n${facts === undefined ? "" : `${facts.name} ${facts.version} ${facts.description}\n`}${item.text}`,
    });
  }

  #mark(key: string, citation: Omit<Citation, "number">): string {
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#list.length + 1;
      this.#numbers.set(key, number);
      this.#list.push({ number, ...citation });
    }
    return `[^${number}]`;
  }
}
