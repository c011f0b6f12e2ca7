export type { AttemptControl, AttemptOptions, Engine } from "./engine.js";
export { fieldsOf } from "./engine.js";
export { type LlamaModule, LocalEngine } from "./local-engine.js";
export { openEngine } from "./open.js";
