import type { NogilError } from "../errors.js";
import type { Worker } from "../worker/index.js";

/** `hint`: the same worker while it lives, then another. `strict`: that one or none. */
export type SessionMode = "hint" | "strict";

/** What ties the tasks of a session to one worker. */
export interface Binding {
  readonly key: string;
  readonly mode: SessionMode;
  /** Chosen with the first task. */
  worker: Worker | undefined;
  /** A strict session whose worker is gone. */
  isLost: boolean;
  /** The session was closed; its last tasks still go to the worker. */
  isReleased: boolean;
  /** The error of calls that come when it is lost. @default SessionLost */
  readonly whyLost?: () => NogilError;
}
