/** Compares a profile with one that was kept, for CI. */
import { z } from "zod";
import { InvalidOption } from "../errors.js";
import { CAUSES, type ProfileReport } from "./report.js";

const Point = z.object({ threads: z.number().int().positive(), throughput: z.number().nonnegative() });

/** What is read of a kept report; the rest may differ between versions. */
const Baseline = z.object({
  target: z.string(),
  date: z.string(),
  machine: z.object({ cpu: z.string(), cores: z.number(), python: z.string() }),
  gilEnabled: z.boolean(),
  points: z.array(Point).min(1),
  knee: z.number().nullable(),
  cliff: z.number().nullable(),
  cause: z.object({ id: z.enum(CAUSES) }).nullable(),
});

export type Baseline = z.infer<typeof Baseline>;

export interface BaselineComparison {
  /** Sentences; any of them is a reason to fail. */
  readonly worse: readonly string[];
  /** Sentences about what changed otherwise. */
  readonly notes: readonly string[];
}

/** A smaller loss is noise on most machines. */
const ALLOWED_LOSS = 0.15;

/** @throws {@link InvalidOption} when the text is no report of `nogil profile --json` */
export function parseBaseline(json: string, path: string): Baseline {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    value = undefined;
  }
  const parsed = Baseline.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = value === undefined ? undefined : parsed.error.issues[0];
  const where = issue === undefined ? "it is no JSON" : `${issue.path.join(".") || "it"}: ${issue.message}`;
  throw new InvalidOption("baseline", path, `a report of \`nogil profile --json\` (${where})`);
}

/** On another machine only what does not depend on its speed is compared. */
export function compareWithBaseline(report: ProfileReport, baseline: Baseline): BaselineComparison {
  const worse: string[] = [];
  const notes: string[] = [];
  const { machine } = report;
  const same =
    machine.cpu === baseline.machine.cpu &&
    machine.cores === baseline.machine.cores &&
    machine.python === baseline.machine.python &&
    report.gilEnabled === baseline.gilEnabled;
  if (!same)
    notes.push(
      `the baseline was measured with Python ${baseline.machine.python} on ${baseline.machine.cores} cores (${baseline.machine.cpu}), ` +
        "so throughput is not compared, only scaling",
    );
  const [now, before] = [best(report.points), best(baseline.points)];
  if (same && now < before * (1 - ALLOWED_LOSS))
    worse.push(`the best throughput fell from ${before.toFixed(1)} to ${now.toFixed(1)} calls a second`);
  const [speedup, speedupBefore] = [speedUp(report.points), speedUp(baseline.points)];
  if (machine.cores === baseline.machine.cores && speedup < speedupBefore * (1 - ALLOWED_LOSS))
    worse.push(`threads speed it up ${speedup.toFixed(2)} times, before ${speedupBefore.toFixed(2)} times`);
  if (report.cliff !== null && wasMeasured(baseline, report.cliff)) {
    if (baseline.cliff === null)
      worse.push(`there is a cliff at ${report.cliff} threads, before there was none`);
    else if (report.cliff < baseline.cliff)
      worse.push(`the cliff is at ${report.cliff} threads, before at ${baseline.cliff}`);
  }
  if (report.cause !== null && baseline.cause !== null && report.cause.id !== baseline.cause.id)
    notes.push(`limited by ${report.cause.id}, before by ${baseline.cause.id}`);
  if (report.knee !== baseline.knee)
    notes.push(`the knee is at ${report.knee ?? "–"}, before at ${baseline.knee ?? "–"}`);
  return { worse, notes };
}

/** A shorter sweep has no cliffs to compare with. */
function wasMeasured({ points }: Baseline, threads: number): boolean {
  return points.some((point) => point.threads >= threads);
}

function best(points: readonly { readonly throughput: number }[]): number {
  return Math.max(...points.map(({ throughput }) => throughput));
}

function speedUp(points: readonly { readonly threads: number; readonly throughput: number }[]): number {
  const one = points.find(({ threads }) => threads === 1)?.throughput ?? 0;
  return one > 0 ? best(points) / one : 1;
}
