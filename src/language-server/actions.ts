/** Quick fixes: the repair of a finding, and the comment that takes it back. */
import { type CodeAction, CodeActionKind, type TextEdit } from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { Finding } from "../analyzer/index.js";
import { diagnosticOf } from "./diagnostics.js";
import { rangeOf } from "./ranges.js";

const SUPPRESSION_RULE = "NG099";

/** @param findings - those at the place that is asked about */
export function actionsFor(
  findings: readonly Finding[],
  document: TextDocument,
  uriOf: (path: string) => string,
): CodeAction[] {
  return findings.flatMap((finding) => {
    const action = (title: string, edits: TextEdit[], isPreferred: boolean): CodeAction => ({
      title: `${finding.rule}: ${title}`,
      kind: CodeActionKind.QuickFix,
      diagnostics: [diagnosticOf(finding, uriOf)],
      isPreferred,
      edit: { changes: { [document.uri]: edits } },
    });
    const { repair } = finding;
    const edits = repair?.edits.map((edit) => ({ range: rangeOf(edit), newText: edit.text })) ?? [];
    const suppression = suppressionOf(finding, document);
    return [
      ...(repair === undefined ? [] : [action(repair.title, edits, true)]),
      ...(suppression === undefined ? [] : [action("suppress it on this line", [suppression], false)]),
    ];
  });
}

/** A comment at the end of the finding's last line; none where another comment or a backslash is in the way. */
function suppressionOf({ rule, endLine }: Finding, document: TextDocument): TextEdit | undefined {
  if (rule === SUPPRESSION_RULE) return undefined;
  const start = { line: endLine - 1, character: 0 };
  const line = document.getText({ start, end: { line: endLine, character: 0 } }).replace(/[\r\n]+$/, "");
  if (/#|\\$|"""|'''/.test(line)) return undefined;
  const end = { line: endLine - 1, character: line.length };
  return { range: { start: end, end }, newText: `  # nogil: ignore[${rule}]` };
}
