/** `nogil lsp` from a client's side, also one that sends nonsense or disappears. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { editedText } from "../../src/analyzer/index.js";
import { Client } from "./client.js";

const UNSAFE = "_d = {}\n\ndef f(k):\n    if k not in _d:\n        _d[k] = []\n";

interface Action {
  readonly title: string;
  readonly edit: {
    readonly changes: Readonly<Record<string, readonly { range: Range; newText: string }[]>>;
  };
}
interface Range {
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly line: number; readonly character: number };
}

let folder = "";
let client: Client;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nogil-lsp-"));
  client = new Client(folder);
});
afterEach(() => {
  client.connection.dispose();
  client.process.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

function request<T>(method: string, params: object): Promise<T> {
  return client.connection.sendRequest<T>(method, params);
}

/** The text after the edits of an action, which the client is asked to make. */
function applied(text: string, action: Action | undefined, uri: string): string {
  const edits = (action?.edit.changes[uri] ?? []).map(({ range: { start, end }, newText }) => ({
    line: start.line + 1,
    column: start.character + 1,
    endLine: end.line + 1,
    endColumn: end.character + 1,
    text: newText,
  }));
  return editedText(text, edits);
}

describe("an editor", () => {
  it("sees findings while one types, what the rule says, and fixes them", async () => {
    expect(await client.initialize()).toMatchObject({
      serverInfo: { name: "nogil" },
      capabilities: { hoverProvider: true },
    });
    const uri = client.uri("a.py");
    await client.open("a.py", "_d = {}\n");
    await client.diagnostics("a.py", (codes) => codes.length === 0);
    const change = {
      range: { start: { line: 0, character: 7 }, end: { line: 1, character: 0 } },
      text: UNSAFE.slice(7),
    };
    const textDocument = { uri, version: 2 };
    await client.connection.sendNotification("textDocument/didChange", {
      textDocument,
      contentChanges: [change],
    });
    const [diagnostic] = await client.diagnostics("a.py", (codes) => codes.includes("NG105"));
    expect(diagnostic?.range.start).toEqual({ line: 3, character: 7 });
    const position = { line: 3, character: 9 };
    const hover = await request<{ contents: { value: string } }>("textDocument/hover", {
      textDocument,
      position,
    });
    expect(hover.contents.value).toContain("# NG105: check-then-act-mapping");
    const range = { start: position, end: position };
    const actions = await request<Action[]>("textDocument/codeAction", {
      textDocument,
      range,
      context: { diagnostics: [] },
    });
    const [fix, suppress] = actions;
    expect(fix?.title).toBe("NG105: set it in one step with setdefault()");
    expect(applied(UNSAFE, fix, uri)).toBe("_d = {}\n\ndef f(k):\n    _d.setdefault(k, [])\n");
    const suppressed = applied(UNSAFE, suppress, uri);
    expect(suppressed).toContain("if k not in _d:  # nogil: ignore[NG105]\n");
    await client.connection.sendNotification("textDocument/didChange", {
      textDocument: { uri, version: 3 },
      contentChanges: [{ text: suppressed }],
    });
    await client.diagnostics("a.py", (codes) => codes.length === 0);
    expect(await client.shutdown()).toBe(0);
  });

  it("sees what other files of the project do to the one that is open, by its settings", async () => {
    writeFileSync(join(folder, "pyproject.toml"), '[tool.nogil]\nignore = ["NG105"]\n');
    writeFileSync(join(folder, "b.py"), "import a\n\ndef add(k):\n    a._h[k] = 1\n");
    await client.initialize();
    await client.open("a.py", `${UNSAFE}\n_h = {}\n\ndef g():\n    for k in _h:\n        print(k)\n`);
    // The first answer may come before the project is read.
    const found = await client.diagnostics("a.py", (codes) => codes.includes("NG111"));
    expect(found.map(({ code }) => code)).toEqual(["NG111"]);
  });

  it("sees where a file does not parse", async () => {
    await client.initialize();
    await client.open("a.py", "def f(:\n");
    const [problem] = await client.diagnostics("a.py", (codes) => codes.length === 1);
    expect(problem?.message).toContain("not checked: '(' is never closed");
  });
});

describe("a client that sends nonsense", () => {
  it("gets errors, and the server goes on", async () => {
    await client.initialize();
    await client.open("a.py", UNSAFE);
    await client.diagnostics("a.py", (codes) => codes.includes("NG105"));
    await expect(request("nogil/nothing", {})).rejects.toThrow(/nogil\/nothing/);
    await expect(request("textDocument/hover", {})).rejects.toThrow();
    const textDocument = { uri: client.uri("a.py") };
    const nowhere = { line: 1e9, character: -5 };
    expect(await request("textDocument/hover", { textDocument, position: nowhere })).toBeNull();
    const range = { start: nowhere, end: nowhere };
    expect(
      await request("textDocument/codeAction", { textDocument, range, context: { diagnostics: [] } }),
    ).toEqual([]);
    const other = { uri: "untitled:x y" };
    await expect(
      request("textDocument/codeAction", { textDocument: other, range, context: { diagnostics: [] } }),
    ).rejects.toThrow("is not open");
    await client.connection.sendNotification("textDocument/didChange", { contentChanges: 5 });
    await client.connection.sendNotification("textDocument/didOpen", {});
    await client.connection.sendNotification("textDocument/didChange", {
      textDocument: { ...textDocument, version: 2 },
      contentChanges: [{ range: { start: nowhere, end: nowhere }, text: "\nx = 1\n" }],
    });
    client.process.stdin?.write('Content-Length: 7\r\n\r\n{"a": b');
    expect(
      await request("textDocument/hover", { textDocument, position: { line: 3, character: 9 } }),
    ).toMatchObject({
      contents: { kind: "markdown" },
    });
    expect(await client.shutdown()).toBe(0);
  });

  it.each([
    "Content-Length: -3\r\n\r\n{}",
    "Content-Length: many\r\n\r\n{}",
    "no header\r\n\r\n",
    "\0\0\r\n\r\n",
  ])("in its framing neither hangs nor kills it by a crash: %j", async (bytes) => {
    await client.initialize();
    client.process.stdin?.end(bytes);
    // The end of the stream without a goodbye; a crash would be another code or a signal.
    expect(await client.exited).toBe(1);
  });
});

describe("a client that disappears", () => {
  it("takes the server with it when it closes the stream", async () => {
    await client.initialize();
    client.process.stdin?.end();
    expect(await client.exited).toBe(1);
  });

  it("takes the server with it when its process dies", async () => {
    const editor = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    await client.initialize(editor.pid);
    editor.kill("SIGKILL");
    expect(await client.exited).toBe(1);
  });
});
