export {
  type EmbedRequest,
  type EmbedResult,
  ErrorInBody,
  MalformedBody,
  type Provider,
  type StructuredMode,
  type WireRequest,
} from "./provider.js";
export { PROVIDER_NAMES, providerNamed } from "./providers.js";
