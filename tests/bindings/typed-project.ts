/** A project as a user has it: Python and TypeScript files side by side, nogil installed, its command and its hooks. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { afterAll } from "vitest";
import { declareFiles } from "../../src/bindings/index.js";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
}

export class TypedProject {
  readonly folder: string;

  /** @param files their contents by their paths */
  constructor(files: Readonly<Record<string, string>>, configuration: object = { pool: { workers: 1 } }) {
    this.folder = mkdtempSync(join(tmpdir(), "nogil-bindings-"));
    folders.push(this.folder);
    mkdirSync(join(this.folder, "node_modules"));
    symlinkSync(ROOT, join(this.folder, "node_modules", "nogil"));
    this.write({
      "package.json": JSON.stringify({ type: "module", nogil: configuration }),
      "tsconfig.json": JSON.stringify({ compilerOptions: COMPILER_OPTIONS, include: ["*.ts"] }),
      ...files,
    });
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(this.path(name)), { recursive: true });
      writeFileSync(this.path(name), content);
    }
  }

  /** `nogil types`, in this process. */
  async declare(): Promise<void> {
    for (const { status, error } of await declareFiles([this.folder])) if (status === "failed") throw error;
  }

  /** The program that `tsc -p .` checks. */
  program(): ts.Program {
    const { options, fileNames } = ts.parseJsonConfigFileContent(
      { compilerOptions: COMPILER_OPTIONS, include: ["*.ts"] },
      ts.sys,
      this.folder,
    );
    return ts.createProgram(fileNames, options);
  }

  /** What `tsc --noEmit` says: `main.ts:3: message`. */
  typeErrors(): string[] {
    return ts.getPreEmitDiagnostics(this.program()).map(({ file, start, messageText }) => {
      const text = ts.flattenDiagnosticMessageText(messageText, "\n");
      if (file === undefined) return text;
      const { line } = file.getLineAndCharacterOfPosition(start ?? 0);
      return `${file.fileName.slice(this.folder.length + 1)}:${line + 1}: ${text}`;
    });
  }

  /** `node --import nogil/register FILE`. */
  run(file: string, env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    return this.node(["--import", "nogil/register", file], env);
  }

  node(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    const child = spawn(process.execPath, args, {
      cwd: this.folder,
      env: { ...process.env, NODE_NO_WARNINGS: "1", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    return new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve({ stdout, stderr, code }));
    });
  }
}

const COMPILER_OPTIONS = {
  target: "ES2022",
  module: "NodeNext",
  moduleResolution: "NodeNext",
  lib: ["ES2023", "ESNext.Disposable"],
  strict: true,
  noEmit: true,
  exactOptionalPropertyTypes: true,
  allowArbitraryExtensions: true,
  types: ["node"],
  typeRoots: [join(ROOT, "node_modules", "@types")],
};
