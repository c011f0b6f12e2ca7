/** Connections to providers: one undici pool an origin, shared by all clients of the process. */
import { type Dispatcher, Pool } from "undici";

// Long enough to be met by the next call, shorter than what load balancers in front of providers allow.
const KEEP_ALIVE_MS = 15_000;

const pools = new Map<string, Pool>();

/**
 * The pool of an origin. Idle connections do not keep the process alive.
 * @param connectTimeout milliseconds.
 */
export function connectionsTo(origin: string, connectTimeout: number): Dispatcher {
  const name = `${connectTimeout} ${origin}`;
  let pool = pools.get(name);
  if (pool === undefined) {
    // No bound here: how many requests are in flight is decided by permits.
    pool = new Pool(origin, { connect: { timeout: connectTimeout }, keepAliveTimeout: KEEP_ALIVE_MS });
    pools.set(name, pool);
  }
  return pool;
}
