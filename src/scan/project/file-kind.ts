/** What a file of a project says, by its path: which rules look at it and how it is read. */

export type FileKind =
  | "setup-py"
  | "setup-cfg"
  | "pyproject"
  | "meson"
  | "cmake"
  | "c"
  | "cython"
  | "rust"
  | "cargo"
  | "f2py-signature"
  | "dockerfile"
  | "compose"
  | "github-workflow"
  | "gitlab-ci"
  | "other-ci"
  | "tox"
  | "noxfile"
  | "python"
  | "shell"
  | "requirements"
  | "poetry-lock"
  | "uv-lock"
  | "pdm-lock"
  | "pipfile-lock"
  | "pylock"
  | "conda"
  | "unknown-lock";

const BY_NAME: Readonly<Record<string, FileKind>> = {
  "setup.py": "setup-py",
  "setup.cfg": "setup-cfg",
  "pyproject.toml": "pyproject",
  "meson.build": "meson",
  "CMakeLists.txt": "cmake",
  "Cargo.toml": "cargo",
  "tox.ini": "tox",
  "noxfile.py": "noxfile",
  "poetry.lock": "poetry-lock",
  "uv.lock": "uv-lock",
  "pdm.lock": "pdm-lock",
  "Pipfile.lock": "pipfile-lock",
  ".gitlab-ci.yml": "gitlab-ci",
  ".travis.yml": "other-ci",
  ".cirrus.yml": "other-ci",
  ".env": "shell",
  Procfile: "shell",
};

const BY_PATTERN: readonly (readonly [RegExp, FileKind])[] = [
  [/(^|\/)\.github\/(workflows|actions)\/.*\.ya?ml$/, "github-workflow"],
  [/(^|\/)\.circleci\/config\.ya?ml$/, "other-ci"],
  [/(^|\/)azure-pipelines[^/]*\.ya?ml$/, "other-ci"],
  [/(^|\/)(Dockerfile|Containerfile)(\.[^/]*)?$|\.(dockerfile|containerfile)$/i, "dockerfile"],
  [/(^|\/)(docker-)?compose[^/]*\.ya?ml$/, "compose"],
  [/(^|\/)environment[^/]*\.ya?ml$/, "conda"],
  [
    /(^|\/)(constraints[^/]*|[^/]*requirements[^/]*)\.(txt|in)$|(^|\/)requirements\/[^/]*\.(txt|in)$/,
    "requirements",
  ],
  [/(^|\/)pylock(\.[^/.]+)?\.toml$/, "pylock"],
  [/\.(c|cc|cpp|cxx|h|hh|hpp|hxx)$/, "c"],
  [/\.pyx$/, "cython"],
  [/\.pyf$/, "f2py-signature"],
  [/\.cmake$/, "cmake"],
  [/\.rs$/, "rust"],
  [/\.pyw?$/, "python"],
  [/\.(sh|bash|env)$/, "shell"],
  [/\.lock$|(^|\/)[^/]*[-.]lock\.(json|ya?ml|toml)$/, "unknown-lock"],
];

/** Lock files of other ecosystems hold no Python packages. */
const OTHER_LOCKS =
  /(^|\/)(Cargo|yarn|Gemfile|composer|flake|Podfile|mix|deno|bun|pubspec|Package|gradle|buf|Chart)\.(lock|resolved)$|(^|\/)(package|npm-shrinkwrap|pnpm)-lock\.(json|ya?ml)$|(^|\/)\.terraform\.lock\.hcl$/;

/** What is built or locked in these folders is no part of what the project ships. */
const ASIDE = /(^|\/)(tests?|testing|examples?|docs?|doc|benchmarks?|bench|demos?|samples?)\//;
const READ_ASIDE: ReadonlySet<FileKind> = new Set(["dockerfile", "compose", "shell"]);

/** The kind of a file, undefined for one that says nothing. */
export function kindOf(path: string): FileKind | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const kind = Object.hasOwn(BY_NAME, name)
    ? BY_NAME[name]
    : BY_PATTERN.find(([pattern]) => pattern.test(path))?.[1];
  if (kind === "unknown-lock" && OTHER_LOCKS.test(path)) return undefined;
  if (kind !== undefined && ASIDE.test(path) && !READ_ASIDE.has(kind)) return undefined;
  return kind;
}
