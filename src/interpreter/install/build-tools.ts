import { access } from "node:fs/promises";
import { commandOnPath } from "../candidates.js";
import { SourceUnavailable } from "./source.js";

/** A program a build needs; `cc` stands for any C compiler. */
export type BuildTool = "cc" | "make" | "tar" | "gzip" | "xz" | "patch";

const COMPILERS = ["cc", "gcc", "clang"];
/** What to install for each on Debian and its relatives. gcc only recommends libc6-dev, without which it compiles nothing. */
const DEBIAN_PACKAGES: Readonly<Record<BuildTool, readonly string[]>> = {
  cc: ["gcc", "libc6-dev"],
  make: ["make"],
  tar: ["tar"],
  gzip: ["gzip"],
  xz: ["xz-utils"],
  patch: ["patch"],
};
const OTHER_PACKAGES: Readonly<Record<BuildTool, readonly string[]>> = {
  cc: ["gcc"],
  make: ["make"],
  tar: ["tar"],
  gzip: ["gzip"],
  xz: ["xz"],
  patch: ["patch"],
};
const INSTALLERS: readonly (readonly [command: string, line: string])[] = [
  ["apt-get", "apt-get install"],
  ["dnf", "dnf install"],
  ["apk", "apk add"],
  ["zypper", "zypper install"],
  ["pacman", "pacman -S"],
];

/** The C compiler to build with: `$CC`, or the first of the usual names. */
export async function findCompiler(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const chosen = env.CC?.trim().split(/\s+/)[0];
  if (chosen !== undefined && chosen !== "") {
    const works = chosen.includes("/")
      ? await access(chosen).then(
          () => true,
          () => false,
        )
      : (await commandOnPath(chosen, env)) !== undefined;
    return works ? env.CC : undefined;
  }
  for (const name of COMPILERS) {
    if ((await commandOnPath(name, env)) !== undefined) return name;
  }
  return undefined;
}

/**
 * Makes sure that a build can start.
 *
 * @throws {@link SourceUnavailable} with the command that installs what is missing
 */
export async function assertBuildTools(env: NodeJS.ProcessEnv, tools: readonly BuildTool[]): Promise<void> {
  const missing: BuildTool[] = [];
  for (const tool of tools) {
    const path = tool === "cc" ? await findCompiler(env) : await commandOnPath(tool, env);
    if (path === undefined) missing.push(tool);
  }
  if (missing.length === 0) return;
  const names = missing.map((tool) => (tool === "cc" ? "a C compiler" : tool)).join(", ");
  throw new SourceUnavailable(`building needs ${names}, not found on PATH`, await installLine(env, missing));
}

async function installLine(env: NodeJS.ProcessEnv, missing: readonly BuildTool[]): Promise<string> {
  if (process.platform === "darwin") return "run `xcode-select --install`";
  for (const [command, line] of INSTALLERS) {
    if ((await commandOnPath(command, env)) === undefined) continue;
    const packages = missing.flatMap(
      (tool) => (command === "apt-get" ? DEBIAN_PACKAGES : OTHER_PACKAGES)[tool],
    );
    return `run \`${process.getuid?.() === 0 ? "" : "sudo "}${line} ${packages.join(" ")}\``;
  }
  return `install ${missing.join(", ")}`;
}
