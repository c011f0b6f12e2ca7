/** What a run was, as data and as a page to read. */
import type { Ending, WorkTime } from "./journal.js";
import type { Progress } from "./progress.js";

export interface DeadLetter {
  readonly stage: string;
  readonly id: string;
  readonly reason: string;
  /** The error's code, `ERROR` where it has none. */
  readonly code: string;
  readonly attempts: number;
}

export interface StageReport {
  readonly name: string;
  readonly done: number;
  readonly dropped: number;
  readonly dead: number;
  /** Found finished in the journal. */
  readonly resumed: number;
  /** Milliseconds of all items together. */
  readonly milliseconds: number;
  readonly work: WorkTime;
  readonly cost: number;
}

export interface RunReport {
  readonly pipeline: string;
  /** ISO time of the first start, also of a run that was resumed. */
  readonly startedAt: string;
  readonly end: "finished" | "interrupted";
  readonly resumed: boolean;
  /** Milliseconds of this process from start to end. */
  readonly wall: number;
  /** Milliseconds that the steps of this process took one by one: what a sequential run would have needed. */
  readonly sequentialEstimate: number;
  /** `sequentialEstimate / wall`. */
  readonly speedUp: number;
  readonly work: WorkTime;
  /** US dollars, earlier processes of the same run included. */
  readonly cost: number;
  readonly stages: readonly StageReport[];
  readonly deadLetters: readonly DeadLetter[];
  readonly dropped: readonly { readonly stage: string; readonly id: string; readonly reason: string }[];
  readonly notes: readonly { readonly stage: string; readonly id: string; readonly text: string }[];
  /** Why no checkpoint could be written; undefined when all was. */
  readonly journalFailure?: string;
  readonly damagedLines: number;
}

export interface ReportParts {
  readonly pipeline: string;
  readonly startedAt: number;
  readonly isInterrupted: boolean;
  readonly isResumed: boolean;
  readonly wall: number;
  readonly endings: readonly Ending[];
  readonly replayed: ReadonlySet<Ending>;
  readonly progress: Progress;
  readonly journalFailure: string | undefined;
  readonly damagedLines: number;
}

export function makeReport(parts: ReportParts): RunReport {
  const { endings, replayed, wall } = parts;
  const fresh = endings.filter((ending) => !replayed.has(ending));
  const work = sumWork(fresh);
  const sequentialEstimate = work.io + work.cpu + work.llm;
  const deadLetters: DeadLetter[] = [];
  const dropped: { stage: string; id: string; reason: string }[] = [];
  const notes: { stage: string; id: string; text: string }[] = [];
  for (const { stage, id, end, attempts, notes: texts } of endings) {
    if (end.kind === "dead") deadLetters.push({ stage, id, reason: end.reason, code: end.code, attempts });
    if (end.kind === "dropped") dropped.push({ stage, id, reason: end.reason });
    for (const text of texts ?? []) notes.push({ stage, id, text });
  }
  return {
    pipeline: parts.pipeline,
    startedAt: new Date(parts.startedAt).toISOString(),
    end: parts.isInterrupted ? "interrupted" : "finished",
    resumed: parts.isResumed,
    wall,
    sequentialEstimate,
    speedUp: wall > 0 ? sequentialEstimate / wall : 1,
    work,
    cost: parts.progress.cost,
    stages: parts.progress.stages.map(({ name, done, dropped, dead, resumed }) => {
      const own = fresh.filter((ending) => ending.stage === name);
      const milliseconds = own.reduce((sum, ending) => sum + ending.milliseconds, 0);
      const cost = own.reduce((sum, ending) => sum + ending.cost, 0);
      return { name, done, dropped, dead, resumed, milliseconds, work: sumWork(own), cost };
    }),
    deadLetters,
    dropped,
    notes,
    ...(parts.journalFailure === undefined ? {} : { journalFailure: parts.journalFailure }),
    damagedLines: parts.damagedLines,
  };
}

function sumWork(endings: readonly Ending[]): WorkTime {
  const sum = { io: 0, cpu: 0, llm: 0 };
  for (const { work } of endings) {
    sum.io += work.io;
    sum.cpu += work.cpu;
    sum.llm += work.llm;
  }
  return sum;
}

/** The report as Markdown. */
export function reportAsMarkdown(report: RunReport): string {
  const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(2)} s`;
  const { work, wall, sequentialEstimate: total } = report;
  const share = (part: number) => `${total > 0 ? Math.round((part / total) * 100) : 0} %`;
  const lines = [
    `# Run of ${report.pipeline}, ${report.startedAt}`,
    "",
    `${report.end === "finished" ? "Finished" : "Interrupted; the same command goes on"}${report.resumed ? ", resumed from its journal" : ""}. ` +
      `Wall time ${seconds(wall)}; the same steps one by one ${seconds(total)} (estimate), so ${report.speedUp.toFixed(2)} times as fast. ` +
      `I/O ${share(work.io)}, CPU ${share(work.cpu)}, LLM ${share(work.llm)}. Cost $${report.cost.toFixed(4)}.`,
    "",
    "| stage | done | dropped | dead | resumed | time | I/O | CPU | LLM | cost |",
    "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ...report.stages.map(
      (stage) =>
        `| ${stage.name} | ${stage.done} | ${stage.dropped} | ${stage.dead} | ${stage.resumed} | ${seconds(stage.milliseconds)} | ` +
        `${seconds(stage.work.io)} | ${seconds(stage.work.cpu)} | ${seconds(stage.work.llm)} | $${stage.cost.toFixed(4)} |`,
    ),
  ];
  const list = (title: string, entries: readonly string[]) => {
    if (entries.length > 0)
      lines.push("", `## ${title}`, "", ...entries.map((entry) => `- ${oneLine(entry)}`));
  };
  list(
    "Dead letters",
    report.deadLetters.map(
      ({ stage, id, reason, code, attempts }) =>
        `${stage}: ${id}: ${reason} (${code}, ${attempts === 1 ? "1 try" : `${attempts} tries`})`,
    ),
  );
  list(
    "Left out",
    report.dropped.map(({ stage, id, reason }) => `${stage}: ${id}: ${reason}`),
  );
  list(
    "Notes",
    report.notes.map(({ stage, id, text }) => `${stage}${id === stage ? "" : `: ${id}`}: ${text}`),
  );
  if (report.journalFailure !== undefined)
    list("Checkpoint", [`could not be written: ${report.journalFailure}`]);
  if (report.damagedLines > 0) {
    list("Checkpoint", [
      `${report.damagedLines} damaged lines of the journal were left out and their work done again`,
    ]);
  }
  return `${lines.join("\n")}\n`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
