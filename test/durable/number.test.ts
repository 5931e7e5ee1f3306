import { afterEach, describe, expect, test, vi } from "vitest";
import { sendMessage } from "../../src/sending/send-message.ts";
import { openSession } from "../../src/whatsapp/open-session.ts";
import { REMOTE_PICTURE } from "../support/remote-file.ts";
import { HOOK, inNumber, message, OPEN, webhook } from "./support/number.ts";
import { directoryOf, ORG } from "./support/objects.ts";

const fields = { webhookUrl: HOOK };
const MINUTE = 60_000;
/** `RETENTION_DAYS` of a deployment that sets none. */
const RETENTION_MS = 30 * 24 * 60 * MINUTE;

afterEach(() => {
  vi.restoreAllMocks();
});

/** Lets everything run that needs no more than a turn of the event loop. */
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

const shownStatus = async (id: string) => {
  const { instances } = await directoryOf(ORG).list({ limit: 1_000 });
  return instances.find((instance) => instance.id === id)?.status;
};

describe("a number that is linked", () => {
  test("tells each step: in its log of events, in the Directory and in what it shows", () =>
    inNumber("linking", async ({ number, whatsApp, events }) => {
      number.keeper.connect();
      whatsApp.latest.emit({ type: "qr", text: "first" });
      expect(number.shown).toEqual({ qr: "first", pairingCode: null });
      await number.update({});
      expect(await shownStatus("linking")).toBe("connecting");
      whatsApp.latest.emit({ type: "paired" });
      whatsApp.latest.emit(OPEN);
      await number.update({});
      expect(await shownStatus("linking")).toBe("connected");
      expect(await directoryOf(ORG).findByPhone("490")).toMatchObject({ id: "linking", linked: true });
      number.keeper.disconnect();
      await number.update({});
      expect(await shownStatus("linking")).toBe("disconnected");
      expect(events()).toEqual(["connection", "qr", "connection", "connection"]);
      expect(number.store.events.get(3)?.payload).toEqual({
        instance_id: "linking",
        status: "connected",
        reason: null,
        code: null,
        next_action: null,
      });
    }));
});

test("a file is not given up because a setting of the deployment is wrong", () =>
  inNumber(
    "wrong-setting",
    async ({ number }) => {
      const file = REMOTE_PICTURE;
      const { id, key } = number.media.newFile();
      const media = { id, key, link: null, status: "pending", file, dueAt: Date.now() } as const;
      const about = { id: "A", chatId: "491@s.whatsapp.net", direction: "inbound" } as const;
      number.store.media.insert({ ...media, message: about });
      number.media.keeper.pump();
      await vi.waitUntil(() => number.store.media.get(id)?.attempts === 1);
      expect(number.store.media.get(id)).toMatchObject({ status: "pending" });
    },
    { settings: { RETENTION_DAYS: "soon" } },
  ));

describe("a message that comes in", () => {
  test("reaches the webhook, and its reply goes out and is recorded", () =>
    inNumber(
      "replying",
      async ({ number, whatsApp, events }) => {
        const hook = webhook(() => Response.json({ reply: "Hello Alice" }));
        number.keeper.connect();
        whatsApp.latest.emit(OPEN);
        whatsApp.latest.emit({ type: "message", message: message("A") });
        expect(await hook.next()).toMatchObject({
          url: HOOK,
          body: {
            event: "message",
            event_id: "evt_3",
            message: "text of A",
            from_phone: "491",
            instance_id: "replying",
          },
        });
        await turns();
        const [reply] = whatsApp.latest.sent;
        expect(reply).toMatchObject({ to: "491@s.whatsapp.net" });
        whatsApp.latest.emit({ type: "ack", messageId: reply?.id ?? "", error: null });
        expect(number.store.messages.list({ limit: 10 }).messages).toMatchObject([
          { direction: "outbound", text: "Hello Alice", status: "sent", source: "reply" },
          { direction: "inbound", id: "A", text: "text of A" },
        ]);
        expect(events()).toEqual(["connection", "connection", "message", "message.sent"]);
        expect(hook.posts).toHaveLength(1);
      },
      { fields },
    ));

  test("is one, however often WhatsApp repeats it", () =>
    inNumber("repeated", async ({ number, whatsApp, events }) => {
      number.keeper.connect();
      whatsApp.latest.emit(OPEN);
      for (let time = 0; time < 3; time += 1) whatsApp.latest.emit({ type: "message", message: message("A") });
      expect(number.store.messages.list({ limit: 10 }).messages).toHaveLength(1);
      expect(events()).toEqual(["connection", "connection", "message"]);
    }));

  test("is neither stored nor told when the transaction of its ratchet is rolled back", () =>
    inNumber(
      "rolled-back",
      async ({ number, whatsApp, storage, events }) => {
        const hook = webhook();
        number.keeper.connect();
        whatsApp.latest.emit(OPEN);
        const failing = () =>
          storage.transactionSync(() => {
            whatsApp.latest.emit({ type: "message", message: message("A") });
            throw new Error("the ratchet could not be stored");
          });
        expect(failing).toThrow("ratchet");
        await turns();
        expect([hook.posts, events()]).toEqual([[], ["connection", "connection"]]);
        whatsApp.latest.emit({ type: "message", message: message("A") });
        expect(await hook.next()).toMatchObject({ body: { message_id: "A" } });
      },
      { fields },
    ));

  test("that fails half-way is not stored by half", () =>
    inNumber(
      "half-way",
      async ({ number, whatsApp, storage }) => {
        webhook();
        number.keeper.connect();
        whatsApp.latest.emit(OPEN);
        storage.sql.exec("CREATE TRIGGER full BEFORE INSERT ON deliveries BEGIN SELECT RAISE(ABORT, 'disk full'); END");
        expect(() => whatsApp.latest.emit({ type: "message", message: message("A") })).toThrow("disk full");
        expect(number.store.messages.list({ limit: 10 }).messages).toEqual([]);
        storage.sql.exec("DROP TRIGGER full");
      },
      { fields },
    ));
});

describe("an object that lost its memory", () => {
  test("while its number was online is connecting again, under a new epoch, and opens a session by its alarm", () =>
    inNumber("reborn", async ({ number, whatsApp, reborn }) => {
      number.keeper.connect();
      whatsApp.latest.emit(OPEN);
      const before = number.state?.connection.epoch ?? Number.NaN;
      const next = reborn();
      expect(next.number.state?.connection).toMatchObject({ phase: "waiting", epoch: before + 1, linked: true });
      expect(next.whatsApp.sessions).toEqual([]);
      await next.number.alarm();
      expect(next.whatsApp.sessions).toHaveLength(1);
      next.whatsApp.latest.emit(OPEN);
      expect(next.number.state?.connection).toMatchObject({ phase: "online", phone: "490" });
    }));

  test("while its number was disconnected stays so, with no alarm but the one for what becomes too old", () =>
    inNumber("reborn-idle", async ({ number, whatsApp, storage, reborn }) => {
      number.keeper.connect();
      whatsApp.latest.emit(OPEN);
      number.keeper.disconnect();
      await number.update({});
      const next = reborn();
      expect(next.number.state?.connection).toMatchObject({ phase: "idle", linked: true });
      await next.number.alarm();
      expect(next.whatsApp.sessions).toEqual([]);
      expect(await storage.getAlarm()).toBeGreaterThan(Date.now() + RETENTION_MS - MINUTE);
    }));

  test("sends what was still in its outbox, under the ids it had", () =>
    inNumber("reborn-outbox", async ({ number, whatsApp, reborn }) => {
      number.keeper.connect();
      whatsApp.latest.emit(OPEN);
      void sendMessage({ kind: "text", to: "491@s.whatsapp.net", text: "Hi" }, number.sending);
      await turns();
      const [first] = whatsApp.latest.sent;
      const next = reborn();
      await next.number.alarm();
      next.whatsApp.latest.emit(OPEN);
      await turns();
      expect(next.whatsApp.latest.sent).toEqual([first]);
      const id = first?.id ?? "";
      for (const session of [whatsApp.latest, next.whatsApp.latest])
        session.emit({ type: "ack", messageId: id, error: null });
    }));

  test("tells of what it could not send before it forgets it, though it is offline for longer than it keeps messages", () =>
    inNumber(
      "offline-for-days",
      async ({ number, whatsApp, storage, events }) => {
        number.keeper.connect();
        whatsApp.latest.emit(OPEN);
        void sendMessage({ kind: "text", to: "491@s.whatsapp.net", text: "Hi" }, number.sending);
        await turns();
        number.keeper.disconnect();
        storage.sql.exec("UPDATE messages SET sent_at = sent_at - ?", 25 * 60 * MINUTE);
        storage.sql.exec("INSERT OR REPLACE INTO wakeups (name, due_at) VALUES ('prune', 0)");
        await number.alarm();
        expect(number.store.messages.list({ limit: 1 }).messages).toEqual([]);
        expect(events().at(-1)).toBe("message.status");
      },
      { settings: { RETENTION_DAYS: "1" } },
    ));

  test("delivers what it had not delivered, and what it had begun to", () =>
    inNumber(
      "reborn-webhook",
      async ({ number, whatsApp, reborn }) => {
        const hook = webhook((_, attempt) => (attempt === 1 ? new Response(new ReadableStream()) : new Response()));
        number.keeper.connect();
        whatsApp.latest.emit(OPEN);
        whatsApp.latest.emit({ type: "message", message: message("A") });
        whatsApp.latest.emit({ type: "message", message: message("B") });
        expect(await hook.next()).toMatchObject({ body: { message_id: "A" } });
        reborn();
        expect(await hook.next()).toMatchObject({ body: { message_id: "A" } });
        expect(await hook.next()).toMatchObject({ body: { message_id: "B" } });
      },
      { fields },
    ));
});

describe("a webhook that fails", () => {
  test("is tried again by the alarm when the time has come, not before, and by an object that lost its memory", () =>
    inNumber(
      "retrying",
      async ({ number, whatsApp, storage, reborn }) => {
        const hook = webhook((_, attempt) => new Response(null, { status: attempt === 1 ? 500 : 200 }));
        number.keeper.connect();
        whatsApp.latest.emit(OPEN);
        whatsApp.latest.emit({ type: "message", message: message("A") });
        await hook.next();
        await turns();
        number.keeper.disconnect();
        const due = (await storage.getAlarm()) ?? Number.NaN;
        expect(due - Date.now()).toBeGreaterThan(3_000);
        expect(due - Date.now()).toBeLessThanOrEqual(6_000);

        const next = reborn();
        await next.number.alarm();
        await turns();
        expect(hook.posts).toHaveLength(1);

        vi.spyOn(Date, "now").mockReturnValue(due);
        await next.number.alarm();
        expect(await hook.next()).toMatchObject({ body: { message_id: "A" } });
      },
      { fields },
    ));

  test("that was given another URL gets what is waiting there when it is due", () =>
    inNumber(
      "moved",
      async ({ number, whatsApp, storage }) => {
        const hook = webhook((_, attempt) => new Response(null, { status: attempt === 1 ? 500 : 200 }));
        number.keeper.connect();
        whatsApp.latest.emit(OPEN);
        whatsApp.latest.emit({ type: "message", message: message("A") });
        await hook.next();
        await turns();
        number.keeper.disconnect();
        await number.update({ webhookUrl: "https://new.example/hook" });
        vi.spyOn(Date, "now").mockReturnValue((await storage.getAlarm()) ?? Number.NaN);
        await number.alarm();
        expect(await hook.next()).toMatchObject({ url: "https://new.example/hook", body: { message_id: "A" } });
      },
      { fields },
    ));
});

describe("the deployment's settings", () => {
  test("that point at a stranger's server refuse a connection, and say which one", () =>
    inNumber(
      "stranger",
      async ({ number, whatsApp, storage }) => {
        expect(number.keeper.connect()).toEqual({
          ok: false,
          error: {
            code: "misconfigured",
            error: expect.stringContaining("WHATSAPP_URL"),
            hint: expect.stringContaining("Remove WHATSAPP_URL"),
          },
        });
        expect(await number.keeper.connectByCode("491")).toMatchObject({ ok: false, error: { code: "misconfigured" } });
        expect(whatsApp.sessions).toEqual([]);
        expect(number.state?.connection).toMatchObject({ phase: "idle", epoch: 0 });
        expect(await storage.getAlarm()).toBeGreaterThan(Date.now() + RETENTION_MS - MINUTE);
      },
      { settings: { WHATSAPP_URL: "wss://whatsapp.example/ws/chat" } },
    ));

  test("give a webhook to instances without their own", () =>
    inNumber(
      "default-hook",
      async ({ number, whatsApp }) => {
        const hook = webhook();
        number.keeper.connect();
        whatsApp.latest.emit(OPEN);
        whatsApp.latest.emit({ type: "message", message: message("A") });
        expect(await hook.next()).toMatchObject({ url: "https://default.example/hook" });
      },
      { settings: { WEBHOOK_URL: "https://default.example/hook" } },
    ));
});

test("a server that is not there is tried again later, by the real session", async () => {
  const over = Promise.withResolvers<unknown>();
  const settings = { WHATSAPP_URL: "ws://127.0.0.1:1/ws/chat", WHATSAPP_ROOT_KEY: "" };
  await inNumber(
    "nobody-there",
    async ({ number, whatsApp, storage }) => {
      number.keeper.connect();
      const { endpoint, deps } = whatsApp.latest;
      const real = openSession(endpoint, { ...deps, onEvent: (event) => over.resolve(event) });
      expect(await over.promise).toMatchObject({ type: "closed", end: { text: expect.any(String) } });
      real.close();
      whatsApp.latest.emit({ type: "closed", end: { code: null, text: "" } });
      expect(number.state?.connection).toMatchObject({
        phase: "waiting",
        lastDisconnect: { reason: "connection_lost", nextAction: "reconnect" },
      });
      expect(await storage.getAlarm()).toBeLessThanOrEqual(Date.now() + 1_000);
    },
    { settings },
  );
});
