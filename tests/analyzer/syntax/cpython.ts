/** The Pythons of this machine, and what their `ast` says of a file. */
import { type ChildProcessByStdio, execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { inject } from "vitest";

const DUMPER = fileURLToPath(new URL("./dump_ast.py", import.meta.url));
const OLDEST = [3, 9] as const;
const PROBE = [
  "import sys, sysconfig, json",
  "paths = [sysconfig.get_path(name) for name in ('stdlib', 'purelib', 'platlib')]",
  "paths += [path for path in sys.path if path.endswith(('site-packages', 'dist-packages'))]",
  "print(json.dumps({'executable': sys.executable, 'version': tuple(sys.version_info[:3]), 'libraries': paths}))",
].join("\n");

export interface Interpreter {
  readonly executable: string;
  readonly version: readonly [number, number, number];
  /** Its standard library, site-packages and dist-packages. */
  readonly libraries: readonly string[];
}

/** Every CPython from 3.9 on that nogil finds, or that is on PATH or among pyenv's versions; newest first. */
export function findInterpreters(): Interpreter[] {
  return findAllInterpreters().filter(({ version }) => compareVersions(version, [...OLDEST, 0]) >= 0);
}

/** The same with the older ones, Python 2 among them: their libraries are files to parse, or to reject. */
export function findAllInterpreters(): Interpreter[] {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const pyenv = join(process.env.PYENV_ROOT ?? join(homedir(), ".pyenv"), "versions");
  if (existsSync(pyenv)) folders.push(...readdirSync(pyenv).map((version) => join(pyenv, version, "bin")));
  const candidates = folders.flatMap((folder) =>
    existsSync(folder)
      ? readdirSync(folder)
          .filter((name) => /^python[23]\.\d+t?$/.test(name))
          .map((name) => join(folder, name))
      : [],
  );
  candidates.push(...inject("interpreters").map(({ path }) => path));
  const found = new Map<string, Interpreter>();
  for (const candidate of candidates) {
    const interpreter = probe(candidate);
    if (interpreter !== undefined) found.set(interpreter.executable, interpreter);
  }
  return [...found.values()].sort((a, b) => compareVersions(b.version, a.version));
}

function probe(path: string): Interpreter | undefined {
  try {
    const answer = execFileSync(path, ["-E", "-s", "-c", PROBE], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const { executable, version, libraries } = JSON.parse(answer) as Interpreter;
    return {
      executable: realpathSync(executable),
      version,
      libraries: [...new Set(libraries)].filter(existsSync),
    };
  } catch {
    // A shim of a version that is not installed, or not a Python at all.
    return undefined;
  }
}

function compareVersions(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < 3; i++) if (a[i] !== b[i]) return (a[i] ?? 0) - (b[i] ?? 0);
  return 0;
}

/** Every `.py` file under the folders, in the order of their names; links are not followed. */
export function pythonFiles(folders: readonly string[]): string[] {
  const files = new Set<string>();
  const visit = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) visit(path);
      else if (entry.isFile() && entry.name.endsWith(".py")) files.add(path);
    }
  };
  for (const folder of folders) visit(folder);
  return [...files].sort();
}

/** The files without those that have the content of an earlier one. */
export function distinctFiles(files: readonly string[]): string[] {
  const seen = new Set<string>();
  return files.filter((file) => {
    const digest = createHash("sha1").update(readFileSync(file)).digest("base64");
    return seen.size !== seen.add(digest).size;
  });
}

export interface Dump {
  readonly ok: boolean;
  /** The tree, or the error. */
  readonly text: string;
}

/** A Python process that dumps one file after the other. */
export class AstDumper {
  private readonly child: ChildProcessByStdio<Writable, Readable, null>;
  private readonly output: AsyncIterator<Buffer>;
  private pending: Buffer = Buffer.alloc(0);

  constructor(readonly interpreter: Interpreter) {
    this.child = spawn(interpreter.executable, ["-I", "-X", "utf8", DUMPER], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.output = this.child.stdout[Symbol.asyncIterator]();
  }

  /** What `ast` says of each file, in order. All are asked for at once, so that Python need not wait for us. */
  async *dumpAll(paths: readonly string[]): AsyncGenerator<Dump> {
    this.child.stdin.write(paths.map((path) => `${JSON.stringify(path)}\n`).join(""));
    for (let i = 0; i < paths.length; i++) yield await this.read();
  }

  async dump(path: string): Promise<Dump> {
    const { value } = await this.dumpAll([path]).next();
    return value as Dump;
  }

  private async read(): Promise<Dump> {
    let newline = this.pending.indexOf("\n");
    while (newline < 0) {
      await this.receive(1);
      newline = this.pending.indexOf("\n");
    }
    const [status, size] = this.pending.toString("utf8", 0, newline).split(" ");
    const end = newline + 1 + Number(size);
    await this.receive(end - this.pending.length);
    const text = this.pending.toString("utf8", newline + 1, end);
    this.pending = Buffer.from(this.pending.subarray(end));
    return { ok: status === "ok", text };
  }

  /** Reads at least so many bytes more. */
  private async receive(bytes: number): Promise<void> {
    const chunks = [this.pending];
    for (let missing = bytes; missing > 0; ) {
      const { done, value } = await this.output.next();
      if (done === true) throw new Error(`${this.interpreter.executable} ended while it dumped a file`);
      chunks.push(value);
      missing -= value.length;
    }
    this.pending = Buffer.concat(chunks);
  }

  async close(): Promise<void> {
    const exited = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.stdin.end();
    await exited;
  }
}
