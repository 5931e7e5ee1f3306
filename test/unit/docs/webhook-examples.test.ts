/** The examples of docs/webhooks.md, run as they stand there. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newSecret, signatureHeaders } from "../../../src/events/signing.ts";

const PAGE = readFileSync(new URL("../../../docs/webhooks.md", import.meta.url), "utf8");
const SECRET = newSecret(randomBytes);
const BODY = JSON.stringify({ event: "message", event_id: "evt_7", message: "Grüße 👩‍⚕️" });

let folder = "";
const running: ChildProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "wasup-examples-"));
  const names = ["receiver.ts", "receiver.py", "verify.sh", "send.sh"];
  await Promise.all(names.map((name) => writeFile(join(folder, name), example(name))));
  await writeFile(join(folder, "package.json"), '{"type":"module"}');
  await writeFile(join(folder, "body.json"), BODY);
});

afterAll(async () => {
  for (const child of running) child.kill();
  await rm(folder, { recursive: true, force: true });
});

/** The code block below the comment that names it. */
function example(name: string): string {
  const block = new RegExp(`<!-- example: ${name.replace(".", "\\.")} -->\\n\`\`\`\\w+\\n(.*?)\`\`\``, "s").exec(
    PAGE,
  )?.[1];
  if (block === undefined) throw new Error(`docs/webhooks.md has no example ${name}`);
  return block;
}

/** Starts a receiver; a missing program fails the test with its name. @returns its URL */
function started(program: string, file: string): Promise<string> {
  const child = spawn(program, [file], { cwd: folder, env: { ...process.env, WEBHOOK_SECRET: SECRET, PORT: "0" } });
  running.push(child);
  let output = "";
  return new Promise((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString("utf8");
      const port = /ready (\d+)/.exec(output)?.[1];
      if (port !== undefined) resolve(`http://127.0.0.1:${port}/`);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("error", (error) => reject(new Error(`${program} is needed to run ${file}: ${error.message}`)));
    child.once("exit", (code) => reject(new Error(`${file} ended with code ${code}: ${output}`)));
  });
}

const signed = (id: string, now = Date.now()) => signatureHeaders(id, BODY, [SECRET], now);

async function post(url: string, headers: Record<string, string>, body = BODY): Promise<[number, unknown]> {
  const response = await fetch(url, {
    method: "POST",
    body,
    headers: { "Content-Type": "application/json", ...headers },
  });
  const text = await response.text();
  return [response.status, text === "" ? null : JSON.parse(text)];
}

describe.each([
  ["TypeScript", process.execPath, "receiver.ts"],
  ["Python", "python3", "receiver.py"],
])("the receiver in %s", (_, program, file) => {
  test("takes what is signed, replies once, and refuses what is changed, old or signed with another secret", async () => {
    const url = await started(program, file);
    const reply = { reply: "You said: Grüße 👩‍⚕️" };
    expect(await post(url, signed("wa_1_evt_7"))).toEqual([200, reply]);
    expect(await post(url, signed("wa_1_evt_7"))).toEqual([200, {}]);
    expect(await post(url, signed("wa_1_evt_8"))).toEqual([200, reply]);
    const other = newSecret(randomBytes);
    const rotated = signatureHeaders("wa_1_evt_9", BODY, [other, SECRET], Date.now());
    expect(await post(url, rotated)).toEqual([200, reply]);

    expect((await post(url, signed("wa_1_evt_10"), BODY.replace("Gr", "gr")))[0]).toBe(401);
    expect((await post(url, { ...signed("wa_1_evt_10"), "webhook-id": "wa_1_evt_11" }))[0]).toBe(401);
    expect((await post(url, signed("wa_1_evt_10", Date.now() - 600_000)))[0]).toBe(401);
    expect((await post(url, signatureHeaders("wa_1_evt_10", BODY, [other], Date.now())))[0]).toBe(401);
    expect((await post(url, {}))[0]).toBe(401);
  });
});

describe("the commands", () => {
  const environment = (headers: Record<string, string>, more: Record<string, string> = {}) => ({
    ...process.env,
    WEBHOOK_SECRET: SECRET,
    WEBHOOK_ID: headers["webhook-id"],
    WEBHOOK_TIMESTAMP: headers["webhook-timestamp"],
    WEBHOOK_SIGNATURE: headers["webhook-signature"],
    ...more,
  });
  const sh = async (file: string, env: NodeJS.ProcessEnv): Promise<string> =>
    (await promisify(execFile)("sh", ["-e", file], { cwd: folder, env })).stdout.trim();

  test("of openssl give the signature that is in the header", async () => {
    const headers = signed("wa_1_evt_7");
    expect(await sh("verify.sh", environment(headers))).toBe(headers["webhook-signature"]);
  });

  test("of curl send a request that a receiver takes", async () => {
    const url = await started(process.execPath, "receiver.ts");
    const answer = await sh("send.sh", environment(signed("wa_1_evt_7"), { WEBHOOK_URL: url }));
    expect(JSON.parse(answer)).toEqual({ reply: "You said: Grüße 👩‍⚕️" });
  });
});
