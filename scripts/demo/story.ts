/**
 * The story: a clinic links its number, writes to a patient, and its application answers her. Each step is checked;
 * whatever is not as it should be throws, and the demo fails.
 */

import { scanPicture } from "./camera.ts";
import type { Stage } from "./stage.ts";
import type { Transcript } from "./transcript.ts";
import { replyTo } from "./webhook.ts";

/** The instance of the story. */
export const CLINIC = "clinic";
const PATIENT = "Maria";

const REMINDER = "Hello Maria, it is time for your check-up. When would you like to come?";
const QUESTION = "Hi! Do you have a free hour on Friday?";

export interface Told {
  /** Digits of the linked number and of the contact. */
  clinicPhone: string;
  contactPhone: string;
}

/** @throws when a step did not happen as told */
export async function tellStory(stage: Stage, transcript: Transcript): Promise<Told> {
  const { simulator, api, webhook, webhookUrl } = stage;
  const phone = simulator.phone({ name: "Clinic" });
  const contact = simulator.contact({ name: PATIENT });
  const tell = (who: string, what: string): void => transcript.happened(who, what);

  transcript.heading("A number is linked");
  await api.create(CLINIC, "Clinic", webhookUrl);
  tell("you → gateway", `POST /api/instances: "${CLINIC}" with your webhook`);
  const { message } = await api.connect(CLINIC);
  tell("you → gateway", `POST …/${CLINIC}/connect: ${message}`);
  const picture = await api.qrPicture(CLINIC);
  tell("gateway → you", `GET …/qr: a picture of ${Math.round((picture.length * 3) / 4)} bytes`);
  const { deviceId } = await scanPicture(phone, picture);
  tell("phone", `the clinic's phone scans the picture and links device ${deviceId}`);
  const linked = await api.connected(CLINIC);
  expectEqual("the linked number", linked, phone.phone);
  tell("gateway → you", `GET …/connection: connected as ${linked}`);

  transcript.heading("A message goes out");
  const sent = await api.send(CLINIC, contact.phone, REMINDER);
  if (!sent.success) throw new Error(`The message was not sent: ${JSON.stringify(sent)}`);
  tell("you → gateway", `POST …/send: ${sent.status}, message ${sent.messageId}`);
  const reminder = await contact.received(REMINDER, { from: phone.phone });
  expectEqual("the message id", reminder.id, sent.messageId);
  tell(`clinic → ${PATIENT}`, `"${reminder.text}"`);
  const isReminder = ({ id }: { id: string }): boolean => id === sent.messageId;
  await api.messageWith(CLINIC, isReminder, ["delivered", "read"]);
  tell(`${PATIENT} → clinic`, "delivered");
  await contact.reads(reminder.id);
  await api.messageWith(CLINIC, isReminder, ["read"]);
  tell(`${PATIENT} → clinic`, "read");

  transcript.heading("An answer comes in");
  await contact.says(QUESTION, { to: phone });
  tell(`${PATIENT} → clinic`, `"${QUESTION}"`);
  const delivery = await within(webhook.received(QUESTION), "the webhook delivery");
  expectEqual("the sender in the webhook", delivery.from_phone, contact.phone);
  const expected = replyTo(delivery);
  const reply = await contact.received(expected, { from: phone.phone });
  tell(`clinic → ${PATIENT}`, `"${reply.text}"`);
  await api.messageWith(CLINIC, ({ id, source }) => id === reply.id && source === "reply", ["delivered"]);
  tell(`${PATIENT} → clinic`, "delivered");

  const [violation] = simulator.violations;
  if (violation) throw new Error(`The simulator saw a breach of the protocol: ${violation.kind}: ${violation.detail}`);
  return { clinicPhone: phone.phone, contactPhone: contact.phone };
}

const PATIENCE_MS = 30_000;

function expectEqual(what: string, seen: unknown, expected: unknown): void {
  if (seen !== expected) throw new Error(`Expected ${what} to be ${expected}, but it is ${seen}`);
}

async function within<T>(happening: Promise<T>, what: string): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`Waited ${PATIENCE_MS / 1_000} s for ${what}`)), PATIENCE_MS);
  try {
    return await Promise.race([happening, promise]);
  } finally {
    clearTimeout(timer);
  }
}
