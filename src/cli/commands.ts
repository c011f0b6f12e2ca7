/** Every command, in the order of the help. Only the one that is run is loaded: some load half the package. */
import type { AddCommand } from "./context.js";

export const COMMANDS: Readonly<Record<string, () => Promise<AddCommand>>> = {
  status: async () => (await import("./status.js")).addStatus,
  python: async () => (await import("./python.js")).addPython,
  check: async () => (await import("./check.js")).addCheck,
  scan: async () => (await import("./scan.js")).addScan,
  lsp: async () => (await import("./lsp.js")).addLsp,
  run: async () => (await import("./run.js")).addRun,
  map: async () => (await import("./map.js")).addMap,
  types: async () => (await import("./types.js")).addTypes,
  profile: async () => (await import("./profile.js")).addProfile,
  llm: async () => (await import("./llm.js")).addLlm,
  articles: async () => (await import("./articles.js")).addArticles,
  demo: async () => (await import("./demo.js")).addDemo,
};

/** What a command line needs: the command that it names, or all of them for the help and for a misspelt name. */
export function commandsFor(argv: readonly string[]): Promise<AddCommand[]> {
  const named = Object.hasOwn(COMMANDS, argv[0] ?? "") ? COMMANDS[argv[0] ?? ""] : undefined;
  return Promise.all((named === undefined ? Object.values(COMMANDS) : [named]).map((load) => load()));
}
