/** The version of WhatsApp Web that the gateway claims to be, when WhatsApp no longer serves older ones. */
import { afterAll, expect, it } from "vitest";
import { useLab } from "./support/lab.ts";

const lab = useLab({ settings: () => ({ WHATSAPP_VERSION: "2.3000.1999999999" }) });

afterAll(() => lab.whatsApp.acceptsVersionsFrom(undefined));

it("is the one of WHATSAPP_VERSION, so that a number links and logs in where Baileys' own is refused", async () => {
  lab.whatsApp.acceptsVersionsFrom("2.3000.1999999999");
  const phone = lab.whatsApp.phone();
  const number = await lab.number("new-version");
  await number.isLinkedBy(phone);
  const contact = lab.whatsApp.contact();
  await number.sends(contact.phone, "still served");
  await contact.received("still served");
});

it("is named as the reason when it is too old, with what to do", async () => {
  const phone = lab.whatsApp.phone();
  const number = await lab.number("old-version");
  await number.isLinkedBy(phone);
  lab.whatsApp.acceptsVersionsFrom("2.3000.2000000000");
  await lab.whatsApp.drops(phone);
  await number.isDisconnected();
  expect(await number.describes()).toMatchObject({
    linked: true,
    lastDisconnect: {
      reason: "client_outdated",
      code: 405,
      nextAction: "none",
      message: expect.stringContaining("WHATSAPP_VERSION"),
    },
  });
});
