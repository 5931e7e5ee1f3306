/** After the story: a second instance that waits to be linked, and what to paste into a terminal. */
import type { Stage } from "./stage.ts";
import { CLINIC, type Told } from "./story.ts";
import type { Transcript } from "./transcript.ts";

const SHOP = "shop";
const JSON_BODY = "-H 'Content-Type: application/json'";

/** Creates the second instance and prints the addresses and commands. */
export async function inviteToTry(stage: Stage, told: Told, transcript: Transcript): Promise<void> {
  const { api, simulator, webhookUrl, cameraUrl } = stage;
  await api.create(SHOP, "Second shop", webhookUrl);
  await api.connect(SHOP);
  await api.qrPicture(SHOP);
  const show = (title: string, ...lines: string[]): void => {
    transcript.heading(title);
    for (const line of lines) transcript.line(`  ${line}`);
  };
  show(
    "It is still running. Look:",
    `the API            ${api.url}/api/instances`,
    `its description    ${api.url}/openapi.json`,
    `a QR to be scanned ${api.url}/api/instances/${SHOP}/qr?format=svg`,
    `the simulator      ${simulator.controlUrl}`,
  );
  show(
    "Try: send a message, read the history, list the instances",
    `curl -sw '\\n' -X POST ${api.url}/api/instances/${CLINIC}/send ${JSON_BODY} -d '{"to":"${told.contactPhone}","message":"Hello from curl"}'`,
    `curl -sw '\\n' '${api.url}/api/instances/${CLINIC}/messages?limit=5'`,
    `curl -sw '\\n' ${api.url}/api/instances`,
  );
  show(
    "Be the contact: write to the clinic, and see the webhook answer here",
    `curl -sw '\\n' -X POST ${simulator.controlUrl}/contacts/${told.contactPhone}/say ${JSON_BODY} -d '{"to":"${told.clinicPhone}","text":"Are you open today?"}'`,
  );
  show(
    "Be the second phone: hold the QR of the second instance before its camera",
    `curl -s '${api.url}/api/instances/${SHOP}/qr?format=image' | curl -s --data-binary @- ${cameraUrl}`,
  );
  transcript.line();
  transcript.line(
    "No key is set here, so that the links open in a browser; nothing listens beyond 127.0.0.1. Ctrl-C ends it.",
  );
}
