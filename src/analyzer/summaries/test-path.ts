/** Which files are tests: what they share, they share on purpose, so nothing is reported in them. */
import { isAbsolute, relative } from "node:path";

const TEST_FOLDER = /^tests?$/;
const TEST_FILE = /^(?:test_.*|.*_tests?|conftest)\.py$/;

/** Of a path outside the working folder only so many parts speak of the project. */
const OWN_PARTS = 4;

/** True for tests, by the names of the file and of the folders around it. */
export function isTestPath(path: string): boolean {
  const inside = isAbsolute(path) ? relative(process.cwd(), path) : path;
  const parts = inside.replaceAll("\\", "/").split("/");
  const file = parts.pop() ?? "";
  const folders = inside.startsWith("..") ? parts.slice(-OWN_PARTS) : parts;
  return TEST_FILE.test(file) || folders.some((folder) => TEST_FOLDER.test(folder));
}
