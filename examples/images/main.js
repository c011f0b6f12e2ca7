// Sharpens all images of a folder on every core, with a progress bar. Needs NumPy in the Python that is used.
//   node examples/images/main.js [folder with .ppm files]        without a folder it makes some images first
import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { createPool, kwargs, NdArray } from "nogil";

const BAR = 30;
const folder = process.argv[2] ?? makeImages(24, 320, 200);
const results = mkdtempSync(join(tmpdir(), "sharpened-"));
const files = readdirSync(folder).filter((name) => name.endsWith(".ppm"));

const pool = await createPool({ module: new URL("filters.py", import.meta.url) });
try {
  // The kernel is put into shared memory once; all tasks of all workers use the same.
  const kernel = await pool.share(new NdArray(Float32Array.of(0, -1, 0, -1, 5, -1, 0, -1, 0), [3, 3]));
  const jobs = files.map((name) => [join(folder, name), join(results, basename(name))]);
  const brightness = await pool.map("sharpen", jobs, {
    spread: true,
    kwargs: kwargs({ kernel }),
    onProgress: ({ done }) => draw(done, files.length),
  });
  process.stderr.write("\n");
  const mean = brightness.reduce((sum, value) => sum + value, 0) / brightness.length;
  console.log(`${brightness.length} images, mean brightness ${mean.toFixed(1)}, in ${results}`);
} finally {
  await pool.close();
}

function draw(done, total) {
  const filled = Math.round((BAR * done) / total);
  process.stderr.write(`\r[${"#".repeat(filled)}${" ".repeat(BAR - filled)}] ${done}/${total}`);
}

/** Images of rings, so that the example needs nothing but itself. */
function makeImages(count, width, height) {
  const made = mkdtempSync(join(tmpdir(), "images-"));
  for (let i = 0; i < count; i++) {
    const pixels = Buffer.alloc(width * height * 3);
    for (let at = 0; at < pixels.length; at++) {
      const [x, y] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width)];
      pixels[at] = 128 + 100 * Math.sin(Math.hypot(x - width / 2, y - height / 2) / (3 + i) + (at % 3));
    }
    writeFileSync(
      join(made, `ring-${i}.ppm`),
      Buffer.concat([Buffer.from(`P6 ${width} ${height} 255\n`), pixels]),
    );
  }
  return made;
}
