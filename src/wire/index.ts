export { Decoder, type DecoderOptions, toErrorDetails } from "./decoder.js";
export { Encoder } from "./encoder.js";
export {
  CALL,
  ControlKind,
  FrameReader,
  HEADER_SIZE,
  IN_REGION,
  NEW_REGIONS,
  PROTOCOL_VERSION,
  ReplyKind,
  RequestKind,
  TIMES_SIZE,
} from "./frame.js";
export { ReplyRegion, RequestRegion } from "./regions.js";
export {
  Complex,
  Constructed,
  Float,
  KeywordArguments,
  kwargs,
  NdArray,
  Tuple,
  type TypedArray,
} from "./special-values.js";
