import { describe, expect, it } from "vitest";
import { readRateHeaders } from "../../../src/llm/limits/rate-headers.js";
import { parseDuration, parseMoment, retryAfter } from "../../../src/llm/limits/retry-after.js";

const NOW = Date.parse("2025-01-01T00:00:00Z");

describe("how long to wait", () => {
  it.each([
    [{ "retry-after-ms": "1500" }, undefined, "", 1_500],
    [{ "retry-after": "20" }, undefined, "", 20_000],
    [{ "retry-after": "0.5" }, undefined, "", 500],
    [{ "retry-after": "Wed, 01 Jan 2025 00:00:30 GMT" }, undefined, "", 30_000],
    [{ "retry-after": "Tue, 31 Dec 2024 00:00:00 GMT" }, undefined, "", 0],
    [{ "retry-after-ms": "10", "retry-after": "20" }, undefined, "", 10],
    [{}, { error: { details: [{ "@type": "…RetryInfo", retryDelay: "34.5s" }] } }, "", 34_500],
    [{}, undefined, "Rate limit reached. Please try again in 6m0s. Visit …", 360_000],
    [{}, undefined, "Please try again in 321ms.", 321],
    [{}, undefined, "Please retry after 2 seconds", 2_000],
    [{}, undefined, "Please wait 1 minute and retry", 60_000],
    [{}, undefined, "slow down", undefined],
    [{ "retry-after": "soon" }, { error: { details: "none" } }, "", undefined],
  ])("%j %j %s", (headers, body, message, expected) => {
    expect(retryAfter(headers, body, message, NOW)).toBe(expected);
  });

  it("is read from durations and from nothing else", () => {
    expect(parseDuration("1h2m3.5s")).toBe(3_723_500);
    expect(parseDuration("12")).toBeUndefined();
    expect(parseDuration("3s later")).toBeUndefined();
    expect(parseMoment(String(NOW / 1_000 + 5), NOW)).toBe(5_000);
    expect(parseMoment(String(NOW + 7), NOW)).toBe(7);
    expect(parseMoment("-3", NOW)).toBe(0);
  });
});

describe("rate headers", () => {
  it("are read in each family's words", () => {
    expect(
      readRateHeaders(
        {
          "x-ratelimit-limit-requests": "500",
          "x-ratelimit-remaining-requests": "499",
          "x-ratelimit-reset-requests": "120ms",
          "x-ratelimit-limit-tokens": "30000",
          "x-ratelimit-remaining-tokens": "29000",
          "x-ratelimit-reset-tokens": "2s",
        },
        NOW,
      ),
    ).toEqual({
      requests: { limit: 500, remaining: 499, reset: 120, continuous: true },
      tokens: { limit: 30_000, remaining: 29_000, reset: 2_000, continuous: true },
    });
    expect(
      readRateHeaders(
        {
          "anthropic-ratelimit-requests-limit": "50",
          "anthropic-ratelimit-requests-remaining": "0",
          "anthropic-ratelimit-requests-reset": "2025-01-01T00:00:12Z",
        },
        NOW,
      )?.requests,
    ).toEqual({ limit: 50, remaining: 0, reset: 12_000, continuous: true });
    expect(
      readRateHeaders(
        { "x-ratelimit-limit": "20", "x-ratelimit-remaining": "3", "x-ratelimit-reset": String(NOW + 900) },
        NOW,
      )?.requests,
    ).toEqual({ limit: 20, remaining: 3, reset: 900, continuous: false });
  });

  it("that make no sense are left alone", () => {
    expect(readRateHeaders({}, NOW)).toBeUndefined();
    expect(readRateHeaders({ "x-ratelimit-remaining-requests": "many" }, NOW)).toBeUndefined();
    expect(readRateHeaders({ "x-ratelimit-remaining-requests": "0" }, NOW)).toBeUndefined();
  });
});
