/** A receiver that is down for longer than the whole schedule, or for a part of it; the schedule is run 50,000 times as fast. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Crowd } from "./support/crowd.ts";
import { eventually } from "./support/eventually.ts";
import { faultyNumber } from "./support/faulty-number.ts";
import type { FaultyReceiver } from "./support/faulty-receiver.ts";
import { useLab } from "./support/lab.ts";
import type { GatewayNumber } from "./support/number.ts";

const PEOPLE = 40;
const EACH = 5;
const ALL = PEOPLE * EACH;

const lab = useLab({ settings: () => ({ WEBHOOK_RETRY_SCALE: "0.00002" }) });

let number: GatewayNumber;
let crowd: Crowd;
let receiver: FaultyReceiver;

beforeAll(async () => {
  ({ number, crowd, receiver } = await faultyNumber(lab, "outage", PEOPLE));
});

afterAll(() => receiver.stop());

interface Deliveries {
  count: number;
  deliveries: { id: string; seq: number; status: string; attempts: number; error: string }[];
}
const deliveries = (status: string) =>
  lab.api.ok<Deliveries>("GET", `${number.path}/webhook/deliveries?status=${status}&limit=200`);

describe("a receiver that is down", () => {
  it("for the whole schedule: all 200 messages are given up visibly, and a replay delivers them in order", async () => {
    await receiver.goesDown();
    const texts = await crowd.says("down", EACH);
    const { deliveries: parked } = await eventually(
      () => deliveries("parked"),
      ({ count }) => count === ALL,
      "every delivery is parked",
      100_000,
    );
    expect(new Set(parked.map(({ error }) => error))).toEqual(new Set(["The webhook is unreachable"]));
    // On a busy machine the time is over sooner than the schedule: ten attempts are made all the same.
    expect(Math.min(...parked.map(({ attempts }) => attempts))).toBeGreaterThanOrEqual(10);
    expect(await deliveries("waiting")).toMatchObject({ count: 0 });
    expect(await number.logs()).toContainEqual(expect.stringContaining("given up"));

    await receiver.comesBack();
    receiver.startsAnew();
    const answer = await lab.api.ok("POST", `${number.path}/webhook/replay`, { after: 0 });
    expect(answer).toMatchObject({ queued: ALL, next: null });
    await receiver.took(ALL);
    expect(receiver.taken.toSorted()).toEqual(texts.toSorted());
    expect({ disorder: receiver.disorder, unverified: receiver.unverified }).toEqual({ disorder: [], unverified: [] });
    expect(await deliveries("parked")).toMatchObject({ count: 0 });
  });

  it("for a part of it: all 200 messages arrive by themselves when it is back", async () => {
    await receiver.goesDown();
    receiver.startsAnew();
    const saying = crowd.says("back", EACH);
    await eventually(
      () => deliveries("waiting"),
      ({ deliveries: waiting }) => waiting.some(({ attempts }) => attempts >= 3),
      "deliveries are attempted in vain",
      60_000,
    );
    await receiver.comesBack();
    const texts = await saying;
    await receiver.took(ALL);
    expect(receiver.taken.toSorted()).toEqual(texts.toSorted());
    expect(receiver.disorder).toEqual([]);
    expect(await deliveries("parked")).toMatchObject({ count: 0 });
  });
});
