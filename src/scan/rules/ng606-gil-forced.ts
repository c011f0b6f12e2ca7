import type { Project, ProjectFile } from "../project/index.js";
import type { PackagingRule } from "./packaging-rule.js";

const FORCES =
  /\bPYTHON_GIL["']?(?:\s*[=:]\s*|\s+)["']?([01])\b|(?:^|[\s"'[])-X(?:\s+|["'],\s*["'])?gil=([01])\b/g;
const KINDS = [
  "dockerfile",
  "compose",
  "github-workflow",
  "gitlab-ci",
  "other-ci",
  "tox",
  "noxfile",
  "shell",
  "pyproject",
  "setup-cfg",
] as const;
/** An image that has a build without the GIL. */
const FREE_THREADED_IMAGE = /\d\.\d+(\.\d+)?t\b|free.?thread|nogil/i;

export const gilForced: PackagingRule = {
  code: "NG606",
  name: "gil-forced",
  severity: "medium",
  effect: "ready-after",
  summary: "A container, CI file or script fixes the state of the GIL by PYTHON_GIL or -X gil.",
  explanation:
    "`PYTHON_GIL=1` and `-X gil=1` switch the GIL on in a free-threaded Python, whatever its modules declare: threads take turns again and nothing says so. `PYTHON_GIL=0` and `-X gil=0` keep it off even for modules that need it, which corrupts their state, and a Python built with the GIL does not start with them at all.",
  example: "Dockerfile",
  unsafe: 'FROM python:3.13\nENV PYTHON_GIL=0\nCMD ["python", "app.py"]\n',
  safe: 'FROM python:3.13\nCMD ["python", "app.py"]\n',
  fix: "Remove it: a free-threaded Python starts without the GIL by itself, and says which module switches it on.",
  versions: "3.13 and newer",
  source: "Python documentation, PYTHON_GIL and -X gil",
  language: "dockerfile",
  match(project, context) {
    for (const file of project.of(...KINDS)) report(file, file.code("hash"));
    for (const file of shebangs(project))
      report(file, file.text.slice(0, Math.max(0, file.text.indexOf("\n"))));

    function report(file: ProjectFile, text: string): void {
      if (!/gil/i.test(text)) return;
      for (const match of text.matchAll(FORCES)) {
        const isOn = (match[1] ?? match[2]) === "1";
        const start = match.index + match[0].search(/PYTHON_GIL|-X/);
        const message = isOn
          ? `"${clean(match[0])}" switches the GIL on: threads take turns, whatever the modules declare`
          : `"${clean(match[0])}" keeps the GIL off for modules that need it${zeroOnImage(file, text, match.index)}`;
        context.report(file.range(start, match.index + match[0].length), message);
      }
    }
  },
};

function clean(text: string): string {
  return text.replace(/^[\s"'[]+/, "").replace(/\s+/g, " ");
}

/** What the image of a Dockerfile's stage makes of it. */
function zeroOnImage(file: ProjectFile, text: string, offset: number): string {
  if (file.kind !== "dockerfile") return ", and a Python with the GIL does not start with it";
  const images = [...text.slice(0, offset).matchAll(/^[ \t]*FROM[ \t]+(?:--\S+[ \t]+)*(\S+)/gim)];
  const image = images.at(-1)?.[1];
  if (image === undefined || FREE_THREADED_IMAGE.test(image))
    return ", and a Python with the GIL does not start with it";
  return `, and unless ${image} has a free-threaded Python it does not start at all`;
}

function shebangs(project: Project): ProjectFile[] {
  return project.of("python", "setup-py", "noxfile").filter(({ text }) => text.startsWith("#!"));
}
