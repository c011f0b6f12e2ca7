/** A batch over lines: read, call, write, and go on later where it was stopped. */
export { type BatchProgress, MalformedLine, runBatch } from "./batch.js";
export { fingerprintFor, type Input, inputAt, linesOf } from "./input.js";
export { ResultFile } from "./result-file.js";
export { FileSink, type Sink, StdoutSink } from "./sink.js";
