/** Finds, inspects and installs Python interpreters. See docs/interpreters.md. */

export { cacheFolder } from "./cache-folder.js";
export { allowedCores, type Cores } from "./cores.js";
export { chooseInterpreter, type FindOptions, type Found, findInterpreters } from "./find.js";
export { howToInstall } from "./how-to-install.js";
export { inspectInterpreter } from "./inspect.js";
export type { InstallOptions, InstallProgress } from "./install/install.js";
export { installInterpreter } from "./install-interpreter.js";
export type { Interpreter, Rejected } from "./interpreter.js";
export {
  checkPackages,
  type PackageCheckOptions,
  type PackageReport,
} from "./packages/check-packages.js";
export type { GilSlot, ImportLink, PackageReadiness, PackageVerdict } from "./packages/package-readiness.js";
export { cachedInterpreters } from "./store.js";
export { parseVersionRequest, satisfies, type VersionRequest } from "./version.js";
