// Counts the primes below a limit on every core, one task for each range:
//   node examples/primes/main.js [limit]
import { createPool } from "nogil";

const RANGES = 16;
const limit = Number(process.argv[2] ?? 200_000);
const step = Math.ceil(limit / RANGES);
const ranges = Array.from({ length: RANGES }, (_, i) => [i * step, Math.min(limit, (i + 1) * step)]);

const pool = await createPool({ module: new URL("primes.py", import.meta.url) });
try {
  // spread: each item is a list of arguments. The results come in the order of the items.
  const counts = await pool.map("count_primes", ranges, { spread: true });
  const total = counts.reduce((sum, count) => sum + count, 0);
  console.log(`${total} primes below ${limit}`);
  console.error(`Python ${pool.interpreter.version}: ${pool.profileReason}`);
} finally {
  await pool.close();
}
