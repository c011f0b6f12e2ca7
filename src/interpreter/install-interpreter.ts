import type { InstallOptions } from "./install/install.js";
import type { Interpreter } from "./interpreter.js";

/**
 * Obtains a free-threaded Python, or returns the one in the cache that fits. Sources are tried one after the other;
 * one out of reach is given up within five seconds. Two processes that install at once do it once.
 *
 * @throws {@link InstallFailed} when no source could deliver; `attempts` says why of each
 * @throws {@link InvalidOption} when an option has a value that is not allowed
 */
export async function installInterpreter(options: InstallOptions = {}): Promise<Interpreter> {
  // Loaded when it is asked for: nearly nobody who starts a pool installs a Python, and HTTP takes long to load.
  const { install } = await import("./install/install.js");
  return install(options);
}
