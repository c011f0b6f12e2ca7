/** One file from disk to its summary: what a worker thread does for each file it takes. */
import { contentFingerprint } from "../cache/index.js";
import { isNotebook, readNotebook } from "../notebook/index.js";
import { isGenerated, readSource } from "../source/index.js";
import { type FileSummary, summariseFile } from "../summaries/index.js";

export interface FileJob {
  /** As reports name it. */
  readonly path: string;
  /** As it is opened. */
  readonly absolute: string;
  /** Bytes. */
  readonly size: number;
  /** Named by the user, so wanted even if it is generated. */
  readonly isNamed: boolean;
}

/** What came of a file; `content` is the fingerprint of the bytes that were read. */
export type FileResult =
  | { readonly kind: "summary"; readonly content: string; readonly summary: FileSummary }
  | { readonly kind: "generated"; readonly content: string }
  | { readonly kind: "unreadable"; readonly message: string }
  | { readonly kind: "failed"; readonly message: string };

/** Reads and summarises a file. Never throws: a file that breaks the analyser must not hide the others. */
export function summariseOnDisk({ path, absolute, size, isNamed }: FileJob): FileResult {
  const read = readSource(absolute, size);
  if ("problem" in read) return { kind: "unreadable", message: read.problem };
  const content = contentFingerprint(read.bytes);
  if (!isNamed && isGenerated(read.bytes)) return { kind: "generated", content };
  return summariseSource(path, read.bytes, content);
}

/** Summarises bytes that are there already. */
export function summariseSource(
  path: string,
  bytes: Uint8Array,
  content: string = contentFingerprint(bytes),
): FileResult {
  try {
    if (isNotebook(path)) return summariseNotebook(path, bytes, content);
    return { kind: "summary", content, summary: summariseFile(path, bytes) };
  } catch (error) {
    return { kind: "failed", message: failureInWords(error) };
  }
}

function summariseNotebook(path: string, bytes: Uint8Array, content: string): FileResult {
  const notebook = readNotebook(bytes);
  if ("problem" in notebook) return { kind: "unreadable", message: notebook.problem };
  const summary = summariseFile(path, notebook.source);
  const broken = notebook.problems.map(({ start, message }) => ({ kind: "syntax" as const, message, start }));
  return { kind: "summary", content, summary: { ...summary, problems: [...summary.problems, ...broken] } };
}

function failureInWords(error: unknown): string {
  // The one RangeError that a file can cause: V8's "Maximum call stack size exceeded".
  if (error instanceof RangeError) return "its code is nested too deeply to be analysed";
  const message = error instanceof Error ? error.message : String(error);
  return `the analyser failed on this file (${message}); please report it with the file`;
}
