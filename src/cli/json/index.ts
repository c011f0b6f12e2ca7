/** JSON in and out, with Python's types in mind. */
export { parseJson } from "./parse.js";
export { type ErrorFields, errorFields, printJson } from "./print.js";
