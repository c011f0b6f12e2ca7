/** The package as a user gets it: packed, unpacked into an empty project, its dependencies beside it. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export function installedProject(): string {
  const project = mkdtempSync(join(tmpdir(), "nogil-package-"));
  const [packed] = JSON.parse(
    execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", project], {
      cwd: ROOT,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }),
  ) as [{ filename: string }];
  const modules = join(project, "node_modules");
  mkdirSync(join(modules, "nogil"), { recursive: true });
  execFileSync("tar", [
    "-xzf",
    join(project, packed.filename),
    "-C",
    join(modules, "nogil"),
    "--strip-components=1",
  ]);
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  for (const name of Object.keys(dependencies))
    symlinkSync(join(ROOT, "node_modules", name), join(modules, name));
  return project;
}
