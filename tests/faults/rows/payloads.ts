/** Sizes from one byte on, there and back; and results nobody takes for a while. */
import { expect } from "vitest";
import type { Fault } from "../fault.js";
import { pause } from "../scene.js";

const SHORT = [1, 4_095, 65_536, 1 << 20, 16 << 20];
const LONG = [...SHORT, (256 << 20) + 1, 2 ** 30];

export const faults: readonly Fault[] = [
  {
    name: "payloads, 1 byte to 1 GB",
    most: 14,
    short: 5,
    perPool: 7,
    async inject(scene, round) {
      const sizes = scene.isLong ? LONG : SHORT;
      const size = sizes[round % sizes.length] ?? 1;
      const sent = Buffer.alloc(size, 7);
      expect(await scene.submit("size", [sent])).toBe(size);
      const back = await scene.submit<Uint8Array>("echo", [sent]);
      expect(back.byteLength).toBe(size);
      expect(Buffer.compare(back, sent)).toBe(0);
      await Promise.all(scene.marking(3));
    },
  },
  {
    name: "slow consumer",
    perPool: 1,
    short: 1,
    most: 10,
    async inject(scene) {
      const megabyte = 1 << 20;
      const before = process.memoryUsage().rss;
      let most = 0;
      let taken = 0;
      function* endless() {
        for (;;) yield megabyte;
      }
      for await (const value of scene.pool.map<Uint8Array>("make", endless(), { concurrency: 8 })) {
        expect(value.byteLength).toBe(megabyte);
        most = Math.max(most, process.memoryUsage().rss - before);
        if (++taken % 20 === 0) await pause(20);
        if (taken === 200) break;
      }
      // 200 MB went through; what is held is a few times what is under way.
      expect(most).toBeLessThan(150 * megabyte);
      scene.tasksBeside += taken + 8;
      expect(scene.pool.stats()).toMatchObject({ queued: 0 });
    },
  },
];
