/** Phase 1: one file's bytes to its summary. Never throws: what goes wrong is a problem in the summary. */
import { bindScopes, type Scope } from "../symbols/index.js";
import { decodeSource, docstringOf, parseBytes, type SyntaxTree } from "../syntax/index.js";
import { GIL_REMARK } from "./observed.js";
import { mentionsThreads, Summariser } from "./summariser.js";
import { type FileSummary, type Marker, type SourceProblem, SUMMARY_FORMAT } from "./summary.js";
import { isTestPath } from "./test-path.js";

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const HASH = 35;
const MARKER = /^#\s*nogil\s*:/;

/**
 * Summarises one file.
 * @param path - as it stands in findings; also what imports are resolved by
 * @param file - the bytes of the file, in whatever encoding they are
 */
export function summariseFile(path: string, file: Uint8Array): FileSummary {
  const source = decodeSource(file);
  const { bytes } = source;
  const problems: SourceProblem[] = [];
  if (source.problem !== undefined) {
    problems.push({ kind: "encoding", message: source.problem.message, start: source.problem.start });
  }
  const lineStarts = findLineStarts(bytes);
  const common = {
    format: SUMMARY_FORMAT,
    path,
    bytes: bytes.length,
    lineStarts,
    wideBytes: source.ascii ? new Int32Array(0) : findWideBytes(bytes),
  };
  try {
    const tree = parseBytes(bytes);
    for (const { start, message } of tree.problems) problems.push({ kind: "syntax", message, start });
    if (isTestPath(path)) {
      return { ...emptySummary(common, problems), markers: findMarkers(tree, bytes, lineStarts) };
    }
    const scopes = bindScopes(tree);
    const summariser = new Summariser(tree, bytes, scopes);
    summariser.run();
    return {
      ...common,
      problems,
      markers: findMarkers(tree, bytes, lineStarts),
      gilRemarks: findGilRemarks(tree, bytes),
      mentionsThreads: mentionsThreads(docstringOf(tree, bytes, tree.root)),
      imports: moduleImports(tree, scopes.get(tree.root)),
      strings: summariser.strings,
      paths: summariser.paths.packed(),
      events: summariser.events.packed(),
      blocks: summariser.blocks.packed(),
      regions: summariser.regions.packed(),
      locksets: summariser.locksets,
      functions: summariser.functions,
      classes: summariser.classes,
    };
  } catch (error) {
    // A fault of the analyser in one file must not hide what it finds in the others.
    const message = `the analyser failed on this file: ${error instanceof Error ? error.message : String(error)}`;
    problems.push({ kind: "internal", message, start: 0 });
    return emptySummary(common, problems);
  }
}

function moduleImports(tree: SyntaxTree, module: Scope | undefined): [string, string][] {
  return [...(module?.imports ?? [])].map(([name, dotted]) => [tree.nameText(name), dotted]);
}

function emptySummary(
  common: Pick<FileSummary, "format" | "path" | "bytes" | "lineStarts" | "wideBytes">,
  problems: SourceProblem[],
): FileSummary {
  return {
    ...common,
    problems,
    markers: [],
    gilRemarks: [],
    mentionsThreads: false,
    imports: [],
    strings: [""],
    paths: new Int32Array(0),
    events: new Int32Array(0),
    blocks: new Int32Array(0),
    regions: new Int32Array(0),
    locksets: [[]],
    functions: [],
    classes: [],
  };
}

function findLineStarts(bytes: Uint8Array): Int32Array {
  const starts = [0];
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte !== LINE_FEED && byte !== CARRIAGE_RETURN) continue;
    if (byte === CARRIAGE_RETURN && bytes[at + 1] === LINE_FEED) at++;
    starts.push(at + 1);
  }
  return new Int32Array(starts);
}

/** Bytes that add nothing to a column in UTF-16: two bytes are one unit, three are one, four are two. */
function findWideBytes(bytes: Uint8Array): Int32Array {
  const wide: number[] = [];
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if ((byte & 0xc0) !== 0x80) continue;
    // The first continuation byte of a character of four is its second unit.
    if (bytes[at - 1]! >= 0xf0) continue;
    wide.push(at);
  }
  return new Int32Array(wide);
}

function findMarkers(tree: SyntaxTree, bytes: Uint8Array, lineStarts: Int32Array): Marker[] {
  const markers: Marker[] = [];
  let line = 0;
  for (const start of tree.comments) {
    if (bytes[start] !== HASH) continue;
    // Only what can be a marker is decoded: `#`, blanks, `n`.
    let at = start + 1;
    while (bytes[at] === 32) at++;
    if (bytes[at] !== 110) continue;
    let end = start;
    while (end < bytes.length && bytes[end] !== LINE_FEED && bytes[end] !== CARRIAGE_RETURN) end++;
    const text = Buffer.from(bytes.subarray(start, end)).toString("utf8");
    if (!MARKER.test(text)) continue;
    while (line + 1 < lineStarts.length && lineStarts[line + 1]! <= start) line++;
    markers.push({ line: line + 1, text });
  }
  return markers;
}

/** Comments that say that the GIL, or CPython, makes something safe. */
function findGilRemarks(tree: SyntaxTree, bytes: Uint8Array): number[] {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!source.includes("GIL") && !source.includes("atomic")) return [];
  const remarks: number[] = [];
  for (const start of tree.comments) {
    const next = bytes.indexOf(LINE_FEED, start);
    const end = next === -1 ? bytes.length : next;
    if (GIL_REMARK.test(source.toString("latin1", start, end))) remarks.push(start, end);
  }
  return remarks;
}
