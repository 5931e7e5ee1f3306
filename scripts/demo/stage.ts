/** Everything the demo needs, running: the simulator, the gateway, and the receiver of its webhooks. */
import { type SimulatorServer, startSimulator } from "../../simulator/index.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { Camera } from "./camera.ts";
import { GatewayClient } from "./gateway-client.ts";
import { startLocalServer } from "./local-server.ts";
import { freshStateFolder } from "./state-folder.ts";
import type { Transcript } from "./transcript.ts";
import { Webhook, type WebhookBody } from "./webhook.ts";

export interface Stage {
  simulator: SimulatorServer;
  gateway: GatewayProcess;
  api: GatewayClient;
  webhook: Webhook;
  webhookUrl: string;
  /** Takes a QR picture and lets a simulated phone scan it. */
  cameraUrl: string;
}

/**
 * Starts one after the other; what is running is put on `stack`, to be stopped in the opposite order.
 * @throws when something does not start, or when `signal` is aborted meanwhile
 */
export async function setStage(
  stack: AsyncDisposableStack,
  transcript: Transcript,
  signal: AbortSignal,
): Promise<Stage> {
  const simulator = await startSimulator();
  stack.defer(() => simulator.stop());
  transcript.happened("simulator", `plays WhatsApp's server at ${simulator.whatsappUrl}`);

  const webhook = new Webhook((body, reply) => {
    transcript.happened("gateway → webhook", `POST ${JSON.stringify(excerpt(body))}`);
    transcript.happened("webhook → gateway", `200 ${JSON.stringify({ reply })}`);
  });
  const camera = new Camera(simulator, (phone) => transcript.happened("phone", `${phone} scanned the QR`));
  const server = await startLocalServer({ "/webhook": webhook.handler, "/camera": camera.handler });
  stack.defer(() => server.stop());
  transcript.happened("webhook", `listens at ${server.url}/webhook`);

  transcript.happened("gateway", "starting (the Worker is bundled first)");
  const gateway = await startGateway({
    stateDir: await freshStateFolder(),
    settings: { WHATSAPP_URL: simulator.whatsappUrl, WHATSAPP_ROOT_KEY: simulator.rootKey },
    signal,
  });
  stack.defer(() => gateway.stop());
  transcript.happened("gateway", `serves its API at ${gateway.url}`);

  return {
    simulator,
    gateway,
    api: new GatewayClient(gateway.url),
    webhook,
    webhookUrl: `${server.url}/webhook`,
    cameraUrl: `${server.url}/camera`,
  };
}

/** The fields worth a look; docs/events-and-webhooks.md lists all. */
function excerpt({ event, event_id, instance_id, from_phone, push_name, message }: WebhookBody): Partial<WebhookBody> {
  return { event, event_id, instance_id, from_phone, push_name, message };
}
