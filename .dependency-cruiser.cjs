// The layers of ARCHITECTURE.md, lowest first. A folder may import only folders that stand below it,
// and another folder only through its index.ts.
const LAYERS = [
  ["errors", "package-root"],
  ["interpreter", "wire", "concurrency", "analyzer"],
  ["worker", "scan"],
  ["pool"],
  ["profiler", "bindings"],
  ["llm", "pipeline", "articles", "server", "cluster", "language-server"],
  ["cli"],
];
// Products that may use one another, in one direction only.
const SIDEWAYS = {
  pipeline: ["llm"],
  articles: ["pipeline", "llm"],
  server: ["bindings"],
  bindings: ["analyzer"],
};

const folder = (name) => (LAYERS[0].includes(name) ? `^src/${name}\\.ts$` : `^src/${name}/`);
const above = (level, name) =>
  LAYERS.slice(level)
    .flat()
    .filter((other) => other !== name && !(SIDEWAYS[name] ?? []).includes(other));

const layerRules = LAYERS.flatMap((names, level) =>
  names
    .filter((name) => above(level, name).length > 0)
    .map((name) => ({
      name: `${name}-imports-only-below`,
      severity: "error",
      from: { path: folder(name) },
      to: { path: [...above(level, name).map(folder), "^src/index\\.ts$"] },
    })),
);

module.exports = {
  forbidden: [
    ...layerRules,
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "index-is-the-only-door",
      severity: "error",
      from: { path: "^src/([^/]+)/" },
      to: { path: "^src/[^/]+/", pathNot: ["^src/$1/", "^src/[^/]+/index\\.ts$"] },
    },
    {
      name: "declared-dependencies-only",
      severity: "error",
      from: { path: "^src/" },
      // An optional peer is a development dependency too, for its tests.
      to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"], dependencyTypesNot: ["npm-peer"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types", "node"] },
  },
};
