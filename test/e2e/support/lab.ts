/**
 * A gateway and a WhatsApp for one test file: the runtime alone, or `wrangler dev`, on a state folder of its own, and the
 * simulator. At the end of each test the simulator must have seen no breach of the protocol and nothing it could not
 * answer.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, inject } from "vitest";
import { startRuntime } from "../../../scripts/support/bare-runtime.ts";
import { type BucketServer, startBucket } from "../../../scripts/support/bucket-server.ts";
import { type GatewayProcess, startGateway } from "../../../scripts/support/gateway-process.ts";
import { type SimulatorServer, startSimulator } from "../../../simulator/index.ts";
import { traceState } from "../../traces/state.ts";
import { writeTraces } from "../../traces/traces.ts";
import { Api, seen } from "./api.ts";
import { LocalBucket } from "./local-bucket.ts";
import { GatewayNumber } from "./number.ts";
import { WebhookReceiver } from "./webhook-receiver.ts";

export interface Lab {
  readonly whatsApp: SimulatorServer;
  readonly api: Api;
  /** Address of the gateway; another one after it was started anew. */
  readonly url: string;
  readonly hook: WebhookReceiver;
  /** That of `wrangler dev`. */
  readonly bucket: LocalBucket;
  /** How many files are in the bucket of the runtime alone. */
  readonly files: number;
  /** A new instance; its webhook is `hook`. Without `settings` it sends without pauses and limits. */
  number(id: string, settings?: object): Promise<GatewayNumber>;
  /** SIGKILL to the gateway, then a new one on the same state. @param between runs while none does */
  crashesAndStarts(between?: () => void | Promise<void>): Promise<void>;
  /** Folder of the gateway's state. */
  readonly stateFolder: string;
  /** What the gateway's process printed since it started. */
  output(): string;
}

interface LabOptions {
  /** Settings beside those that point to the simulator. */
  settings?: (whatsApp: SimulatorServer) => Record<string, string>;
  /** Headers of every call of `api`, such as its key. */
  headers?: Record<string, string>;
  /**
   * `runtime`, unless another is named: workerd alone, with the bucket in this process. No proxy stands before the Worker,
   * so that every answer is its own or workerd's, and it starts in a tenth of the time. `wrangler dev` is what people
   * start by the README, with wrangler's R2: for tests of files, and of the first steps.
   */
  gateway?: "wrangler dev" | "runtime";
}

/** Call it at the top of a test file. */
export function useLab({ settings = () => ({}), headers = {}, gateway: kind = "runtime" }: LabOptions = {}): Lab {
  let whatsApp: SimulatorServer | undefined;
  let hook: WebhookReceiver | undefined;
  let gateway: GatewayProcess | undefined;
  let bucketServer: BucketServer | undefined;
  let folder = "";
  const bundle = inject("gatewayBundle");
  let testFile = "";
  let earlierOutput = "";
  let given: Record<string, string> = {};

  const start = async (server: SimulatorServer): Promise<GatewayProcess> => {
    given = settings(server);
    const all = {
      WHATSAPP_URL: server.whatsappUrl,
      WHATSAPP_ROOT_KEY: server.rootKey,
      WHATSAPP_MEDIA_ORIGIN: server.mediaOrigin,
      ...given,
    };
    return bucketServer
      ? startRuntime({ bundle, folder, settings: all, bucket: bucketServer.address })
      : startGateway({ bundle, stateDir: join(folder, "state"), settings: all });
  };
  /** All that the gateways of this file wrote, for test/traces. */
  const leaveTraces = (from: string): void => {
    const { secrets, logs, events } = traceState(join(folder, "state"));
    const apiKey = given.API_KEY === undefined ? [] : [{ kind: "api-key" as const, value: given.API_KEY }];
    writeTraces({
      from,
      secrets: [...secrets, ...apiKey, ...seen.secrets],
      output: earlierOutput + (gateway?.output() ?? ""),
      logs,
      events,
      refusals: seen.refusals,
    });
  };
  const started = <T>(part: T | undefined): T => {
    if (part === undefined) throw new Error("The lab is not set up yet");
    return part;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "wasup-e2e-"));
    whatsApp = await startSimulator();
    hook = await WebhookReceiver.start();
    if (kind === "runtime") bucketServer = await startBucket();
    gateway = await start(whatsApp);
  });

  afterEach(({ task }) => {
    testFile = task.file.name;
    const { violations, unhandled } = started(whatsApp);
    expect({ violations: [...violations], unhandled: [...unhandled] }).toEqual({ violations: [], unhandled: [] });
  });

  afterAll(async () => {
    await gateway?.stop();
    if (gateway) leaveTraces(testFile);
    bucketServer?.stop();
    await hook?.stop();
    await whatsApp?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const api = new Api(() => started(gateway).url, headers);
  const bucket = new LocalBucket(() => join(folder, "state"));
  return {
    bucket,
    get files() {
      return started(bucketServer).count();
    },
    get whatsApp() {
      return started(whatsApp);
    },
    get hook() {
      return started(hook);
    },
    api,
    get url() {
      return started(gateway).url;
    },
    number: (id, settings) => GatewayNumber.create(api, id, started(hook).url, settings),
    get stateFolder() {
      return join(folder, "state");
    },
    async crashesAndStarts(between) {
      await started(gateway).kill();
      earlierOutput += started(gateway).output();
      await between?.();
      gateway = await start(started(whatsApp));
    },
    output: () => started(gateway).output(),
  };
}
