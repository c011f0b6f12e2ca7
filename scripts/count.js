// Prints "N passed, N failed" from the report of the last test run; fails when there is none or it holds no test.
import { readFileSync } from "node:fs";

let report;
try {
  report = JSON.parse(readFileSync(new URL("../.test-report.json", import.meta.url), "utf8"));
} catch {
  console.error("there is no test report: a check before the tests failed");
  console.log("0 passed, 1 failed");
  process.exit(1);
}
const failed =
  report.numFailedTests +
  report.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0).length;
console.log(`${report.numPassedTests} passed, ${failed} failed`);
process.exit(report.numPassedTests > 0 ? 0 : 1);
