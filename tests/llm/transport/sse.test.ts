import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventParser } from "../../../src/llm/transport/sse.js";

function parse(chunks: readonly Buffer[]): [string, string][] {
  const events: [string, string][] = [];
  const parser = new EventParser((event, data) => events.push([event, data]));
  for (const chunk of chunks) parser.push(chunk);
  parser.end();
  return events;
}

function cut(bytes: Buffer, borders: readonly number[]): Buffer[] {
  const places = [...new Set(borders.map((border) => border % (bytes.length + 1)))].sort((a, b) => a - b);
  const chunks: Buffer[] = [];
  let from = 0;
  for (const place of [...places, bytes.length]) {
    if (place > from) chunks.push(bytes.subarray(from, place));
    from = place;
  }
  return chunks;
}

const line = fc.string({ unit: "binary" }).map((text) => text.replace(/[\r\n\u{feff}]/gu, ""));
const event = fc.record({
  name: line,
  data: fc.array(line, { minLength: 1, maxLength: 3 }),
  comment: fc.boolean(),
});
const newline = fc.constantFrom("\n", "\r\n", "\r");

describe("events", () => {
  it("come out as they went in, wherever the bytes are cut", () => {
    fc.assert(
      fc.property(fc.array(event), newline, fc.array(fc.nat()), fc.boolean(), (events, end, borders, bom) => {
        const text = events
          .map(
            ({ name, data, comment }) =>
              `${comment ? `: hm${end}` : ""}event: ${name}${end}${data.map((part) => `data: ${part}${end}`).join("")}${end}`,
          )
          .join("");
        const bytes = Buffer.from((bom ? "\u{feff}" : "") + text);
        // What UTF-8 cannot hold (lone surrogates) is not sent as it was.
        const sent = (part: string): string => Buffer.from(part).toString();
        expect(parse(cut(bytes, borders))).toEqual(
          events.map(({ name, data }) => [sent(name), data.map(sent).join("\n")]),
        );
      }),
      { numRuns: 500 },
    );
  });

  it("never throws on any bytes", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), (chunks) => {
        parse(chunks.map((chunk) => Buffer.from(chunk)));
      }),
    );
  });

  it("need no blank after the colon and no empty line at the end", () => {
    expect(parse([Buffer.from("data:a\n\nid: 7\nretry: 5\ndata:  b\ndata")])).toEqual([
      ["", "a"],
      ["", " b\n"],
    ]);
  });

  it("without data are none", () => {
    expect(parse([Buffer.from(": ping\n\nevent: x\n\n\n\ndata: y\n\n")])).toEqual([["", "y"]]);
  });
});
