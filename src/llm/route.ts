/** A route: an engine with what belongs to its model here. The first is the client's, the others its fallbacks. */
import type { Engine } from "./engines/index.js";
import { OutputEstimate } from "./estimate.js";
import { type Lane, type RateLimits, sharedLane } from "./limits/index.js";
import { type Price, type PriceTable, priceOf } from "./pricing.js";

export interface Route {
  readonly engine: Engine;
  readonly lane: Lane;
  readonly price: Price | undefined;
  readonly output: OutputEstimate;
}

export function routeTo(engine: Engine, limits: RateLimits, prices: PriceTable): Route {
  const lane = sharedLane(engine);
  lane.restrict(limits);
  return {
    engine,
    lane,
    price: priceOf(engine.provider, engine.model, prices),
    output: new OutputEstimate(),
  };
}
