/** The gateway that is measured: the runtime alone, linked to a simulated WhatsApp, its bucket in another process. */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startRuntime } from "../../scripts/support/bare-runtime.ts";
import { startBucket } from "../../scripts/support/bucket-server.ts";
import { type SimulatorServer, startSimulator } from "../../simulator/index.ts";
import { Api } from "../../test/e2e/support/api.ts";
import { type Memory, memoryOf } from "./process-figures.ts";

const SAMPLE_MS = 10;

export interface Subject {
  whatsApp: SimulatorServer;
  api: Api;
  /** What the runtime holds. */
  memory: () => Memory;
  /** False once the runtime has ended, for instance because V8's heap was full. */
  isUp: () => boolean;
  /** Ends the runtime and starts another on the same state. @param between changes what is stored, in this folder */
  startsAnew: (between: (stateFolder: string) => void) => Promise<void>;
  stop: () => Promise<void>;
}

/** @param bundle what `buildGateway` gave. @throws when the runtime ends at once */
export async function startSubject(bundle: string, v8Flags: string[] = []): Promise<Subject> {
  const folder = await mkdtemp(join(tmpdir(), "wasup-bench-"));
  const [whatsApp, bucket] = await Promise.all([startSimulator(), startBucket()]);
  const settings = {
    WHATSAPP_URL: whatsApp.whatsappUrl,
    WHATSAPP_ROOT_KEY: whatsApp.rootKey,
    WHATSAPP_MEDIA_ORIGIN: whatsApp.mediaOrigin,
  };
  const leave = async (): Promise<void> => {
    bucket.stop();
    await whatsApp.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const options = { bundle, folder, settings, bucket: bucket.address, v8Flags };
  let runtime = await startRuntime(options).catch(async (error: unknown) => {
    await leave();
    throw error;
  });
  return {
    whatsApp,
    api: new Api(() => runtime.url),
    memory: () => memoryOf(runtime.pid),
    isUp: () => existsSync(`/proc/${runtime.pid}`),
    startsAnew: async (between) => {
      await runtime.stop();
      between(join(folder, "state"));
      runtime = await startRuntime(options);
    },
    stop: async () => {
      await runtime.stop();
      await leave();
    },
  };
}

/** The highest value while `work` runs. */
export async function peakDuring<T>(value: () => number, work: () => Promise<T>): Promise<{ peak: number; value: T }> {
  let peak = value();
  const timer = setInterval(() => {
    peak = Math.max(peak, value());
  }, SAMPLE_MS);
  try {
    return { value: await work(), peak };
  } finally {
    clearInterval(timer);
  }
}
