/** What generated code and generated declarations import: `nogil/bindings`. */
export type { PythonError } from "../../errors.js";
export type { Complex, Float, KeywordArguments, NdArray, TypedArray } from "../../wire/index.js";
export { bindModule, failImport } from "./bind-module.js";
export { type Configuration, defineConfig } from "./configuration.js";
export { closePools } from "./default-pools.js";
export { locate } from "./locate.js";
export type {
  CallOptions,
  Echo,
  Int,
  MapOver,
  MapResults,
  NewType,
  Reference,
  TaskHandle,
} from "./types.js";
