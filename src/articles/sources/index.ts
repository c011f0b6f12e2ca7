/** Where items come from. */

import { type Dropped, drop } from "../../pipeline/index.js";
import { isLocal, nameOf, type SourceOptions } from "../config.js";
import type { Collected } from "../model.js";
import { collectFiles } from "./files.js";
import { collectInstalled } from "./installed.js";
import type { CollectContext } from "./source.js";
import { collectFromWeb } from "./web.js";

export { Fetcher } from "./fetcher.js";
export type { CollectContext } from "./source.js";

/**
 * What a source offers now.
 *
 * @throws SourceFailed
 */
export async function collect(
  options: SourceOptions,
  context: CollectContext,
): Promise<readonly Collected[] | Dropped> {
  const name = nameOf(options);
  if (!isLocal(options) && context.fetcher.isOffline) return drop("the run is offline");
  switch (options.type) {
    case "files":
      return collectFiles(options, name, context);
    case "installed":
      return collectInstalled(options, name, context);
    default:
      return collectFromWeb(options, name, context);
  }
}
