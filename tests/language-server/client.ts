/** A language client on the real `nogil lsp`. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { pathToFileURL } from "node:url";
import {
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-jsonrpc/node";
import { COMMAND } from "../cli/command.js";

export interface Diagnostic {
  readonly code?: string;
  readonly message: string;
  readonly range: { readonly start: { readonly line: number; readonly character: number } };
}

interface Published {
  readonly uri: string;
  readonly diagnostics: readonly Diagnostic[];
}

export class Client {
  readonly process: ChildProcess;
  readonly connection: MessageConnection;
  readonly exited: Promise<number | null>;
  private readonly published: Published[] = [];
  private notify: () => void = () => {};

  constructor(readonly folder: string) {
    this.process = spawn(process.execPath, [COMMAND, "lsp", "--stdio"], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const { stdin, stdout } = this.process;
    if (stdin === null || stdout === null) throw new Error("the server has no streams");
    stdin.on("error", () => {});
    this.exited = once(this.process, "exit").then(([code]) => code as number | null);
    this.connection = createMessageConnection(
      new StreamMessageReader(stdout),
      new StreamMessageWriter(stdin),
    );
    this.connection.onNotification("textDocument/publishDiagnostics", (message: Published) => {
      this.published.push(message);
      this.notify();
    });
    this.connection.onError(() => {});
    this.connection.listen();
  }

  uri(name: string): string {
    return pathToFileURL(`${this.folder}/${name}`).href;
  }

  async initialize(processId: number | null = process.pid): Promise<unknown> {
    const result = await this.connection.sendRequest("initialize", {
      processId,
      rootUri: pathToFileURL(this.folder).href,
      capabilities: {},
    });
    await this.connection.sendNotification("initialized", {});
    return result;
  }

  async open(name: string, text: string): Promise<void> {
    const textDocument = { uri: this.uri(name), languageId: "python", version: 1, text };
    await this.connection.sendNotification("textDocument/didOpen", { textDocument });
  }

  /** Waits for diagnostics of a file that are as wanted. */
  async diagnostics(
    name: string,
    isWanted: (codes: readonly string[], diagnostics: readonly Diagnostic[]) => boolean,
  ): Promise<readonly Diagnostic[]> {
    for (;;) {
      const latest = this.published.findLast(({ uri }) => uri === this.uri(name));
      if (
        latest !== undefined &&
        isWanted(
          latest.diagnostics.map(({ code }) => code ?? ""),
          latest.diagnostics,
        )
      )
        return latest.diagnostics;
      await new Promise<void>((resolve) => {
        this.notify = resolve;
      });
    }
  }

  /** Says goodbye as the protocol has it. */
  async shutdown(): Promise<number | null> {
    await this.connection.sendRequest("shutdown");
    await this.connection.sendNotification("exit");
    return this.exited;
  }
}
