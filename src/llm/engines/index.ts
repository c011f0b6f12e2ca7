export type { AttemptControl, AttemptListener, AttemptOptions, Engine } from "./engine.js";
export { fieldsOf } from "./engine.js";
export { type LlamaModule, LocalEngine } from "./local-engine.js";
export { openEngine } from "./open.js";
