export { Decoder, type DecoderOptions, toErrorDetails } from "./decoder.js";
export { Encoder } from "./encoder.js";
export {
  CallKind,
  ControlKind,
  FrameReader,
  HEADER_SIZE,
  HostAnswer,
  NUMBER_SIZE,
  PROTOCOL_VERSION,
  ReplyKind,
  RequestKind,
  TIMES_SIZE,
} from "./frame.js";
export {
  Complex,
  Float,
  KeywordArguments,
  kwargs,
  NdArray,
  Tuple,
  type TypedArray,
} from "./special-values.js";
