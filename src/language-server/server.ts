/**
 * The language server: diagnostics while one types, the rule at the place of the cursor, quick fixes. Framing, unknown
 * methods and the death of the client are the library's part.
 */
import {
  CodeActionKind,
  createConnection,
  DidChangeWatchedFilesNotification,
  type Hover,
  type InitializeParams,
  type InitializeResult,
  MarkupKind,
  type Position,
  ResponseError,
  TextDocumentSyncKind,
  TextDocuments,
} from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { explainRule } from "../analyzer/index.js";
import { actionsFor } from "./actions.js";
import { diagnosticOf, errorDiagnostic } from "./diagnostics.js";
import { rangeOf, touch } from "./ranges.js";
import { Workspace } from "./workspace.js";

/** So long nothing is typed before the analysis runs (milliseconds). */
const PAUSE_MS = 120;
const INTERNAL_ERROR = -32603;
const PYTHON = /\.pyw?$/;

/** Serves one client until it is gone; the process ends with it. */
export function startLanguageServer(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  version: string,
): void {
  const connection = createConnection(input, output);
  const documents = new TextDocuments(TextDocument);
  let workspace = new Workspace([]);
  let timer: NodeJS.Timeout | undefined;
  let canWatch = false;

  const publish = (): void => {
    timer = undefined;
    workspace.analyse();
    for (const { uri, version: of } of documents.all()) {
      const diagnostics = [
        ...workspace.errors(uri).map(errorDiagnostic),
        ...workspace.findings(uri).map((finding) => diagnosticOf(finding, workspace.uriOf)),
      ];
      connection.sendDiagnostics({ uri, version: of, diagnostics });
    }
  };
  const later = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => guarded(publish), PAUSE_MS);
  };
  /** A fault of ours is told in the client's log and leaves the server running. */
  const guarded = (action: () => void): void => {
    try {
      action();
    } catch (error) {
      connection.console.error(`nogil: ${error instanceof Error ? error.stack : String(error)}`);
    }
  };
  const reload = async (): Promise<void> => {
    try {
      await workspace.load();
    } catch (error) {
      connection.console.error(`nogil: the project cannot be read: ${String(error)}`);
    }
    later();
  };
  const findingsAt = (uri: string, start: Position, end = start) =>
    workspace.findings(uri).filter((finding) => touch(rangeOf(finding), { start, end }));

  connection.onInitialize((params: InitializeParams): InitializeResult => {
    const folders = params.workspaceFolders?.map(({ uri }) => uri) ?? [];
    workspace = new Workspace(folders.length === 0 && params.rootUri ? [params.rootUri] : folders);
    canWatch = params.capabilities?.workspace?.didChangeWatchedFiles?.dynamicRegistration === true;
    return {
      serverInfo: { name: "nogil", version },
      capabilities: {
        textDocumentSync: TextDocumentSyncKind.Incremental,
        hoverProvider: true,
        codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
      },
    };
  });
  connection.onInitialized(() => {
    const watchers = [{ globPattern: "**/*.py" }, { globPattern: "**/pyproject.toml" }];
    if (canWatch)
      connection.client.register(DidChangeWatchedFilesNotification.type, { watchers }).catch(() => {});
    return reload();
  });
  connection.onDidChangeWatchedFiles(reload);
  documents.onDidChangeContent(({ document }) => {
    // Cells of notebooks come one by one and see nothing of each other; `nogil check` looks at whole notebooks.
    if (!PYTHON.test(document.uri) && document.languageId !== "python") return;
    workspace.set(document.uri, document.getText());
    later();
  });
  documents.onDidClose(({ document }) => {
    workspace.close(document.uri);
    connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
    later();
  });
  connection.onHover(({ textDocument, position }): Hover | null => {
    const [finding] = findingsAt(textDocument.uri, position);
    if (finding === undefined) return null;
    return {
      range: rangeOf(finding),
      contents: { kind: MarkupKind.Markdown, value: explainRule(finding.rule) },
    };
  });
  connection.onCodeAction(({ textDocument, range }) => {
    const document = documents.get(textDocument.uri);
    if (document === undefined) return new ResponseError(INTERNAL_ERROR, `${textDocument.uri} is not open`);
    return actionsFor(findingsAt(textDocument.uri, range.start, range.end), document, workspace.uriOf);
  });
  documents.listen(connection);
  connection.listen();
}
