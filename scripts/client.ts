/**
 * `npm run client`: generates types from docs/openapi.json, compiles a client with them, and runs it against the real
 * Worker. `npm run client -- <url> <key>` runs it against a gateway that is there already.
 */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startGateway } from "./support/gateway-process.ts";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const GENERATOR = "scripts/client/node_modules/openapi-typescript/bin/cli.js";
const COMPILER = "node_modules/typescript/bin/tsc";

async function step(what: string, args: string[]): Promise<void> {
  try {
    await run(process.execPath, args, { cwd: ROOT });
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`${what} failed.\n${stdout}${stderr}`);
  }
  console.log(`✓ ${what}`);
}

async function tourOf(url: string, key: string): Promise<void> {
  // Typed by what was generated a moment ago, and therefore loaded only now.
  const example: string = new URL("./client/example.ts", import.meta.url).href;
  const { tour } = (await import(example)) as { tour: (url: string, key: string) => Promise<string[]> };
  for (const line of await tour(url, key)) console.log(line);
}

const [url, key = ""] = process.argv.slice(2);
await mkdir(join(ROOT, "dist/client"), { recursive: true });
await step("types generated from docs/openapi.json", [
  GENERATOR,
  "docs/openapi.json",
  "-o",
  "dist/client/schema.d.ts",
  // A field with a default may be left out of a body.
  "--default-non-nullable=false",
]);
await step("client compiled with them", [COMPILER, "-p", "scripts/client/tsconfig.json"]);
if (url === undefined) {
  const stateDir = await mkdtemp(join(tmpdir(), "wasup-client-"));
  const gateway = await startGateway({ stateDir: join(stateDir, "state"), settings: { API_KEY: "client-key" } });
  try {
    await tourOf(gateway.url, "client-key");
  } finally {
    await gateway.stop();
    await rm(stateDir, { recursive: true, force: true });
  }
} else {
  await tourOf(url, key);
}
