/** A report as SARIF 2.1.0 (OASIS), which code hosts and editors read. */
import { pathToFileURL } from "node:url";
import { fingerprintsOf } from "../../baseline/index.js";
import type { FileError, Finding, Repair, Report } from "../../report.js";
import type { RuleDescription } from "../../rules/index.js";
import type { SourceLines } from "../source-lines.js";
import { codeFlowOf, locationOf } from "./location.js";
import { LEVELS, reportingDescriptor } from "./rules.js";
import { artifactLocation, ROOT_ID } from "./uri.js";

const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/** Key of our fingerprints; another way to make them gets another number. */
const FINGERPRINT_KEY = "nogil/v1";

export interface SarifContext {
  /** Version of this package. */
  readonly version: string;
  /** What relative paths begin at. */
  readonly cwd: string;
  /** Lines of the files; fingerprints are made of them. */
  readonly lines: SourceLines;
  /** Every rule there is, with its page as Markdown. */
  readonly rules: readonly { readonly rule: RuleDescription; readonly page: string }[];
}

/** The report as one SARIF log with one run. */
export function sarifLog(report: Report, context: SarifContext): object {
  const { version, cwd, lines, rules } = context;
  const fingerprints = fingerprintsOf(report.findings, (finding) => lines.line(finding));
  const indexes = new Map(rules.map(({ rule }, index) => [rule.code, index]));
  return {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "nogil",
            semanticVersion: version,
            rules: rules.map(({ rule, page }) => reportingDescriptor(rule, page)),
          },
        },
        columnKind: "utf16CodeUnits",
        originalUriBaseIds: { [ROOT_ID]: { uri: pathToFileURL(`${cwd}/`).href } },
        invocations: [
          {
            executionSuccessful: report.errors.length === 0,
            toolExecutionNotifications: report.errors.map(notification),
          },
        ],
        properties: { target: report.target, files: report.files },
        results: report.findings.map((finding, index) =>
          result(finding, indexes.get(finding.rule), fingerprints[index] ?? ""),
        ),
      },
    ],
  };
}

function result(finding: Finding, ruleIndex: number | undefined, fingerprint: string): object {
  const flow = codeFlowOf(finding);
  const { severity, tier, why, fix } = finding;
  return {
    ruleId: finding.rule,
    ...(ruleIndex === undefined ? {} : { ruleIndex }),
    level: LEVELS[severity],
    message: { text: [finding.message, `Why: ${why}`, `Fix: ${fix}`].join("\n") },
    locations: [locationOf(finding, undefined, finding.symbol)],
    relatedLocations: finding.related.map((related, id) => ({
      id,
      ...locationOf(related, related.message, related.symbol),
    })),
    ...(flow === undefined ? {} : { codeFlows: [flow] }),
    ...(finding.repair === undefined ? {} : { fixes: [fixOf(finding.path, finding.repair)] }),
    partialFingerprints: { [FINGERPRINT_KEY]: fingerprint },
    properties: { severity, tier },
  };
}

function fixOf(path: string, { title, edits }: Repair): object {
  const replacements = edits.map(({ line, column, endLine, endColumn, text }) => ({
    deletedRegion: { startLine: line, startColumn: column, endLine, endColumn },
    insertedContent: { text },
  }));
  return {
    description: { text: title },
    artifactChanges: [{ artifactLocation: artifactLocation(path), replacements }],
  };
}

/** What could not be checked. */
function notification({ path, kind, message, cell, line, column = 1 }: FileError): object {
  const inCell = cell === undefined ? {} : { cell };
  const place = { path, ...inCell, line: line ?? 1, column, endLine: line ?? 1, endColumn: column };
  const location = line === undefined ? wholeFile(path) : locationOf(place);
  return {
    level: "error",
    message: { text: message },
    descriptor: { id: kind },
    ...(path === "" ? {} : { locations: [location] }),
  };
}

function wholeFile(path: string): object {
  return { physicalLocation: { artifactLocation: artifactLocation(path) } };
}
