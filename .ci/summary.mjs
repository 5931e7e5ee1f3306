// Prints "N passed, N failed" from vitest's JSON report and exits 1 on any failure.
// Usage: node summary.mjs <report.json> <exit code of the tests> <number of other steps that failed>
import { readFileSync } from "node:fs";

const [file, testsExit, otherFailures] = process.argv.slice(2);
const text = readFileSync(file, "utf8");
const files = text === "" ? [] : JSON.parse(text).testResults;

const tests = files.flatMap(({ assertionResults }) => assertionResults);
const passed = tests.filter(({ status }) => status === "passed").length;
// A file that could not be loaded has no tests to count, but it failed.
const brokenFiles = files.filter(
  ({ status, assertionResults }) => status === "failed" && assertionResults.every((test) => test.status !== "failed"),
).length;
const counted = tests.length - passed + brokenFiles;
// An error outside any test, or no report at all, shows in the exit code alone.
const uncounted = counted === 0 && testsExit !== "0" ? 1 : 0;
const failed = counted + uncounted + Number(otherFailures);

console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
