/**
 * The phone's history, part by part: fetched into the bucket, outside this object, then read from there in pieces. A
 * part is a row from the moment the phone told of it until it is read; reading it again changes nothing.
 */
import { setImmediate } from "node:timers/promises";
import { readSettings } from "../env.ts";
import { type HistoryContext, storeHistory } from "../inbound/history.ts";
import type { HistoryRow } from "../store/history-table.ts";
import { inflate } from "../whatsapp/history/inflate.ts";
import { readHistory } from "../whatsapp/history/read-history.ts";
import type { HistoryNotice, HistoryPart } from "../whatsapp/history-part.ts";
import { lidJid, phoneJid } from "../whatsapp/identity.ts";
import type { WhatsAppSession } from "../whatsapp/session.ts";
import { moveFile } from "./media-mover.ts";
import type { NumberMediaDeps } from "./number-media.ts";

/** Parts stored in one transaction: some milliseconds, so that a message in between does not wait. */
const BATCH = 50;
const WAITS_MS = [10, 60, 300, 1_800].map((seconds) => seconds * 1_000);
/** Wakes the object when a run died with it. */
const INSURANCE_MS = 180_000;
const DAY_MS = 24 * 60 * 60 * 1_000;

export interface NumberHistoryDeps extends Omit<NumberMediaDeps, "events" | "wakeAt"> {
  wakeAt: (dueAt: number) => void;
  newFile: () => { id: string; key: string };
  limits: () => { maxBytes: number; mediaOrigin: string | null };
  warn: (text: string) => void;
}

type Pair = Extract<HistoryPart, { kind: "pair" }>;
type Token = Extract<HistoryPart, { kind: "token" }>;

export class NumberHistory {
  readonly #deps: NumberHistoryDeps;
  /** The run that is under way; another one after the number was removed. */
  #run: object | null = null;

  constructor(deps: NumberHistoryDeps) {
    this.#deps = deps;
  }

  /** The phone has a part; without the setting `syncHistory` only the first one is read, for who is who. */
  arrived(notice: HistoryNotice): void {
    const { store, state, now } = this.#deps;
    const withMessages = state()?.profile.syncHistory === true;
    if (withMessages || notice.kind === "initial") store.history.add(notice, withMessages, now());
  }

  /** Reads what is due, one part after the other, while the number is online. Returns at once. */
  pump(): void {
    if (this.#run) return;
    const run = {};
    this.#run = run;
    void this.#readAll(run).finally(() => {
      if (this.#run === run) this.#run = null;
    });
  }

  /** The number is removed. */
  forget(): void {
    this.#run = null;
  }

  async #readAll(run: object): Promise<void> {
    const { store, session, wakeAt, now } = this.#deps;
    for (;;) {
      const part = session() ? store.history.next(now()) : null;
      if (!part) break;
      wakeAt(now() + INSURANCE_MS);
      const isDone = this.#begins(part) && (await this.#read(part, run).catch(() => false));
      if (this.#run !== run) return;
      await this.#settle(part, isDone);
    }
    const next = store.history.nextDueAt();
    if (next !== null && session()) wakeAt(Math.max(next, now() + 1));
  }

  /**
   * Counts the attempt before it is made: a part that takes the object down with it would be read for ever otherwise.
   * @returns false when it was tried often enough
   */
  #begins({ id, attempts }: HistoryRow): boolean {
    const { store, now } = this.#deps;
    if (attempts > WAITS_MS.length) return false;
    store.history.begun(id, now() + (WAITS_MS[attempts] ?? INSURANCE_MS));
    return true;
  }

  /** @returns true when the part was read to its end, or never can be. @throws when something failed that may pass */
  async #read(part: HistoryRow, run: object): Promise<boolean> {
    const body = await this.#open(part, run);
    if (body === null) return false;
    if (body === "lost") return true;
    const { state, store } = this.#deps;
    const { phone, lid } = state()?.connection ?? {};
    const me = { id: phone ? phoneJid(phone) : "", lid: lid ? lidJid(lid) : "" };
    let batch: HistoryPart[] = [];
    let stored = 0;
    const flush = async () => {
      const session = this.#deps.session();
      if (this.#run !== run || !session) throw new Error("The number is not online any more");
      stored += this.#store(batch, part.withMessages);
      await adopt(session, batch);
      batch = [];
      await setImmediate();
    };
    for await (const piece of readHistory(inflate(body), me, store.lookups)) {
      batch.push(piece);
      if (batch.length === BATCH) await flush();
    }
    await flush();
    if (stored > 0) store.logs.add("info", `Took ${stored} messages from the phone's history`, this.#deps.now());
    return true;
  }

  /** @returns the compressed bytes; null when they cannot be had now, `lost` when never */
  async #open({ id, inline, file, key }: HistoryRow, run: object): Promise<ReadableStream<Uint8Array> | "lost" | null> {
    const { ctx, env, store, newFile, limits, warn } = this.#deps;
    if (inline) return new Blob([inline as Uint8Array<ArrayBuffer>]).stream();
    if (!file) return "lost";
    const stored = key === null ? null : await env.MEDIA.get(key);
    if (stored) return stored.body;
    const place = newFile().key;
    const named = { mimeType: "application/octet-stream", fileName: null };
    const { outcome } = await moveFile(ctx, { key: place, kind: "history", ...file, ...named, ...limits() });
    if (this.#run !== run) {
      // The number was removed while the part came: nobody would ever look for it again.
      if (outcome === "stored") await env.MEDIA.delete(place);
      return null;
    }
    if (outcome === "unavailable") return null;
    if (outcome !== "stored") {
      warn(`a part of the phone's history could not be fetched (${outcome.replace("_", " ")})`);
      return "lost";
    }
    store.history.fetched(id, place);
    return (await env.MEDIA.get(place))?.body ?? null;
  }

  /** @returns how many messages are new */
  #store(batch: readonly HistoryPart[], withMessages: boolean): number {
    const { store, transaction, state, newFile, env, now } = this.#deps;
    const settings = readSettings(env);
    const days = settings.ok ? settings.value.retentionDays : 0;
    const context: HistoryContext = {
      store,
      instanceId: state()?.profile.instanceId ?? "",
      ownPhone: state()?.connection.phone ?? null,
      hasWebhook: false,
      newFile,
      now: now(),
      keptSince: now() - days * DAY_MS,
      withMessages,
    };
    let stored = 0;
    transaction(() => {
      for (const part of batch) if (storeHistory(part, context)) stored += 1;
    });
    return stored;
  }

  async #settle({ id, attempts }: HistoryRow, isDone: boolean): Promise<void> {
    const { store, env, warn, now } = this.#deps;
    const wait = WAITS_MS[attempts];
    if (!isDone && wait !== undefined) {
      store.history.retryAt(id, now() + wait);
      return;
    }
    if (!isDone) warn("a part of the phone's history could not be read");
    const key = store.history.keyOf(id);
    if (key !== null) await env.MEDIA.delete(key).catch(() => undefined);
    store.history.remove(id);
  }
}

async function adopt(session: WhatsAppSession, batch: readonly HistoryPart[]): Promise<void> {
  const pairs = batch.filter((part): part is Pair => part.kind === "pair");
  const tokens = batch.filter((part): part is Token => part.kind === "token");
  if (pairs.length + tokens.length > 0) await session.adopt({ pairs, tokens });
}
