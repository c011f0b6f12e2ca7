// What a caller can do with a task it pushed: watch, look, wait, cancel, and see it fail.
//   node examples/handles/main.js
import { createPool, PythonError, TaskCancelled } from "nogil";

const pool = await createPool({ module: new URL("steps.py", import.meta.url) });
try {
  const short = pool.push("take_steps", 3, 0.01);
  short.on("progress", ({ done, total }) => console.log(`step ${done} of ${total}`));
  console.log(`ready at once: ${short.isReady()}`);
  console.log(`steps taken: ${await short}`);

  const endless = pool.push("take_steps", 1_000_000, 0.01);
  console.log(`ended within 50 ms: ${await endless.wait(50)}`);
  console.log(`cancelled: ${await endless.cancel()}`);
  console.log(`says so: ${endless.error instanceof TaskCancelled}`);

  const failing = pool.push("divide", 1, 0);
  await failing.wait();
  if (failing.error instanceof PythonError) console.log(`failed: ${failing.error.type}`);
} finally {
  await pool.close();
}
