// @ts-check
// Resident memory of one Python process that has answered some calls.
import { readFileSync } from "node:fs";

const CALLS = 200;

/** @type {import("./row.js").Row} */
export const row = {
  id: "memory",
  title: "resident memory of a worker",
  unit: "MB",
  better: "lower",
  rounds: 3,
  fresh: true,
  timeLimitMs: 20_000,
  async measure({ start }) {
    const nodeBefore = residentBytes(process.pid);
    const { call } = await start();
    for (let n = 0; n < CALLS; n++) await call("echo", [n]);
    const pid = Number(await call("process_id", []));
    return pid === process.pid
      ? {
          value: (residentBytes(pid) - nodeBefore) / 1e6,
          remark: "growth of the Node process that Python runs in",
        }
      : { value: residentBytes(pid) / 1e6 };
  },
};

/** @param {number} pid */
function residentBytes(pid) {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes) * 1024;
}
