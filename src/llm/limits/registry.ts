/** The lanes of this process: callers with the same provider, address, key and model share one. */
import { createHash } from "node:crypto";
import { systemClock } from "./clock.js";
import { Lane } from "./lane.js";

/** Above so many lanes (a server with a key for every user), unused ones are dropped. */
const MANY_LANES = 1_000;
const UNUSED_MS = 10 * 60_000;

interface Entry {
  /** Given up for a lane nobody used for long; a client that still holds it keeps it alive. */
  lane: Lane | undefined;
  readonly held: WeakRef<Lane>;
}

const lanes = new Map<string, Entry>();

export interface LaneKey {
  readonly provider: string;
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly model: string;
}

export function sharedLane(key: LaneKey): Lane {
  // Only a digest of the key is kept: a heap dump of this map gives no key away.
  const secret = createHash("sha256").update(key.apiKey).digest("base64url");
  const name = JSON.stringify([key.provider, key.baseUrl, secret, key.model]);
  const entry = lanes.get(name);
  const known = entry?.lane ?? entry?.held.deref();
  if (known !== undefined) return known;
  if (lanes.size >= MANY_LANES) dropUnused();
  const lane = new Lane(systemClock);
  lanes.set(name, { lane, held: new WeakRef(lane) });
  return lane;
}

function dropUnused(): void {
  const oldest = systemClock.now() - UNUSED_MS;
  for (const [name, entry] of lanes) {
    if (entry.held.deref() === undefined) lanes.delete(name);
    else if (entry.lane?.idle && entry.lane.lastUsed < oldest) entry.lane = undefined;
  }
}
