import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { useLab } from "./support/lab.ts";

const KEY = "client-key";
const lab = useLab({ settings: () => ({ API_KEY: KEY }) });

test("a client generated from the document compiles, and runs against the Worker", async () => {
  const cwd = fileURLToPath(new URL("../..", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ["scripts/client.ts", lab.url, KEY], { cwd });
  expect(stdout.trim().split("\n")).toEqual([
    "✓ types generated from docs/openapi.json",
    "✓ client compiled with them",
    "health: ok",
    "created: typed",
    "connection: disconnected",
    "send: not_connected",
    "refused: invalid_request",
    "deleted: true",
  ]);
});
