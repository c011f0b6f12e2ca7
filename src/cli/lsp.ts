/** `nogil lsp`: the analyser for editors, over stdin and stdout. */
import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { packageFile } from "../package-root.js";

export function addLsp(program: Command): void {
  program
    .command("lsp")
    .summary("findings within an editor: a language server")
    .description(
      "Speak the Language Server Protocol over stdin and stdout: findings while one types, what their rules say, " +
        "quick fixes. Editors start it; it ends with them.",
    )
    .option("--stdio", "taken for the editors that say so; there is no other way")
    .addHelpText("after", "\nExample, what an editor is told to run:\n  $ nogil lsp --stdio")
    .action(serve);
}

async function serve(): Promise<void> {
  const { startLanguageServer } = await import("../language-server/index.js");
  const { version } = JSON.parse(readFileSync(packageFile("package.json"), "utf8")) as { version: string };
  startLanguageServer(process.stdin, process.stdout, version);
  // The connection ends the process, with 0 if the client has said goodbye.
  await new Promise<never>(() => {});
}
