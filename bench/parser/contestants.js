// The parsers that throughput.js compares. Each takes the bytes of a file and returns what must stay alive for its
// tree to be usable; the peers are dependencies of this folder alone.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const decoder = new TextDecoder();

export const contestants = {
  nogil: {
    load: async () => {
      const { decodeSource, parseBytes } = await import("../../dist/analyzer/syntax/index.js");
      return (bytes) => parseBytes(decodeSource(bytes).bytes);
    },
  },

  // Pyright itself is published as a bundle without its parser; this is a build of the same source by others.
  pyright: {
    package: "@zzzen/pyright-internal",
    load: async (peers) => {
      const require = createRequire(join(peers, "package.json"));
      const { Parser, ParseOptions } = require("@zzzen/pyright-internal/dist/parser/parser");
      const { DiagnosticSink } = require("@zzzen/pyright-internal/dist/common/diagnosticSink");
      return (bytes) =>
        new Parser().parseSourceFile(decoder.decode(bytes), new ParseOptions(), new DiagnosticSink());
    },
  },

  "web-tree-sitter": {
    package: "web-tree-sitter",
    load: async (peers) => {
      const require = createRequire(join(peers, "package.json"));
      const { Language, Parser } = await import(pathToFileURL(require.resolve("web-tree-sitter")).href);
      await Parser.init();
      const grammar = require.resolve("tree-sitter-python/tree-sitter-python.wasm");
      const parser = new Parser();
      parser.setLanguage(await Language.load(readFileSync(grammar)));
      return (bytes) => parser.parse(decoder.decode(bytes));
    },
  },

  lezer: {
    package: "@lezer/python",
    load: async (peers) => {
      const require = createRequire(join(peers, "package.json"));
      const { parser } = require("@lezer/python");
      return (bytes) => parser.parse(decoder.decode(bytes));
    },
  },
};

/** CPython parses in its own process; `ast.parse` includes making the Python objects of the tree. */
export const CPYTHON_SCRIPT = `
import ast, json, resource, sys, time, warnings
warnings.simplefilter("ignore")
files = json.load(sys.stdin)
passes = int(sys.argv[1])
sources = [open(path, "rb").read() for path in files]
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
seconds = []
failed = 0
for number in range(passes):
    start = time.process_time()
    kept = []
    for source in sources:
        try:
            kept.append(ast.parse(source))
        except (SyntaxError, ValueError):
            failed += number == 0
        if number > 0:
            kept.clear()
    seconds.append(time.process_time() - start)
    if number == 0:
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"seconds": seconds, "memory": (after - before) * 1024, "failed": failed}))
`;
