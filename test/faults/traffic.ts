/**
 * The messages of a run, both ways: every tenth with a small file, every twentieth one that comes in is replied to by
 * the webhook. Who sends is as stubborn as a careful program is: the same call, with the same key, until it is answered.
 */
import { createHash } from "node:crypto";
import type { Contact, Group, Phone } from "../../simulator/index.ts";
import type { Api } from "../e2e/support/api.ts";
import type { GatewayNumber } from "../e2e/support/number.ts";

/** In every text, and nowhere else: none of it may be in a log. */
export const SECRET_WORD = "Blutdruckwerte";
const EVERY_FILE = 10;
const EVERY_REPLY = 20;
const FILE_BYTES = 3_000;
const TRY_AGAIN_MS = 200;

/** A conversation with the number: of one person, or of a group. */
export interface Chat {
  /** How the API is told of it. */
  to: string;
  /** Who show what the number sends: all but its owner. */
  people: readonly Contact[];
  group: Group | null;
}

export const chatWith = (contact: Contact): Chat => ({ to: contact.phone, people: [contact], group: null });

export const chatIn = (group: Group, people: readonly Contact[]): Chat => ({ to: group.jid, people, group });

export interface Planned {
  text: string;
  chat: Chat;
  /** Who writes it, if it comes in; in a group the members take turns. */
  writer: Contact;
  file: Buffer | null;
}

/** `count` messages in a direction, dealt to the chats in turn. */
export function plan(direction: "in" | "out", count: number, chats: readonly Chat[]): Planned[] {
  return Array.from({ length: count }, (_, index) => {
    const chat = chats[index % chats.length];
    const writer = chat?.people[Math.floor(index / chats.length) % chat.people.length];
    if (!chat || !writer) throw new Error("A run needs chats, and people in them");
    const text = `${direction} ${index} ${SECRET_WORD}`;
    return { text, chat, writer, file: index % EVERY_FILE === EVERY_FILE - 1 ? fileFor(text) : null };
  });
}

/** The webhook's reply to a message that came in; null = none, as for groups, where it would be ignored. */
export function replyTo(text: string, isGroup: boolean): string | null {
  const index = isGroup ? undefined : /^in (\d+) /.exec(text)?.[1];
  return index !== undefined && Number(index) % EVERY_REPLY === 0 ? `re: ${text}` : null;
}

/** Bytes that belong to this text, the same each time. */
function fileFor(text: string): Buffer {
  const blocks = Array.from({ length: FILE_BYTES / 32 }, (_, block) => createHash("sha256").update(`${text} ${block}`));
  return Buffer.concat([Buffer.from("%PDF-1.7\n"), ...blocks.map((hash) => hash.digest())]);
}

/** A contact writes to the number, or to the group that it is in. */
export async function says({ text, chat: { group }, writer, file }: Planned, phone: Phone): Promise<void> {
  if (file === null) await (group ? writer.saysIn(group, text) : writer.says(text, { to: phone }));
  else {
    const document = { kind: "document", bytes: file, mimetype: "application/pdf", fileName: "a.pdf" } as const;
    const captioned = { ...document, caption: text };
    await (group ? writer.sendsFileIn(group, captioned) : writer.sendsFile(captioned, { to: phone }));
  }
}

export interface Sending {
  api: Api;
  number: GatewayNumber;
  key: string;
  isOver: () => boolean;
}

/** Sends through the API until it is answered. @returns what went wrong for good; null when it was taken */
export async function sends({ text, chat, file }: Planned, sending: Sending): Promise<string | null> {
  const { api, number, key, isOver } = sending;
  const body = {
    to: chat.to,
    message: text,
    ...(file && { mediaUrl: `data:application/pdf;base64,${file.toString("base64")}`, fileName: "a.pdf" }),
  };
  while (!isOver()) {
    const answer = await api.call("POST", `${number.path}/send`, body, { "Idempotency-Key": key }).catch(gone);
    if (answer !== null && !mayPass(answer.status)) {
      const isTaken = answer.status === 200 && answer.body.success === true;
      return isTaken ? null : `${text}: ${answer.status} ${JSON.stringify(answer.body).replaceAll(SECRET_WORD, "…")}`;
    }
    await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS));
  }
  return `${text}: never answered`;
}

/** Not connected, still running, too many calls, or trouble of the gateway: the same call can still succeed. */
const mayPass = (status: number): boolean => status === 409 || status === 429 || status >= 500;

/** The runtime is down, or went down in the middle; an answer that is not the documented one is a fault of its own. */
function gone(error: unknown): null {
  if (error instanceof TypeError || error instanceof SyntaxError) return null;
  throw error;
}
