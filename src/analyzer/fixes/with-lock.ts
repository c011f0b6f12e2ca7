/** `lock.acquire()` … `lock.release()` in one block → `with lock:` around what lies between. */
import { NodeKind } from "../syntax/index.js";
import type { Edit, Fixer } from "./fix.js";

const ACQUIRE = /^([\w.]+)\.acquire\(\)$/;
const TEXTS = new Set([NodeKind.Constant, NodeKind.JoinedStr, NodeKind.TemplateStr]);
const INDENT = "    ";

export const withLock: Fixer = (place) => {
  const { tree } = place;
  const acquire = place.statement(place.node);
  const lock = ACQUIRE.exec(place.text(acquire))?.[1];
  const indent = place.indent(acquire);
  if (lock === undefined || indent === undefined || indent.includes("\t")) return undefined;
  const between: number[] = [];
  let release = tree.nextSibling(acquire);
  while (release !== 0 && place.text(release) !== `${lock}.release()`) {
    between.push(release);
    release = tree.nextSibling(release);
  }
  if (release === 0 || between.length === 0 || place.indent(release) !== indent) return undefined;
  const inside = between.flatMap((statement) => place.below(statement));
  const isLong = (node: number) => /[\r\n]/.test(place.text(node));
  if (inside.some((node) => TEXTS.has(place.kind(node)) && isLong(node))) return undefined;
  const isOfLock = (node: number) =>
    place.kind(node) === NodeKind.Call && place.text(node).startsWith(`${lock}.`);
  if (inside.some((node) => isOfLock(node) || place.kind(node) === NodeKind.Yield)) return undefined;
  const releaseStart = place.lineStart(tree.start(release));
  const releaseEnd = place.lineEnd(tree.end(release));
  if (place.slice(tree.end(release), releaseEnd).trim() !== "") return undefined;
  const edits: Edit[] = [{ start: tree.start(acquire), end: tree.end(acquire), text: `with ${lock}:` }];
  const first = place.lineEnd(tree.end(acquire));
  for (let line = first; line < releaseStart; line = place.lineEnd(line)) {
    if (place.slice(line, place.lineEnd(line)).trim() !== "")
      edits.push({ start: line, end: line, text: INDENT });
  }
  edits.push({ start: releaseStart, end: releaseEnd, text: "" });
  return { title: `hold ${lock} by a with statement`, edits };
};
