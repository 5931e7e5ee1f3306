/**
 * Writes the table of operations and statuses into test/README.md, from what a run of the tests has recorded:
 * `RECORD_ANSWERS=/tmp/answers.txt npx vitest run --project unit --project e2e`, then
 * `node scripts/response-table.ts /tmp/answers.txt`. Each recorded answer was held against the document.
 */
import { readFile, writeFile } from "node:fs/promises";

const METHODS = ["get", "post", "put", "delete"];
const START = "<!-- answers: written by scripts/response-table.ts -->";
const END = "<!-- end of answers -->";

interface Document {
  paths: Record<string, Record<string, { responses: Record<string, unknown> }>>;
}

/** @param recorded lines `GET /api/x 200` */
export function responseTable(document: Document, recorded: ReadonlySet<string>): string {
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const responses = item[method]?.responses;
      return responses === undefined
        ? []
        : [{ name: `${method.toUpperCase()} ${path}`, statuses: Object.keys(responses) }];
    }),
  );
  const statuses = [...new Set(operations.flatMap((operation) => operation.statuses))].sort();
  const rows = operations.map(({ name, statuses: documented }) => {
    const cells = statuses.map((status) => {
      if (!documented.includes(status)) return "";
      return recorded.has(`${name} ${status}`) ? "✓" : "·";
    });
    return `| \`${name}\` | ${cells.join(" | ")} |`;
  });
  const total = operations.flatMap(({ name, statuses: documented }) => documented.map((status) => `${name} ${status}`));
  const seen = total.filter((answer) => recorded.has(answer)).length;
  return [
    `${seen} of ${total.length} documented answers of ${operations.length} operations were recorded (✓), the others (·) not.`,
    "",
    `| Operation | ${statuses.join(" | ")} |`,
    `|---|${statuses.map(() => "---").join("|")}|`,
    ...rows,
  ].join("\n");
}

async function main(files: readonly string[]): Promise<void> {
  const documentFile = new URL("../docs/openapi.json", import.meta.url);
  const readme = new URL("../test/README.md", import.meta.url);
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
  const recorded = new Set(texts.flatMap((text) => text.split("\n")));
  const table = responseTable(JSON.parse(await readFile(documentFile, "utf8")), recorded);
  const text = await readFile(readme, "utf8");
  const [before, after] = [text.indexOf(START), text.indexOf(END)];
  if (before < 0 || after < 0) throw new Error("test/README.md has no place for the table");
  await writeFile(readme, `${text.slice(0, before)}${START}\n\n${table}\n\n${text.slice(after)}`);
}

if (import.meta.main) await main(process.argv.slice(2));
