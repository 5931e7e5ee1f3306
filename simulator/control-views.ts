/** What the HTTP control answers about people, messages and the whole simulator. */
import type { ReceivedMessage } from "./inbox.ts";
import type { Person } from "./person.ts";
import { Phone } from "./phone.ts";
import type { SimulatorServer } from "./server.ts";

export function describePerson({ phone, lid, name }: Person): unknown {
  return { phone, lid, name };
}

export function describeMessage({ id, from, chat, device, text, encType, addressing, at }: ReceivedMessage): unknown {
  return { id, from, chat, device, text, encType, addressing, at };
}

export function describeState(simulator: SimulatorServer): unknown {
  const accounts = simulator.simulation.accounts.all().map(({ phone, lid, name, handset, companions }) => ({
    phone,
    lid,
    name,
    kind: handset instanceof Phone ? "phone" : "contact",
    messages: handset.messages.messages.length,
    devices: [...companions.values()].map(({ device, online, connection, oneTimeKeys, waiting, presence }) => ({
      deviceId: device,
      state: online ? "online" : connection ? "logging in" : "not connected",
      presence,
      oneTimeKeys: oneTimeKeys.length,
      waiting,
    })),
  }));
  const { whatsappUrl, rootKey, violations, unhandled } = simulator;
  return { whatsappUrl, rootKey, accounts, violations, unhandled };
}
