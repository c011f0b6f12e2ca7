/** Finds, inspects and installs Python interpreters. See docs/interpreters.md. */

export { cacheFolder } from "./cache-folder.js";
export { allowedCores, type Cores } from "./cores.js";
export { chooseInterpreter, type FindOptions, type Found, findInterpreters } from "./find.js";
export { howToInstall } from "./how-to-install.js";
export { inspectInterpreter } from "./inspect.js";
export { type InstallOptions, type InstallProgress, installInterpreter } from "./install/install.js";
export type { Interpreter, Rejected } from "./interpreter.js";
export { cachedInterpreters } from "./store.js";
export { parseVersionRequest, satisfies, type VersionRequest } from "./version.js";
