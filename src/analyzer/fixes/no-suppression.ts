/** Takes out a suppression that has nothing to suppress. */
import type { Fixer } from "./fix.js";

const WITHOUT_USE = /^there is no finding of /;

export const noSuppression: Fixer = (place, finding) => {
  // One that cannot be understood was meant to do something.
  if (!WITHOUT_USE.test(finding.message)) return undefined;
  const lineStart = place.lineStart(place.start);
  const before = place.slice(lineStart, place.start);
  const isAlone = before.trim() === "";
  const start = isAlone ? lineStart : lineStart + Buffer.byteLength(before.trimEnd());
  const end = isAlone ? place.lineEnd(place.start) : place.end;
  return { title: "delete the suppression", edits: [{ start, end, text: "" }] };
};
