export { Decoder, type DecoderOptions, toErrorDetails } from "./decoder.js";
export { Encoder, type FunctionForm } from "./encoder.js";
export {
  CallKind,
  ControlKind,
  FrameReader,
  HEADER_SIZE,
  HostAnswer,
  IN_REGION,
  NEW_REGIONS,
  NUMBER_SIZE,
  PROTOCOL_VERSION,
  ReplyKind,
  RequestKind,
  TIMES_SIZE,
} from "./frame.js";
export { RegionFile, ReplyRegion, RequestRegion } from "./regions.js";
export { arrayOf, type Layout, layoutOf, type SharedReference, SharedValue } from "./shared.js";
export {
  Complex,
  Constructed,
  Float,
  KeywordArguments,
  kwargs,
  NdArray,
  Reference,
  Tuple,
  type TypedArray,
} from "./special-values.js";
export type { ArrowLibrary } from "./tables.js";
