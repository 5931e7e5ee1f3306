/**
 * The fault table: in every case each of 200 messages, ten from each of twenty people, reaches the receiver at least
 * once, in order within its chat, verified, and is replied to once.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Crowd } from "./support/crowd.ts";
import { eventually } from "./support/eventually.ts";
import { faultyNumber } from "./support/faulty-number.ts";
import type { Attempt, Behaviour, FaultyReceiver } from "./support/faulty-receiver.ts";
import { useLab } from "./support/lab.ts";
import type { GatewayNumber } from "./support/number.ts";

const PEOPLE = 20;
const EACH = 10;
const ALL = PEOPLE * EACH;

// 5 s become 2.5 ms, and 72 hours 130 s: every attempt of the schedule is made, in less time.
const lab = useLab({ settings: () => ({ WEBHOOK_RETRY_SCALE: "0.0005" }) });

let number: GatewayNumber;
let crowd: Crowd;
let receiver: FaultyReceiver;

beforeAll(async () => {
  ({ number, crowd, receiver } = await faultyNumber(lab, "faults", PEOPLE));
});

afterAll(() => receiver.stop());

/** The last text of each person is replied to. */
const reply = ({ body }: Attempt): string | null =>
  String(body.message).endsWith(`.${EACH}`) ? `re: ${body.message}` : null;

/** 200, with the reply that belongs to the message. */
function answered(attempt: Attempt, status = 200): Behaviour {
  const text = reply(attempt);
  return { status, body: JSON.stringify(text === null ? { skip: true } : { reply: text }) };
}

const isFirst = ({ time }: Attempt): boolean => time === 1;
/** The first message of six people: as many as are attempted at the same time. */
const isOneOfSix = ({ body }: Attempt): boolean => / [1-6]\.1$/.test(String(body.message));

interface Deliveries {
  deliveries: { id: string; status: string; error: string | null; responseStatus: number | null }[];
}
const deliveries = async (status: string) =>
  (await lab.api.ok<Deliveries>("GET", `${number.path}/webhook/deliveries?status=${status}&limit=200`)).deliveries;

/** The gateway has stored the outcome of every attempt. */
const nothingWaits = () =>
  eventually(
    () => deliveries("waiting"),
    (waiting) => waiting.length === 0,
    "nothing waits",
    60_000,
  );

/** Everybody writes ten messages to a receiver with this fault; all arrive, in order, verified. */
async function survives(what: string, behave: (attempt: Attempt) => Behaviour, timeoutMs = 60_000): Promise<void> {
  receiver.startsAnew(behave);
  const texts = await crowd.says(what, EACH);
  await receiver.took(ALL, timeoutMs);
  expect(receiver.taken.toSorted()).toEqual(texts.toSorted());
  expect({ disorder: receiver.disorder, unverified: receiver.unverified }).toEqual({ disorder: [], unverified: [] });
}

/** Everybody got the reply to their last message, once. */
async function repliedOnce(what: string): Promise<void> {
  const counts = await crowd.got((person) => `re: ${what} ${person}.${EACH}`);
  expect(counts).toEqual(crowd.contacts.map(() => 1));
}

describe("200 messages reach a receiver that", () => {
  it("answers 500 the first time, with a reply that does not count", async () => {
    await survives("error", (attempt) => answered(attempt, isFirst(attempt) ? 500 : 200));
    await repliedOnce("error");
    expect(receiver.attempts).toHaveLength(2 * ALL);
  });

  it("is slow: 14 seconds", async () => {
    await survives("slow", (attempt) => {
      const answer = answered(attempt);
      return isOneOfSix(attempt) && typeof answer === "object" ? { ...answer, afterMs: 14_000 } : answer;
    });
    await repliedOnce("slow");
    expect(receiver.attempts).toHaveLength(ALL);
  });

  it("hangs: an attempt ends after 15 seconds and is made again", async () => {
    await survives("hanging", (attempt) => (isOneOfSix(attempt) && isFirst(attempt) ? "hang" : answered(attempt)));
    await repliedOnce("hanging");
    expect(receiver.attempts).toHaveLength(ALL + 6);
  });

  it("answers 429 with Retry-After: not earlier than that", async () => {
    const asked = new Map<string, number>();
    const waits: number[] = [];
    await survives("limited", (attempt) => {
      const { event_id: id } = attempt.body;
      if (/ \d+\.1$/.test(String(attempt.body.message)) && isFirst(attempt)) {
        asked.set(id, Date.now());
        return { status: 429, headers: { "Retry-After": "1" } };
      }
      const at = asked.get(id);
      if (at !== undefined) waits.push(Date.now() - at);
      return answered(attempt);
    });
    await repliedOnce("limited");
    expect(waits).toHaveLength(PEOPLE);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(990);
  });

  it("redirects: never followed, made again at the address that was set", async () => {
    await survives("redirected", (attempt) =>
      isFirst(attempt) ? { status: 307, headers: { Location: "/elsewhere" } } : answered(attempt),
    );
    await repliedOnce("redirected");
    expect(new Set(receiver.attempts.map(({ path }) => path))).toEqual(new Set(["/hook"]));
  });

  it("closes in the middle of its answer", async () => {
    await survives("cut", (attempt) => (isFirst(attempt) ? "cut" : answered(attempt)));
    await repliedOnce("cut");
    expect(receiver.attempts).toHaveLength(2 * ALL);
  });

  it("answers a megabyte: taken, and no reply is looked for in it", async () => {
    const giant = JSON.stringify({ reply: "never sent", more: "x".repeat(1_048_576) });
    await survives("giant", (attempt) => (reply(attempt) === null ? { status: 200, body: giant } : answered(attempt)));
    await repliedOnce("giant");
    expect(receiver.attempts).toHaveLength(ALL);
    expect((await number.messages("&q=never")).filter(({ direction }) => direction === "outbound")).toEqual([]);
  });

  it("answers with broken JSON: taken, nothing is sent", async () => {
    await survives("garbled", (attempt) =>
      reply(attempt) === null ? { status: 200, body: '{"reply": "never' } : answered(attempt),
    );
    await repliedOnce("garbled");
    expect(receiver.attempts).toHaveLength(ALL);
  });

  it("answers 410: given up at once, visibly, and delivered when asked for", async () => {
    receiver.startsAnew((attempt) =>
      String(attempt.body.message).endsWith(".5") ? { status: 410 } : answered(attempt),
    );
    const texts = await crowd.says("gone", EACH);
    await receiver.took(ALL - PEOPLE);
    await repliedOnce("gone");
    expect({ disorder: receiver.disorder, unverified: receiver.unverified }).toEqual({ disorder: [], unverified: [] });
    const parked = await deliveries("parked");
    expect(parked).toHaveLength(PEOPLE);
    expect(new Set(parked.map(({ error }) => error))).toEqual(new Set(["The webhook answered 410"]));
    receiver.behave = (attempt) => answered(attempt);
    for (const { id } of parked) await lab.api.ok("POST", `${number.path}/webhook/deliveries/${id}/retry`);
    await receiver.took(ALL);
    expect(receiver.taken.toSorted()).toEqual(texts.toSorted());
    expect(receiver.attempts).toHaveLength(ALL + PEOPLE);
  });

  it("sees the gateway killed in the middle and started again", async () => {
    receiver.startsAnew((attempt) => answered(attempt));
    const saying = crowd.says("killed", EACH);
    await receiver.took(ALL / 4);
    await lab.crashesAndStarts();
    const texts = await saying;
    await receiver.took(ALL, 120_000);
    expect(receiver.taken.toSorted()).toEqual(texts.toSorted());
    expect({ disorder: receiver.disorder, unverified: receiver.unverified }).toEqual({ disorder: [], unverified: [] });
    await repliedOnce("killed");
    await nothingWaits();
  });
});

describe("a replay", () => {
  it("delivers exactly the log from a position on, in order, and nothing is replied to again", async () => {
    receiver.startsAnew((attempt) => answered(attempt));
    const page = await lab.api.ok<{ events: { seq: number; event: string }[] }>(
      "GET",
      `${number.path}/events?types=message&limit=200`,
    );
    const after = page.events[99]?.seq ?? 0;
    const log: number[] = [];
    for (let position = after, more = true; more; ) {
      const next = await lab.api.ok<{ events: { seq: number }[]; next: number; more: boolean }>(
        "GET",
        `${number.path}/events?types=message&limit=200&after=${position}`,
      );
      log.push(...next.events.map(({ seq }) => seq));
      [position, more] = [next.next, next.more];
    }
    const replies = crowd.contacts.map(({ inbox }) => inbox.length);
    const answer = await lab.api.ok<{ queued: number; next: null }>("POST", `${number.path}/webhook/replay`, { after });
    expect(answer).toMatchObject({ queued: log.length, next: null });
    await receiver.took(log.length);
    expect(receiver.attempts.map(({ body }) => body.seq).toSorted((a, b) => a - b)).toEqual(log);
    expect({ disorder: receiver.disorder, unverified: receiver.unverified }).toEqual({ disorder: [], unverified: [] });
    await nothingWaits();
    expect(crowd.contacts.map(({ inbox }) => inbox.length)).toEqual(replies);
  });
});

describe("a new secret", () => {
  it("signs beside the old one, so that a receiver with either of them takes everything", async () => {
    const [old = ""] = receiver.secrets;
    const { secret } = await lab.api.ok<{ secret: string }>("PUT", `${number.path}/webhook`, { rotateSecret: true });
    expect(secret).not.toBe(old);
    receiver.secrets = [old, secret];
    await survives("rotated", (attempt) => answered(attempt));
    await repliedOnce("rotated");
    expect(receiver.attempts.map(({ verifiedBy }) => verifiedBy.length)).toEqual(receiver.attempts.map(() => 2));
  });
});

describe("in the end", () => {
  it("nobody got any reply twice", () => {
    const twice = crowd.contacts.flatMap(({ inbox }) => {
      const texts = inbox.map(({ text }) => text);
      return texts.filter((text, index) => texts.indexOf(text) !== index);
    });
    expect(twice).toEqual([]);
    expect(crowd.contacts.map(({ inbox }) => inbox.length)).toEqual(crowd.contacts.map(() => 11));
  });
});
