/**
 * The messages of a run, both ways: every tenth with a small file, every twentieth one that comes in is replied to by
 * the webhook. Who sends is as stubborn as a careful program is: the same call, with the same key, until it is answered.
 */
import { createHash } from "node:crypto";
import type { Contact, Phone } from "../../simulator/index.ts";
import type { Api } from "../e2e/support/api.ts";
import type { GatewayNumber } from "../e2e/support/number.ts";

/** In every text, and nowhere else: none of it may be in a log. */
export const SECRET_WORD = "Blutdruckwerte";
const EVERY_FILE = 10;
const EVERY_REPLY = 20;
const FILE_BYTES = 3_000;
const TRY_AGAIN_MS = 200;

export interface Planned {
  text: string;
  contact: Contact;
  file: Buffer | null;
}

/** `count` messages in a direction, dealt to the contacts in turn. */
export function plan(direction: "in" | "out", count: number, contacts: readonly Contact[]): Planned[] {
  return Array.from({ length: count }, (_, index) => {
    const contact = contacts[index % contacts.length];
    if (!contact) throw new Error("A run needs contacts");
    const text = `${direction} ${index} ${SECRET_WORD}`;
    return { text, contact, file: index % EVERY_FILE === EVERY_FILE - 1 ? fileFor(text) : null };
  });
}

/** The webhook's reply to a message that came in; null = none. */
export function replyTo(text: string): string | null {
  const index = /^in (\d+) /.exec(text)?.[1];
  return index !== undefined && Number(index) % EVERY_REPLY === 0 ? `re: ${text}` : null;
}

/** Bytes that belong to this text, the same each time. */
function fileFor(text: string): Buffer {
  const blocks = Array.from({ length: FILE_BYTES / 32 }, (_, block) => createHash("sha256").update(`${text} ${block}`));
  return Buffer.concat([Buffer.from("%PDF-1.7\n"), ...blocks.map((hash) => hash.digest())]);
}

/** A contact writes to the number. */
export async function says({ text, contact, file }: Planned, phone: Phone): Promise<void> {
  if (file === null) await contact.says(text, { to: phone });
  else {
    const document = { kind: "document", bytes: file, mimetype: "application/pdf", fileName: "a.pdf" } as const;
    await contact.sendsFile({ ...document, caption: text }, { to: phone });
  }
}

export interface Sending {
  api: Api;
  number: GatewayNumber;
  key: string;
  isOver: () => boolean;
}

/** Sends through the API until it is answered. @returns what went wrong for good; null when it was taken */
export async function sends({ text, contact, file }: Planned, sending: Sending): Promise<string | null> {
  const { api, number, key, isOver } = sending;
  const body = {
    to: contact.phone,
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
