/** Python from TypeScript, truly in parallel. */
export * from "./errors.js";
export {
  allowedCores,
  type Cores,
  chooseInterpreter,
  findInterpreters,
  type Interpreter,
} from "./interpreter/index.js";
export * from "./pool/index.js";
export { Complex, Float, KeywordArguments, kwargs, NdArray, Tuple, type TypedArray } from "./wire/index.js";
