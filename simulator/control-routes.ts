/** The routes of the HTTP control, each one verb of the simulator. */
import { Contact } from "./contact.ts";
import { FAULTS } from "./control-faults.ts";
import {
  NotFound,
  oneOf,
  optionalFlag,
  optionalNumber,
  optionalText,
  requiredNumber,
  requiredText,
} from "./control-input.ts";
import { describeMessage, describePerson, describeState } from "./control-views.ts";
import type { Person } from "./person.ts";
import { Phone } from "./phone.ts";
import type { SimulatorServer } from "./server.ts";

export interface RouteInput {
  simulator: SimulatorServer;
  /** The parts of the path that stand for something, by name. */
  params: Record<string, string>;
  query: URLSearchParams;
  body: Record<string, unknown>;
}

export interface Route {
  method: "GET" | "POST";
  /** Segments that start with a colon are parameters. */
  path: string;
  /** What it does and which fields it takes, for `GET /`. */
  what: string;
  run(input: RouteInput): unknown;
}

const ADDRESSING = ["lid", "pn"] as const;
const CHAT_STATES = ["composing", "recording", "paused"] as const;
const PRESENCES = ["available", "unavailable"] as const;

const server: Route[] = [
  {
    method: "GET",
    path: "/state",
    what: "accounts, linked devices, violations and unhandled stanzas",
    run: ({ simulator }) => describeState(simulator),
  },
  {
    method: "POST",
    path: "/faults/:verb",
    what: `a fault for {phone}: ${Object.keys(FAULTS).join(", ")}`,
    run: ({ simulator, params, body }) => {
      const fault = FAULTS[params.verb ?? ""];
      if (!fault) throw new NotFound(`no fault "${params.verb}"; there are ${Object.keys(FAULTS).join(", ")}`);
      return fault(simulator, body);
    },
  },
];

const phones: Route[] = [
  {
    method: "POST",
    path: "/phones",
    what: "the owner's phone of a number {phone?, name?, businessName?}",
    run: ({ simulator, body }) =>
      describePerson(
        simulator.phone({
          phone: optionalText(body, "phone"),
          name: optionalText(body, "name"),
          businessName: optionalText(body, "businessName"),
        }),
      ),
  },
  {
    method: "POST",
    path: "/phones/:phone/scan",
    what: "scans a QR text {qr}; answers when the device is linked",
    run: (input) => phone(input).scans(requiredText(input.body, "qr")),
  },
  {
    method: "POST",
    path: "/phones/:phone/code",
    what: "types a pairing code {code, timeoutMs?}; answers when the device is linked",
    run: (input) => {
      const timeoutMs = optionalNumber(input.body, "timeoutMs");
      return phone(input).entersCode(requiredText(input.body, "code"), timeoutMs === undefined ? {} : { timeoutMs });
    },
  },
  {
    method: "POST",
    path: "/phones/:phone/remove-device",
    what: "removes one linked device or all {deviceId?}",
    run: (input) => phone(input).removesDevice(optionalNumber(input.body, "deviceId")),
  },
  {
    method: "GET",
    path: "/phones/:phone/online",
    what: "waits until a linked device is online ?deviceId= &timeoutMs=",
    run: (input) => phone(input).online(deviceWait(input)),
  },
  {
    method: "GET",
    path: "/phones/:phone/offline",
    what: "waits until no linked device is connected ?deviceId= &timeoutMs=",
    run: (input) => phone(input).offline(deviceWait(input)),
  },
];

/** The same for owners and contacts. */
const people: Route[] = ["/phones/:phone", "/contacts/:phone"].flatMap((base): Route[] => [
  {
    method: "POST",
    path: `${base}/say`,
    what: "writes a text {to, text, addressing?: lid or pn}; answers with the message id",
    run: async (input) => {
      const to = requiredText(input.body, "to");
      const addressing = oneOf(input.body, "addressing", ADDRESSING, "lid");
      return { messageId: await person(input).says(requiredText(input.body, "text"), { to, addressing }) };
    },
  },
  {
    method: "POST",
    path: `${base}/react`,
    what: "reacts to a received message {messageId, emoji}",
    run: async (input) => ({
      messageId: await person(input).reacts(requiredText(input.body, "messageId"), requiredText(input.body, "emoji")),
    }),
  },
  {
    method: "POST",
    path: `${base}/read`,
    what: "marks a received message as read {messageId}",
    run: (input) => person(input).reads(requiredText(input.body, "messageId")),
  },
  {
    method: "POST",
    path: `${base}/typing`,
    what: "shows typing {to, state?: composing, recording or paused}",
    run: (input) =>
      person(input).typing(requiredText(input.body, "to"), oneOf(input.body, "state", CHAT_STATES, "composing")),
  },
  {
    method: "POST",
    path: `${base}/presence`,
    what: "comes online or goes offline {presence: available or unavailable}",
    run: (input) => person(input).appears(oneOf(input.body, "presence", PRESENCES)),
  },
  {
    method: "GET",
    path: `${base}/inbox`,
    what: "all decrypted messages, in order",
    run: (input) => ({ messages: person(input).inbox.map(describeMessage) }),
  },
  {
    method: "GET",
    path: `${base}/received`,
    what: "waits for a message ?text= &from= &timeoutMs=",
    run: async (input) => {
      const query = fields(input);
      const options = { from: optionalText(query, "from"), timeoutMs: optionalNumber(query, "timeoutMs") };
      return describeMessage(await person(input).received(optionalText(query, "text") ?? (() => true), options));
    },
  },
  {
    method: "GET",
    path: `${base}/receipt`,
    what: "waits for a receipt for a message it sent ?messageId= &type=delivered, read… &timeoutMs=",
    run: (input) => {
      const query = fields(input);
      const timeoutMs = optionalNumber(query, "timeoutMs");
      const type = optionalText(query, "type") ?? "delivered";
      return person(input).receiptFor(
        requiredText(query, "messageId"),
        type,
        timeoutMs === undefined ? {} : { timeoutMs },
      );
    },
  },
  {
    method: "GET",
    path: `${base}/saw-typing`,
    what: "waits for somebody typing ?from= &state= &timeoutMs=",
    run: (input) => {
      const query = fields(input);
      const timeoutMs = optionalNumber(query, "timeoutMs");
      const state = oneOf(query, "state", CHAT_STATES, "composing");
      return person(input).sawTyping(
        requiredText(query, "from"),
        timeoutMs === undefined ? { state } : { state, timeoutMs },
      );
    },
  },
]);

const contacts: Route[] = [
  {
    method: "POST",
    path: "/contacts",
    what: "somebody on WhatsApp {phone?, name?, autoRead?, autoDeliver?}",
    run: ({ simulator, body }) =>
      describePerson(
        simulator.contact({
          phone: optionalText(body, "phone"),
          name: optionalText(body, "name"),
          autoRead: optionalFlag(body, "autoRead"),
          autoDeliver: optionalFlag(body, "autoDeliver"),
        }),
      ),
  },
  {
    method: "POST",
    path: "/contacts/:phone/cannot-decrypt-next",
    what: "asks for the next messages again {times?, withKeys?}",
    run: (input) =>
      contact(input).cannotDecryptNext({
        times: optionalNumber(input.body, "times") ?? 1,
        withKeys: optionalFlag(input.body, "withKeys") ?? false,
      }),
  },
  {
    method: "POST",
    path: "/contacts/:phone/corrupt-next",
    what: "makes its next messages unreadable for linked devices {times?}",
    run: (input) => contact(input).corruptsNext(optionalNumber(input.body, "times")),
  },
  {
    method: "POST",
    path: "/contacts/:phone/reject",
    what: "has the server refuse the next messages to it {code, times?}",
    run: (input) => contact(input).rejectsWith(requiredNumber(input.body, "code"), optionalNumber(input.body, "times")),
  },
];

export const ROUTES: readonly Route[] = [...server, ...phones, ...contacts, ...people];

/** The route for a request, with the parameters of its path. */
export function findRoute(
  method: string,
  pathname: string,
): { route: Route; params: Record<string, string> } | undefined {
  const given = pathname.split("/");
  for (const route of ROUTES) {
    const wanted = route.path.split("/");
    if (route.method !== method || wanted.length !== given.length) continue;
    const isSame = (segment: string, i: number) => segment.startsWith(":") || segment === given[i];
    if (!wanted.every(isSame)) continue;
    const params = wanted.flatMap((segment, i) =>
      segment.startsWith(":") ? [[segment.slice(1), decodeURIComponent(given[i] ?? "")]] : [],
    );
    return { route, params: Object.fromEntries(params) };
  }
  return undefined;
}

function person({ simulator, params }: RouteInput): Person {
  const account = simulator.simulation.accounts.byPhone(params.phone ?? "");
  if (!account) throw new NotFound(`there is no account ${params.phone}`);
  const { handset } = account;
  if (handset instanceof Phone || handset instanceof Contact) return handset;
  throw new NotFound(`${params.phone} is nobody's phone`);
}

function phone(input: RouteInput): Phone {
  const found = person(input);
  if (found instanceof Phone) return found;
  throw new NotFound(`${found.phone} is a contact, not an owner's phone`);
}

function contact(input: RouteInput): Contact {
  const found = person(input);
  if (found instanceof Contact) return found;
  throw new NotFound(`${found.phone} is an owner's phone, not a contact`);
}

function fields({ query }: RouteInput): Record<string, string> {
  return Object.fromEntries(query);
}

function deviceWait(input: RouteInput): { deviceId: number | undefined; timeoutMs: number | undefined } {
  const query = fields(input);
  return { deviceId: optionalNumber(query, "deviceId"), timeoutMs: optionalNumber(query, "timeoutMs") };
}
