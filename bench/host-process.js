// @ts-check
// The run's side of a host: ask for a sample, cut it off after its time, end the host and every process below it.
import { fork } from "node:child_process";
import { once } from "node:events";
import { homedir } from "node:os";
import { fileURLToPath } from "node:url";
import { descendants, isRunning, killAll } from "./processes.js";

const REPOSITORY = fileURLToPath(new URL("..", import.meta.url));
const HOST = fileURLToPath(new URL("./host.js", import.meta.url));
/** What a host wrote to stderr last, kept for the reason of its death. */
const STDERR_CHARACTERS = 2_000;
/** Freeing the memory of a contender that was cut off takes the kernel a while. */
const GONE_WITHIN_MS = 5_000;
const POLL_MS = 10;

/**
 * @typedef {{ status: "measured", sample: import("./rows/row.js").Sample }
 *   | { status: "cut off", afterMs: number }
 *   | { status: "failed", reason: string }
 *   | { status: "died", reason: string, sample?: import("./rows/row.js").Sample }} Outcome
 */

export class HostProcess {
  /** @type {import("node:child_process").ChildProcess} */
  #child;
  #stderr = "";

  constructor() {
    this.#child = fork(HOST, { stdio: ["ignore", "ignore", "pipe", "ipc"] });
    this.#child.stderr?.on("data", (chunk) => {
      this.#stderr = (this.#stderr + chunk).slice(-STDERR_CHARACTERS);
    });
  }

  /**
   * @param {import("./host.js").Request} request
   * @param {number} timeLimitMs
   * @returns {Promise<Outcome>} the host is of no use any more unless it measured
   */
  ask(request, timeLimitMs) {
    const child = this.#child;
    return new Promise((resolve) => {
      /** @type {import("./rows/row.js").Sample | undefined} */
      let reported;
      /** @param {Outcome} outcome */
      const settle = (outcome) => {
        clearTimeout(timer);
        child.off("message", onMessage);
        child.off("exit", onExit);
        resolve(outcome);
      };
      const onMessage = (/** @type {any} */ message) => {
        const answer = /** @type {import("./host.js").Answer} */ (message);
        if (answer.kind === "report") reported = answer.sample;
        else if (answer.kind === "failed") settle({ status: "failed", reason: withoutPaths(answer.reason) });
        else settle({ status: "measured", sample: answer.sample });
      };
      const onExit = (/** @type {number | null} */ code, /** @type {string | null} */ signal) => {
        const how = signal === null ? `exit code ${code}` : signal;
        const reason = `Node ended with ${how}${this.#stderr === "" ? "" : `: ${withoutPaths(lastError(this.#stderr))}`}`;
        settle({ status: "died", reason, ...(reported === undefined ? {} : { sample: reported }) });
      };
      const timer = setTimeout(() => settle({ status: "cut off", afterMs: timeLimitMs }), timeLimitMs);
      child.on("message", onMessage);
      child.on("exit", onExit);
      child.send(request);
    });
  }

  /**
   * Ends the host and whatever it started, each by its own id, and returns when all of them are gone: one that lingers
   * would take processor time from the next sample, and its own would be booked on init, as a stranger's.
   */
  async close() {
    const child = this.#child;
    if (child.pid === undefined) return;
    const below = descendants(child.pid);
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
    }
    killAll(below);
    const deadline = performance.now() + GONE_WITHIN_MS;
    while (below.some(isRunning) && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}

/** @param {string} stderr */
function lastError(stderr) {
  const lines = stderr.trim().split("\n");
  return lines.findLast((line) => /error|fault|abort/i.test(line))?.trim() ?? lines.at(-1)?.trim() ?? "";
}

/**
 * Reasons are published with the results; where this machine keeps its files is nobody's business.
 * @param {string} text
 */
function withoutPaths(text) {
  return text.replaceAll(REPOSITORY, "").replaceAll(homedir(), "~");
}
