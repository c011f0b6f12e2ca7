/** What the controller asks for next, and why. */
import type { Sample } from "./sample.js";

/** Why the limit is what it is. */
export type ReasonKind =
  /** The first limit: one, or what was remembered. */
  | "start"
  /** More was worth it: twice as many are tried. */
  | "ramp"
  /** Threads mostly wait for I/O: as many as that needs are tried at once. */
  | "jump"
  /** More did less: fewer again. */
  | "back"
  /** The search goes down, because more did not help where it began. */
  | "down"
  /** Between two limits that were tried. */
  | "refine"
  /** The two best are compared once more. */
  | "confirm"
  /** The smallest limit within 2 % of the best. */
  | "knee"
  /** A neighbour is tried, to see whether the knee has moved. */
  | "probe"
  /** The neighbour was better, or fewer did as much. */
  | "moved"
  /** The work has changed: the search begins anew. */
  | "restart"
  /** A limit that must not be passed: processors full, threads waiting for one another, memory, downstream. */
  | "veto";

export interface Reason {
  readonly kind: ReasonKind;
  /** One sentence for people, with the figures that decided. */
  readonly text: string;
}

/** Run with this limit for so long, then tell what was seen. */
export interface Step {
  readonly limit: number;
  readonly seconds: number;
  readonly reason: Reason;
  /** What is seen now is not used: the change before it still has its effect. */
  readonly isSettling: boolean;
}

/** A part of the controller: asks for steps, is told what was seen, and comes to a result. */
export type Plan<Result> = Generator<Step, Result, Sample>;
