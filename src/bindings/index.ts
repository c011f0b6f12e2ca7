/** Python files as TypeScript modules: declarations for the compiler, code for Node and for bundlers. */
export { type DeclarationFile, type DeclareOptions, declareFiles } from "./files/declaration-files.js";
export { watchFiles } from "./files/watch.js";
