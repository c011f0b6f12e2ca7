/** Static analysis of Python source. */
export * from "./syntax/index.js";
