/** `nogil lsp`: the analyser within an editor (Language Server Protocol 3.17). */
export { startLanguageServer } from "./server.js";
