/** What collecting needs besides a source's own options. */
import type { PythonCalls, StageContext } from "../../pipeline/index.js";
import type { Fetcher } from "./fetcher.js";

export interface CollectContext {
  readonly cwd: string;
  readonly pool: PythonCalls;
  readonly fetcher: Fetcher;
  readonly stage: StageContext;
}
