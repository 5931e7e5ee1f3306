/**
 * Starts a simulator for the tests inside workerd (project `durable`), which drive it over its HTTP control. A process of its own, because
 * this project's aliases (`ws` among them) would apply to a simulator that is imported here.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";

const CLI = fileURLToPath(new URL("../../simulator/cli.ts", import.meta.url));
/** Starting takes about a second; a busy machine may need longer. */
const PATIENCE_MS = 30_000;

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const child = spawn(process.execPath, [CLI, "--quiet"], { stdio: ["ignore", "pipe", "inherit"] });
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const printed = await new Promise<string>((resolve, reject) => {
    let output = "";
    const timer = setTimeout(() => reject(new Error(`The simulator did not start:\n${output}`)), PATIENCE_MS);
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString("utf8");
      if (!SETTINGS.every((pattern) => pattern.test(output))) return;
      clearTimeout(timer);
      resolve(output);
    });
    child.once("exit", (code) => reject(new Error(`The simulator ended with code ${code}:\n${output}`)));
  });
  const [whatsAppUrl, whatsAppRootKey, simulatorControlUrl] = SETTINGS.map(
    (pattern) => pattern.exec(printed)?.[1] ?? "",
  );
  project.provide("whatsAppUrl", whatsAppUrl ?? "");
  project.provide("whatsAppRootKey", whatsAppRootKey ?? "");
  project.provide("simulatorControlUrl", simulatorControlUrl ?? "");
  return async () => {
    child.kill("SIGTERM");
    await gone;
  };
}

/** What the simulator prints when it is ready. */
const SETTINGS = [/WHATSAPP_URL=(\S+)/, /WHATSAPP_ROOT_KEY=(\S+)/, /[Cc]ontrol\D*(http:\/\/127\.0\.0\.1:\d+)/];

declare module "vitest" {
  interface ProvidedContext {
    whatsAppUrl: string;
    whatsAppRootKey: string;
    simulatorControlUrl: string;
  }
}
