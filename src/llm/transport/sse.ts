/**
 * Server-sent events (WHATWG HTML, section 9.2), from bytes to (event, data). Chunks may be cut anywhere,
 * inside a UTF-8 character, between CR and LF, inside a field name.
 */
import { StringDecoder } from "node:string_decoder";

/** Called once an event is complete. */
export type EventListener = (event: string, data: string) => void;

const LF = 10;
const CR = 13;

export class EventParser {
  readonly #onEvent: EventListener;
  readonly #decoder = new StringDecoder("utf8");
  #split = false;
  #rest = "";
  #scanned = 0;
  #event = "";
  #data = "";
  #hasData = false;
  #start = true;
  #skipLf = false;

  constructor(onEvent: EventListener) {
    this.#onEvent = onEvent;
  }

  /** Characters held of a line that has not ended: bounded by the caller. */
  get pending(): number {
    return this.#rest.length + this.#data.length;
  }

  push(chunk: Buffer): void {
    // Almost every chunk ends at an event border, so the decoder that joins split characters is seldom needed.
    let text: string;
    if (!this.#split && (chunk[chunk.length - 1] ?? 0) < 0x80) text = chunk.toString("utf8");
    else {
      text = this.#decoder.write(chunk);
      this.#split = (chunk[chunk.length - 1] ?? 0) >= 0x80;
    }
    if (text === "") return;
    if (this.#start) {
      this.#start = false;
      if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
    }
    if (this.#skipLf) {
      this.#skipLf = false;
      if (text.charCodeAt(0) === LF) text = text.slice(1);
    }
    const buffer = this.#rest === "" ? text : this.#rest + text;
    const hasCr = buffer.includes("\r");
    let from = 0;
    let search = this.#rest === "" ? 0 : this.#scanned;
    for (;;) {
      const end = hasCr ? lineEnd(buffer, search) : buffer.indexOf("\n", search);
      if (end === -1) break;
      this.#line(buffer, from, end);
      from = end + 1;
      if (buffer.charCodeAt(end) === CR) {
        if (from === buffer.length) this.#skipLf = true;
        else if (buffer.charCodeAt(from) === LF) from++;
      }
      search = from;
    }
    this.#rest = from === buffer.length ? "" : from === 0 ? buffer : buffer.slice(from);
    this.#scanned = this.#rest.length;
  }

  /** The stream ended: some servers leave out the empty line after the last event. */
  end(): void {
    const rest = this.#rest + this.#decoder.end();
    this.#rest = "";
    this.#scanned = 0;
    if (rest !== "") this.#line(rest, 0, rest.length);
    this.#dispatch();
  }

  #line(buffer: string, from: number, end: number): void {
    if (from === end) {
      this.#dispatch();
      return;
    }
    const colon = buffer.indexOf(":", from);
    if (colon === from) return;
    const nameEnd = colon === -1 || colon > end ? end : colon;
    let value = nameEnd === end ? end : nameEnd + 1;
    if (value < end && buffer.charCodeAt(value) === 32) value++;
    const length = nameEnd - from;
    if (length === 4 && buffer.startsWith("data", from)) {
      const text = buffer.slice(value, end);
      this.#data = this.#hasData ? `${this.#data}\n${text}` : text;
      this.#hasData = true;
    } else if (length === 5 && buffer.startsWith("event", from)) this.#event = buffer.slice(value, end);
  }

  #dispatch(): void {
    const event = this.#event;
    const data = this.#data;
    const complete = this.#hasData;
    this.#event = "";
    this.#data = "";
    this.#hasData = false;
    if (complete) this.#onEvent(event, data);
  }
}

function lineEnd(text: string, from: number): number {
  for (let index = from; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === LF || code === CR) return index;
  }
  return -1;
}
