/** One row of the fault matrix. */
import type { PoolOptions } from "../../src/index.js";
import type { Scene } from "./scene.js";

export interface Fault {
  /** The row's name in docs/reliability.md. */
  readonly name: string;
  readonly options?: Partial<PoolOptions>;
  /** Only where it makes sense. @default both */
  readonly profile?: "thread" | "process";
  /** Injections on one pool; after five deaths in 30 s a pool pauses before it starts more. @default 3 */
  readonly perPool?: number;
  /** At most so many in a long run, for faults that take seconds each. */
  readonly most?: number;
  /** Injections in `npm test`. @default 2 */
  readonly short?: number;
  /** Lets the fault happen once, and checks what is to be seen of it. The invariants are checked by others. */
  inject(scene: Scene, round: number): Promise<void>;
}
