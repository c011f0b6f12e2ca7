/**
 * JSON to the values that Python should get. `JSON.parse` alone would send `1.0` as an int and round integers past
 * 2^53, because JavaScript has one type of number; JSON and Python have two.
 */
import { Float } from "../../wire/index.js";

/** Text without any of these holds no number that `JSON.parse` would change. */
const SUSPECT = /[0-9][.eE]|[0-9]{16}/;
const TOKEN = /\s*("(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*|true|false|null|[[\]{}:,])/y;

/**
 * The value of a JSON text: whole numbers as number or bigint, numbers with a point or an exponent as Float where
 * the value alone would not show it.
 *
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  const plain: unknown = JSON.parse(text);
  return SUSPECT.test(text) ? new Reader(text).value() : plain;
}

/** Reads a text that is known to be JSON. */
class Reader {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): unknown {
    return this.#from(this.#next());
  }

  #next(): string {
    TOKEN.lastIndex = this.#position;
    const token = TOKEN.exec(this.#text)?.[1];
    if (token === undefined) throw new SyntaxError(`no JSON at position ${this.#position}`);
    this.#position = TOKEN.lastIndex;
    return token;
  }

  #from(token: string): unknown {
    if (token === "[") return this.#array();
    if (token === "{") return this.#object();
    return /^[-0-9]/.test(token) ? toNumber(token) : JSON.parse(token);
  }

  #array(): unknown[] {
    const items: unknown[] = [];
    for (let token = this.#next(); token !== "]"; token = this.#next()) {
      if (token !== ",") items.push(this.#from(token));
    }
    return items;
  }

  #object(): Record<string, unknown> {
    const entries: [string, unknown][] = [];
    for (let token = this.#next(); token !== "}"; token = this.#next()) {
      if (token === ",") continue;
      this.#next(); // the colon
      entries.push([JSON.parse(token), this.value()]);
    }
    // Not by assignment: a key "__proto__" is a key like any other.
    return Object.fromEntries(entries);
  }
}

function toNumber(token: string): unknown {
  const value = Number(token);
  if (/[.eE]/.test(token)) return Number.isInteger(value) ? new Float(value) : value;
  return Number.isSafeInteger(value) ? value : BigInt(token);
}
