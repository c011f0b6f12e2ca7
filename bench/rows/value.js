// @ts-check
// A structured value of about 1 KB there and back, and whether it comes back as it went.
import { isDeepStrictEqual } from "node:util";
import { quantile } from "../statistics.js";
import { warm } from "./row.js";

const SAMPLE_MS = 300;
const WARM_UP_MS = 50;

/** What a service passes on: records in a list, texts with accents, whole and broken numbers, and the values that get lost. */
export const VALUE = {
  id: 48_213,
  name: "Ada Lovelace",
  city: "Zürich",
  active: true,
  deleted: false,
  score: 0.8725,
  balance: 0,
  comment: "",
  parent: null,
  tags: ["analytical", "engine", "notes", "bernoulli"],
  address: {
    street: "12 St James's Square",
    postcode: "SW1Y 4JH",
    country: "GB",
    location: [51.5074, -0.1337],
  },
  orders: Array.from({ length: 8 }, (_, index) => ({
    number: 100_000 + index,
    date: `2026-0${index + 1}-14T09:30:00Z`,
    total: 19.99 * (index + 1),
    paid: index % 3 !== 0,
  })),
};

/** @type {import("./row.js").Row} */
export const row = {
  id: "value",
  title: "structured value of 1 KB, there and back",
  unit: "us",
  better: "lower",
  rounds: 7,
  timeLimitMs: 20_000,
  async measure(context) {
    const running = warm(context);
    const echo = running.echoValue ?? ((/** @type {object} */ value) => running.call("echo", [value]));
    const lost = difference(VALUE, await echo(VALUE), "value");
    const times = [];
    const begin = performance.now();
    let before = begin;
    while (before - begin < WARM_UP_MS + SAMPLE_MS) {
      await echo(VALUE);
      const after = performance.now();
      if (before - begin >= WARM_UP_MS) times.push((after - before) * 1000);
      before = after;
    }
    times.sort((a, b) => a - b);
    return {
      value: quantile(times, 0.5),
      details: { p99: quantile(times, 0.99), calls: times.length },
      remark: lost,
    };
  },
};

/**
 * @param {unknown} sent
 * @param {unknown} received
 * @param {string} path
 * @returns {string} where the two first differ; empty when they are equal
 */
function difference(sent, received, path) {
  if (isDeepStrictEqual(sent, received)) return "";
  if (typeof sent === "object" && sent !== null && typeof received === "object" && received !== null) {
    for (const [key, value] of Object.entries(sent)) {
      const inside = difference(
        value,
        /** @type {Record<string, unknown>} */ (received)[key],
        `${path}.${key}`,
      );
      if (inside !== "") return inside;
    }
  }
  return `\`${path}\` went as ${JSON.stringify(sent)} and came back as ${String(JSON.stringify(received))}`;
}
