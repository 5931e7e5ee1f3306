/** Many contacts who write to one number at the same time, and what they get back. */
import type { Contact, Phone, SimulatorServer } from "../../../simulator/index.ts";

export class Crowd {
  readonly contacts: readonly Contact[];
  readonly #phone: Phone;

  constructor(whatsApp: SimulatorServer, phone: Phone, size: number) {
    this.contacts = Array.from({ length: size }, () => whatsApp.contact());
    this.#phone = phone;
  }

  /** Each says `each` texts, one after the other: `<what> <contact>.<index>`. @returns all of them */
  async says(what: string, each: number): Promise<string[]> {
    const texts = this.contacts.map((_, person) =>
      Array.from({ length: each }, (_unused, index) => `${what} ${person + 1}.${index + 1}`),
    );
    await Promise.all(
      this.contacts.map(async (contact, person) => {
        for (const text of texts[person] ?? []) await contact.says(text, { to: this.#phone });
      }),
    );
    return texts.flat();
  }

  /** Waits until each contact got this reply. @returns how often they all got it */
  async got(reply: (person: number) => string, timeoutMs = 60_000): Promise<number[]> {
    await Promise.all(this.contacts.map((contact, person) => contact.received(reply(person + 1), { timeoutMs })));
    return this.contacts.map(
      (contact, person) => contact.inbox.filter(({ text }) => text === reply(person + 1)).length,
    );
  }
}
