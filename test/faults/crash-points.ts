/** Where the runtime is killed. Each point is waited for from the outside, by what the runtime shows at that moment. */
import type { Phone, SimulatorServer } from "../../simulator/index.ts";
import type { FaultyReceiver } from "../e2e/support/faulty-receiver.ts";
import { pick } from "./random.ts";

/** A point that the traffic does not reach in time: the runtime is killed wherever it is then. */
const PATIENCE_MS = 4_000;

export interface CrashSite {
  whatsApp: SimulatorServer;
  phone: Phone;
  receiver: FaultyReceiver;
}

interface Moment {
  caught: Promise<unknown>;
  /** Stops waiting for it. */
  remove: () => void;
}

/** In words that finish "killed …". */
export const CRASH_POINTS: Record<string, (site: CrashSite) => Moment> = {
  "with a message stored and its receipt not sent": ({ whatsApp, phone }) =>
    whatsApp.stopsAt({ tag: "receipt", phone: phone.phone }),
  "with a message on its way to WhatsApp, which never gets it": ({ whatsApp, phone }) =>
    whatsApp.stopsAt({ tag: "message", phone: phone.phone }),
  "with a message taken by WhatsApp and its acknowledgement lost": ({ whatsApp, phone }) =>
    whatsApp.stopsAt({ tag: "message", phone: phone.phone }, { isTaken: true }),
  "while WhatsApp is asked something": ({ whatsApp, phone }) => whatsApp.stopsAt({ tag: "iq", phone: phone.phone }),
  "in the middle of a webhook": ({ receiver }) => receiver.stopsAt("request"),
  "with a webhook answered and the answer not stored": ({ receiver }) => receiver.stopsAt("answer"),
  "while a file comes in": ({ whatsApp: { files } }) => ({
    caught: files.stallNext("downloads"),
    remove: () => files.unstall(),
  }),
  "while a file goes out": ({ whatsApp: { files } }) => ({
    caught: files.stallNext("uploads"),
    remove: () => files.unstall(),
  }),
};

/** Waits for a point of the seed's choice. @returns its name */
export async function reachCrashPoint(site: CrashSite, random: () => number): Promise<string> {
  const name = pick(random, Object.keys(CRASH_POINTS));
  const moment = CRASH_POINTS[name]?.(site);
  const { promise: late, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(resolve, PATIENCE_MS, false);
  const isReached = await Promise.race([moment?.caught.then(() => true) ?? false, late]);
  clearTimeout(timer);
  moment?.remove();
  return isReached ? name : "at any time";
}
