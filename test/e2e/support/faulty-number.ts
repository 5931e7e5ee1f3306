import { Crowd } from "./crowd.ts";
import { FaultyReceiver } from "./faulty-receiver.ts";
import type { Lab } from "./lab.ts";

/** A linked number whose webhook misbehaves as told, with people who write to it. */
export async function faultyNumber(lab: Lab, id: string, people: number) {
  const receiver = await FaultyReceiver.start();
  const phone = lab.whatsApp.phone();
  const number = await lab.number(id);
  const { secret } = await lab.api.ok<{ secret: string }>("PUT", `${number.path}/webhook`, {
    webhookUrl: receiver.url,
  });
  receiver.secrets = [secret];
  await number.isLinkedBy(phone);
  return { receiver, number, crowd: new Crowd(lab.whatsApp, phone, people) };
}
