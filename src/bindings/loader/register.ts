/** `node --import nogil/register app.js`: makes imports of Python files work. */
import * as nodeModule from "node:module";
import { pathToFileURL } from "node:url";
import { packageFile } from "../../package-root.js";
import { load, resolve } from "./hooks.js";

interface Hooks {
  readonly resolve: typeof resolve;
  readonly load: typeof load;
}

const { registerHooks } = nodeModule as { readonly registerHooks?: (hooks: Hooks) => void };

// In the same thread where Node can do that (22.15 and later), else in the thread it has for hooks.
if (registerHooks !== undefined) registerHooks({ resolve, load });
else nodeModule.register(pathToFileURL(packageFile("dist", "bindings", "loader", "hooks.js")));
