/** A number on the real storage of its object, with a scripted WhatsApp and a webhook the test answers for. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { vi } from "vitest";
import { WhatsAppNumber } from "../../../src/durable/number.ts";
import type { CreateInstance } from "../../../src/durable/rpc.ts";
import type { Env } from "../../../src/env.ts";
import type { ReceivedMessage } from "../../../src/whatsapp/session.ts";
import { scriptedWhatsApp } from "../../support/scripted-session.ts";
import { created } from "./objects.ts";

export const HOOK = "https://hook.example/wa";
export const OPEN = { type: "open", phone: "490", lid: "11", name: "Shop" } as const;

interface World {
  number: WhatsAppNumber;
  whatsApp: ReturnType<typeof scriptedWhatsApp>;
  storage: DurableObjectStorage;
  /** The same number after its object lost its memory: everything but the storage is new. */
  reborn(): { number: WhatsAppNumber; whatsApp: ReturnType<typeof scriptedWhatsApp> };
  /** Types of the events in the log, oldest first. */
  events(): string[];
}

interface Options {
  fields?: Partial<CreateInstance>;
  settings?: Partial<Env>;
  script?: Parameters<typeof scriptedWhatsApp>[0];
}

/** Runs a rule inside the object of a new instance. */
export async function inNumber(
  id: string,
  rule: (world: World) => Promise<void>,
  options: Options = {},
): Promise<void> {
  const stub = await created(id, options.fields);
  await runInDurableObject(stub, async (_, state) => {
    const reborn: World["reborn"] = () => {
      const whatsApp = scriptedWhatsApp(options.script);
      return { number: new WhatsAppNumber(state, { ...env, ...options.settings }, whatsApp.openSession), whatsApp };
    };
    const { storage } = state;
    const events = () =>
      storage.sql
        .exec<{ type: string }>("SELECT type FROM events ORDER BY seq")
        .toArray()
        .map(({ type }) => type);
    const world = reborn();
    // Pauses and limits have tests of their own.
    await world.number.update({ behaviorSettings: { typingSimulation: false, delayEnabled: false } });
    world.number.conduct.guard.configure({ enabled: false });
    await rule({ ...world, storage, reborn, events });
    await storage.deleteAlarm();
  });
}

export const message = (id: string, fields: Partial<ReceivedMessage> = {}): ReceivedMessage => ({
  id,
  chatJid: "491@s.whatsapp.net",
  altJid: null,
  participantJid: null,
  fromMe: false,
  pushName: "Alice",
  sentAt: Date.now(),
  content: { type: "text", text: `text of ${id}`, quoted: null, unsupported: false },
  payload: Uint8Array.of(1),
  ...fields,
});

interface Post {
  url: string;
  body: Record<string, unknown>;
}

/** Stands where webhooks are: gives each post to the test, in order, and answers as the test says. */
export function webhook(answer: (post: Post, attempt: number) => Response = () => new Response()) {
  const posts: Post[] = [];
  const waiting: ((post: Post) => void)[] = [];
  let taken = 0;
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const post = { url: String(input), body: JSON.parse(String(init?.body)) };
    posts.push(post);
    const { length } = posts;
    waiting.shift()?.(post);
    return answer(post, length);
  });
  return {
    posts,
    /** The next post the test has not seen yet. */
    next(): Promise<Post> {
      const post = posts[taken];
      taken += 1;
      if (post) return Promise.resolve(post);
      return new Promise((resolve) => waiting.push(resolve));
    },
  };
}
