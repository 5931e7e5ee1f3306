import { describe, expect, it } from "vitest";
import { useLab } from "./support/lab.ts";

const lab = useLab();

describe("the runtime is killed while a number is connected", () => {
  it("and comes back connected without any call; the next messages decrypt", async () => {
    const [phone, alice] = [lab.whatsApp.phone(), lab.whatsApp.contact()];
    const number = await lab.number("killed");
    await number.isLinkedBy(phone);
    await number.sends(alice.phone, "before the crash");
    await alice.received("before the crash");
    await alice.says("also before", { to: phone });
    await lab.hook.received(({ message }) => message === "also before");

    const back = lab.whatsApp.mark();
    await lab.crashesAndStarts();
    // Nobody calls the gateway until WhatsApp sees the number again.
    await lab.whatsApp.expects(
      { phone: phone.phone, tag: "iq", attrs: { xmlns: "passive" } },
      { since: back, timeoutMs: 90_000 },
    );
    await phone.online();

    await alice.says("after the crash", { to: phone });
    await lab.hook.received(({ message }) => message === "after the crash");
    await number.isConnected();
    await number.sends(alice.phone, "hello again");
    const received = await alice.received("hello again");
    expect(received.encType).toBe("msg");
    expect((await number.messages()).map(({ text }) => text)).toEqual([
      "before the crash",
      "also before",
      "after the crash",
      "hello again",
    ]);
  });

  it("and messages that came meanwhile arrive once", async () => {
    const [phone, alice] = [lab.whatsApp.phone(), lab.whatsApp.contact()];
    const number = await lab.number("killed-busy");
    await number.isLinkedBy(phone);
    const texts = Array.from({ length: 30 }, (_, index) => `during ${index + 1}`);
    const saying = (async () => {
      for (const text of texts) await alice.says(text, { to: phone });
    })();
    await lab.hook.received(({ message }) => message === "during 5");
    await lab.crashesAndStarts();
    await saying;
    await lab.hook.received(({ message }) => message === "during 30", 90_000);
    const stored = (await number.messages()).map(({ text }) => text);
    expect(stored).toEqual(texts);
    // The webhook may see an event twice (at least once is the promise), but never out of order.
    const seen = lab.hook.deliveries
      .filter(({ body }) => body.webhook_id === "killed-busy")
      .map(({ body }) => body.seq as number);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(new Set(seen).size).toBe(texts.length);
  });

  it("and a delivery that was under way is made again", async () => {
    const [phone, alice] = [lab.whatsApp.phone(), lab.whatsApp.contact()];
    const number = await lab.number("killed-delivery");
    await number.isLinkedBy(phone);
    lab.hook.answer = { status: 503 };
    await alice.says("please deliver", { to: phone });
    await lab.hook.received(({ message }) => message === "please deliver");
    lab.hook.answer = {};
    const before = lab.hook.deliveries.length;
    await lab.crashesAndStarts();
    await lab.hook.received(
      ({ message }) => message === "please deliver" && lab.hook.deliveries.length > before,
      90_000,
    );
    await number.isConnected(90_000);
  });
});
