// A text that arrives in pieces goes to Python, and its tokens come back while it still arrives; nothing holds the whole.
//   node examples/tokens/main.js [FILE]
import { createReadStream } from "node:fs";
import { fileURLToPath } from "node:url";
import { createPool } from "nogil";

const file = process.argv[2] ?? fileURLToPath(new URL("../../LICENSE", import.meta.url));
const FIRST = 8;

const pool = await createPool({ module: new URL("tokenizer.py", import.meta.url) });

let count = 0;
let largest = 0;
const first = [];
const pieces = createReadStream(file, { encoding: "utf8", highWaterMark: 256 });
for await (const [token, number] of pool.stream("tokens", pieces)) {
  if (first.length < FIRST) first.push(token);
  count++;
  largest = Math.max(largest, number);
}
console.log(`${count} tokens, ${largest + 1} of them different: ${first.join(" ")} …`);

// Enough is enough: leaving the loop closes the generator, which closes the file.
const again = createReadStream(file, { encoding: "utf8", highWaterMark: 256 });
const closed = new Promise((resolve) => again.once("close", resolve));
for await (const [token] of pool.stream("tokens", again)) {
  console.log(`left at "${token}"`);
  break;
}
await closed;
console.log("the file was closed");

await pool.close();
