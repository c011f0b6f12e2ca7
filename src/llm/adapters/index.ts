export { fromAiSdk } from "./from-ai-sdk.js";
export { toAiSdk } from "./to-ai-sdk.js";
