/** Requirements and lock files of every kind: what is ready, what is not, and by which evidence. */
import { describe, expect, test } from "vitest";
import { type Files, found, projectOf, scanFiles } from "./projects.js";

const PLATFORM = "manylinux_2_28_x86_64";
const OLD = `numpy-1.26.4-cp312-cp312-${PLATFORM}.whl`;
const NEW = `numpy-2.3.5-cp314-cp314t-${PLATFORM}.whl`;
const PURE = "idna-3.10-py3-none-any.whl";

const LOCKS: readonly (readonly [file: string, text: (version: string, numpy: string) => string])[] = [
  [
    "uv.lock",
    (version, numpy) => `version = 1

[[package]]
name = "shop"
version = "0.1"
source = { editable = "." }
dependencies = [{ name = "idna" }, { name = "numpy" }]

[[package]]
name = "idna"
version = "3.10"
wheels = [{ url = "https://host.example/a/${PURE}", hash = "sha256:0" }]

[[package]]
name = "numpy"
version = "${version}"
sdist = { url = "https://host.example/numpy-${version}.tar.gz" }
wheels = [{ url = "https://host.example/b/${numpy}#sha256=1" }]
`,
  ],
  [
    "poetry.lock",
    (version, numpy) => `[[package]]
name = "idna"
version = "3.10"
files = [{file = "${PURE}", hash = "sha256:0"}]

[[package]]
name = "numpy"
version = "${version}"
files = [
    {file = "${numpy}", hash = "sha256:1"},
    {file = "numpy-${version}.tar.gz", hash = "sha256:2"},
]

[metadata]
lock-version = "2.1"
`,
  ],
  [
    "pdm.lock",
    (version, numpy) => `[metadata]
lock_version = "4.5.0"

[[package]]
name = "idna"
version = "3.10"
files = [{url = "https://host.example/${PURE}", hash = "sha256:0"}]

[[package]]
name = "numpy"
version = "${version}"
files = [{file = "${numpy}", hash = "sha256:1"}]
`,
  ],
  [
    "pylock.dev.toml",
    (version, numpy) => `lock-version = "1.0"

[[packages]]
name = "idna"
version = "3.10"
wheels = [{name = "${PURE}", hashes = {}}]

[[packages]]
name = "numpy"
version = "${version}"
wheels = [{url = "https://host.example/${numpy}", hashes = {}}]
`,
  ],
];

describe.each(LOCKS)("%s", (file, text) => {
  test("tells by the tags of its wheels", async () => {
    const ready = await scanFiles({ [file]: text("2.3.5", NEW) });
    expect(ready).toMatchObject({ verdict: "ready", packaging: [], errors: [] });
    expect(ready.dependencies).toMatchObject([
      { name: "idna", version: "3.10", status: "ready", evidence: "lock file" },
      { name: "numpy", version: "2.3.5", status: "ready", evidence: "lock file" },
    ]);
    const lock = text("1.26.4", OLD);
    const old = await scanFiles({ [file]: lock });
    expect(old.verdict).toBe("not-ready");
    const [finding] = old.packaging;
    expect(finding).toMatchObject({ rule: "NG604", path: file });
    expect(finding?.message).toBe("the lock file lists one wheel of numpy 1.26.4, none for cp314t");
    expect(finding?.fix).toContain("upgrade numpy to 2.1.0 or newer");
    expect(lock.split("\n")[(finding?.line ?? 0) - 1]).toBe('name = "numpy"');
  });

  test("is for one version: wheels for 3.14t do not help 3.13t", async () => {
    expect(await found("NG604", { [file]: text("2.3.5", NEW) }, { target: "3.13t" })).toHaveLength(1);
  });

  test.each(["[[package]\n", '[[package]]\nname = "numpy\n', "package = 3\n[packages]\nx = 1\n", "\u0000"])(
    "that is cut or of another form is an error with its place: %j",
    async (malformed) => {
      const { errors, verdict, dependencies } = await scanFiles({
        [file]: malformed,
        "requirements.txt": "idna",
      });
      expect(errors).toMatchObject([{ path: file, kind: "syntax", line: expect.any(Number) }]);
      expect(errors[0]?.message).toMatch(
        /^could not be read: it (is not TOML|has no \[\[packages?\]\] tables)/,
      );
      expect({ verdict, names: dependencies.map(({ name }) => name) }).toEqual({
        verdict: "ready",
        names: ["idna"],
      });
    },
  );
});

describe("what only development needs is advice", () => {
  const GROUP = (groups: string) =>
    `[[package]]\nname = "numpy"\nversion = "1.26.4"\ngroups = ${groups}\nfiles = [{file = "${OLD}"}]\n`;
  const DEVELOPMENT = `[package.dev-dependencies]\ndev = [{ name = "numpy" }]\n`;
  test.each<[name: string, files: Files, isAdvice: boolean]>([
    [
      "uv, through a group",
      { "uv.lock": LOCKS[0]![1]("1.26.4", OLD).replace(', { name = "numpy" }]', `]\n${DEVELOPMENT}`) },
      true,
    ],
    [
      "uv, through another package",
      {
        "uv.lock": LOCKS[0]![1]("1.26.4", OLD)
          .replace(', { name = "numpy" }]', "]")
          .replace('version = "3.10"', 'version = "3.10"\ndependencies = [{ name = "numpy" }]'),
      },
      false,
    ],
    ["Poetry", { "poetry.lock": GROUP('["dev"]') }, true],
    ["Poetry, both", { "poetry.lock": GROUP('["dev", "main"]') }, false],
    ["Pipenv", { "Pipfile.lock": '{"_meta": {}, "develop": {"numpy": {"version": "==1.26.4"}}}' }, true],
    ["a file's name", { "requirements-dev.txt": "numpy<2\n" }, true],
    ["a group", { "pyproject.toml": '[dependency-groups]\nany = ["numpy<2"]\n' }, true],
    [
      "an extra for tests",
      { "pyproject.toml": '[project.optional-dependencies]\ntest = ["numpy<2"]\n' },
      true,
    ],
    [
      "an extra for users",
      { "pyproject.toml": '[project.optional-dependencies]\nfast = ["numpy<2"]\n' },
      false,
    ],
    [
      "asked for in both ways",
      { "requirements-dev.txt": "numpy<2\n", "requirements.txt": "numpy<2\n" },
      false,
    ],
  ])("%s: %o", async (_, files, isAdvice) => {
    const { packaging, verdict } = await scanFiles(files);
    expect(packaging).toMatchObject([{ rule: "NG604", effect: isAdvice ? "none" : "not-ready" }]);
    expect(verdict).toBe(isAdvice ? "ready" : "not-ready");
  });
});

describe("wheels", () => {
  const uv = (...wheels: string[]) => ({
    "uv.lock": `version = 1\n[[package]]\nname = "x"\nversion = "1"\nwheels = [${wheels.map((name) => `{ url = "${name}" }`).join(", ")}]\n`,
  });
  test.each([
    ["x-1-cp314-cp314t-win_amd64.whl", "3.14t", true],
    ["x-1-cp314-cp314-win_amd64.whl", "3.14t", false],
    ["x-1-cp39-abi3-win_amd64.whl", "3.14t", false],
    ["x-1-py2.py3-none-any.whl", "3.14t", true],
    [`x-1-py3-none-${PLATFORM}.whl`, "3.14t", true],
    ["x-1-cp313.cp314-cp313t.cp314t-win_amd64.whl", "3.14t", true],
    ["x-1-cp315-abi3.abi3t-win_amd64.whl", "3.15t", true],
    ["x-1-cp315-abi3.abi3t-win_amd64.whl", "3.14t", false],
  ])("%s on %s: %s", async (wheel, target, fits) => {
    const { dependencies } = await scanFiles(uv(wheel), { target });
    expect(dependencies[0]?.status).toBe(fits ? "ready" : "not-ready");
  });
});

describe("requirements", () => {
  const CASES: readonly (readonly [name: string, files: Files, expected: readonly string[]])[] = [
    [
      "exact",
      { "requirements.txt": "# numpy==1.0\nnumpy==1.26.4 --hash=sha256:0\nidna\n" },
      ["requirements.txt:2 numpy 1.26.4 is older"],
    ],
    [
      "exact, over two lines, with extras and a marker",
      { "requirements/dev.txt": 'NumPy[x] == 1.26.4 \\\n  ; python_version > "3.9"\n' },
      ["requirements/dev.txt:1 numpy 1.26.4"],
    ],
    ["bounded", { "requirements.in": "numpy>=1.20,<2\n" }, ["numpy>=1.20,<2 allows no version"]],
    ["compatible", { "constraints.txt": "numpy~=2.0.1\n" }, ["numpy~=2.0.1"]],
    [
      "open",
      {
        "requirements.txt":
          "numpy>=1.20\nnumpy!=2.0\n-r other.txt\n--no-binary :all:\n./folder\ngit+https://host.example/x\n",
      },
      [],
    ],
    ["an address of a wheel", { "requirements.txt": `numpy @ https://host.example/${NEW}\n` }, []],
    [
      "never ready so far",
      { "requirements.txt": "grpcio\n" },
      ["no version of grpcio had wheels for a free-threaded Python on"],
    ],
    [
      "pyproject",
      {
        "pyproject.toml":
          '[project]\nname = "x"\ndependencies = ["numpy<2"]\n[project.optional-dependencies]\na = ["lxml"]\n[dependency-groups]\nb = ["grpcio", {include-group = "c"}]\n',
      },
      ["pyproject.toml:7", "pyproject.toml:5", "pyproject.toml:3"],
    ],
    [
      "Poetry",
      {
        "pyproject.toml":
          '[tool.poetry.dependencies]\npython = "^3.9"\nnumpy = "^1.20"\npandas = {version = ">=2", extras = []}\n[tool.poetry.group.dev.dependencies]\nscipy = "~1.14"\n',
      },
      ["pyproject.toml:3", "pyproject.toml:6"],
    ],
    [
      "setup.cfg",
      { "setup.cfg": "[options]\ninstall_requires =\n  idna\n  numpy<2  # old\n" },
      ["setup.cfg:4"],
    ],
    [
      "setup.py",
      { "setup.py": "setup(install_requires=[\n    'idna',\n    # 'grpcio',\n    'numpy<2',\n])\n" },
      ["setup.py:4"],
    ],
    [
      "Pipfile.lock",
      { "Pipfile.lock": '{"_meta": {},\n "default": {"numpy": {"version": "==1.26.4"}}, "develop": {}}' },
      ["Pipfile.lock:2"],
    ],
    [
      "conda",
      {
        "environment.yml":
          "name: x\ndependencies:\n  - python=3.14\n  - numpy=1.26\n  - conda-forge::pandas>=2\n  - pip:\n    - grpcio==1.80\n",
      },
      ["environment.yml:7", "environment.yml:4"],
    ],
  ];
  test.each(CASES)("%s", async (_, files, expected) => {
    const findings = await found("NG604", files);
    expect(findings).toHaveLength(expected.length);
    for (const text of expected) expect(findings.join("\n")).toContain(text);
  });

  test("what is locked counts, not what would be allowed", async () => {
    const lock = LOCKS[0]![1]("2.3.5", NEW);
    expect(await found("NG604", { "requirements.txt": "numpy<2\n", "uv.lock": lock })).toEqual([]);
  });
});

describe("the list of known packages", () => {
  test("has its source and date in the report, and can be replaced", async () => {
    const files = { "requirements.txt": "grpcio\nidna\n" };
    expect((await scanFiles(files)).knownPackages).toMatch(/, \d{4}-\d\d-\d\d$/);
    const folder = projectOf({
      "known.json": '{"source": "us", "date": "2030-01-01", "packages": {"Idna": null, "grpcio": "1.90"}}',
    });
    const report = await scanFiles(files, { known: `${folder}/known.json` });
    expect(report.knownPackages).toBe("us, 2030-01-01");
    expect(report.dependencies.map(({ status }) => status)).toEqual(["ready", "not-ready"]);
  });

  test.each(["{", "[]", '{"source": "us"}', '{"source": "us", "date": "x", "packages": {"a": 1}}'])(
    "%j is none",
    async (text) => {
      const folder = projectOf({ "known.json": text });
      await expect(scanFiles({}, { known: `${folder}/known.json` })).rejects.toThrow(
        /option "known" is ".*", expected a JSON file/,
      );
    },
  );
});
