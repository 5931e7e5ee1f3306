/** The files of one number's messages, wired together: fetched into the bucket by the mover, shown, and told of. */
import { randomBytes } from "node:crypto";
import { type Env, readSettings, whatsAppEndpoint } from "../env.ts";
import { ok, type Result, refuse } from "../errors.ts";
import { MediaKeeper } from "../media/media-keeper.ts";
import { removeOldUploads, uploadsFolder } from "../media/old-uploads.ts";
import { removeUnknownFiles } from "../media/unknown-files.ts";
import type { InstanceState } from "../store/instance-table.ts";
import { type MediaRow, mediaView } from "../store/media-table.ts";
import type { Store } from "../store/store.ts";
import type { ExternalBlob, WhatsAppSession } from "../whatsapp/session.ts";
import { moveFile, readFile } from "./media-mover.ts";
import type { NumberEvents } from "./number-events.ts";
import type { MediaView, StoredMessage } from "./rpc.ts";

const ID_BYTES = 16;
/** A bucket deletes up to 1,000 files with one call; the slices of retention are smaller. */
const PRUNED_AT_ONCE = 500;
/** Between two looks at what may be too old, milliseconds: the next page of many, and after the bucket failed. */
const NEXT_PAGE_MS = 1_000;
const RETRY_MS = 60 * 60 * 1_000;
const DAY_MS = 24 * RETRY_MS;
/** While a setting is wrong: nothing is fetched. */
const NO_LIMITS = { maxBytes: 0, mediaOrigin: null };

/** Of a file of a message: the last part of its key. */
const idIn = (key: string): string => key.slice(key.lastIndexOf("/") + 1);

export interface NumberMediaDeps {
  ctx: DurableObjectState;
  env: Env;
  store: Store;
  transaction: (work: () => void) => void;
  state: () => InstanceState | null;
  session: () => WhatsAppSession | null;
  events: () => Pick<NumberEvents, "record" | "deliverSoon">;
  wakeAt: (name: "media" | "prune", dueAt: number) => void;
  now: () => number;
}

export class NumberMedia {
  readonly keeper: MediaKeeper;
  readonly #deps: NumberMediaDeps;
  /** How far it was looked for files that nothing tells of, and when last from the beginning; lost with the object. */
  #look: { cursor: string | undefined; begunAt: number } = { cursor: undefined, begunAt: 0 };

  constructor(deps: NumberMediaDeps) {
    this.#deps = deps;
    const { ctx, env, store, transaction, events, wakeAt, now } = deps;
    this.keeper = new MediaKeeper({
      store,
      transaction,
      // While a setting is wrong nothing is known of a file: it is tried again later.
      download: async (job) => (job.maxBytes > 0 ? moveFile(ctx, job) : { outcome: "unavailable", link: null }),
      discard: (key) => env.MEDIA.delete(key).catch(() => undefined),
      requestAgain: (media) => this.#requestAgain(media),
      publicUrl: (link) => this.#publicUrl(link),
      limits: () => this.limits,
      instanceId: () => deps.state()?.profile.instanceId ?? "",
      record: (event) => events().record(event),
      deliverSoon: () => events().deliverSoon(),
      wakeAt: (dueAt) => wakeAt("media", dueAt),
      now,
    });
  }

  /** An unguessable id, and the key that removal of the instance finds. */
  newFile(folder: "media" | "history" = "media"): { id: string; key: string } {
    const { profile } = this.#deps.state() ?? {};
    const id = randomBytes(ID_BYTES).toString("hex");
    return { id, key: `${profile?.orgId}/${profile?.instanceId}/${folder}/${id}` };
  }

  /** `not_found` when there is no such file. */
  view(id: string): Result<MediaView & { key: string }> {
    const media = this.#deps.store.media.get(id);
    return media ? ok({ ...mediaView(media), key: media.key }) : refuse("not_found", "There is no such file.");
  }

  /** A message of the history with its file. */
  withFile(message: StoredMessage): StoredMessage {
    const media = this.#deps.store.media.ofMessage(message);
    return media ? { ...message, media: mediaView(media) } : message;
  }

  /** Removes files whose messages retention has removed, uploads of that age, and what nothing tells of; one page of each. */
  async prune(): Promise<void> {
    const { wakeAt, now } = this.#deps;
    try {
      await this.#pruneFilesOfMessages();
      const next = await this.#pruneUploads();
      if (next !== null) wakeAt("prune", Math.max(next, now() + NEXT_PAGE_MS));
      if (await this.#pruneUnknownFiles()) wakeAt("prune", now() + NEXT_PAGE_MS);
    } catch (error) {
      wakeAt("prune", now() + RETRY_MS);
      throw error;
    }
  }

  /** First from the bucket, so that none is forgotten there. */
  async #pruneFilesOfMessages(): Promise<void> {
    const { store, env } = this.#deps;
    const old = store.media.orphans(PRUNED_AT_ONCE);
    if (old.length === 0) return;
    await env.MEDIA.delete(old.map(({ key }) => key));
    store.media.remove(old.map(({ id }) => id));
  }

  /** @returns when to look again */
  async #pruneUploads(): Promise<number | null> {
    const { env, state, now } = this.#deps;
    const settings = readSettings(env);
    const profile = state()?.profile;
    if (!settings.ok || !profile) return null;
    const keptForMs = settings.value.retentionDays * DAY_MS;
    return removeOldUploads(env.MEDIA, uploadsFolder(profile.orgId, profile.instanceId), { keptForMs, now: now() });
  }

  /** Once a day at most. @returns whether there is another page */
  async #pruneUnknownFiles(): Promise<boolean> {
    const { env, state, now } = this.#deps;
    const profile = state()?.profile;
    const { cursor, begunAt } = this.#look;
    const begins = cursor === undefined;
    if (!profile || (begins && now() - begunAt < DAY_MS)) return false;
    const folder = `${profile.orgId}/${profile.instanceId}/`;
    const known = (keys: readonly string[]) => this.#toldOf(keys);
    const next = await removeUnknownFiles(env.MEDIA, folder, { cursor, known, now: now() });
    this.#look = { cursor: next ?? undefined, begunAt: begins ? now() : begunAt };
    return next !== null;
  }

  /** Which of these keys belong to a message or to the phone's history; uploads tell of themselves. */
  #toldOf(keys: readonly string[]): Set<string> {
    const { media, history } = this.#deps.store;
    const ids = new Set(media.known(keys.map(idIn)));
    const told = keys.filter((key) => key.includes("/uploads/") || ids.has(idIn(key)));
    return new Set([...told, ...history.known(keys)]);
  }

  /** A part of the account's settings. @throws when it cannot be had */
  readSettings(blob: ExternalBlob): Promise<Uint8Array> {
    return readFile(this.#deps.ctx, { ...blob, kind: "app-state", mediaOrigin: this.limits.mediaOrigin });
  }

  get limits() {
    const settings = readSettings(this.#deps.env);
    const endpoint = settings.ok ? whatsAppEndpoint(settings.value) : settings;
    if (!settings.ok || !endpoint.ok) return NO_LIMITS;
    return { maxBytes: settings.value.mediaMaxBytes, mediaOrigin: endpoint.value.mediaOrigin };
  }

  #publicUrl(link: string): string | null {
    const settings = readSettings(this.#deps.env);
    const base = (settings.ok ? settings.value.publicUrl : null) ?? this.#deps.state()?.profile.origin ?? null;
    return base === null ? null : `${base}${link}`;
  }

  async #requestAgain({ messageId, direction }: MediaRow): Promise<string | null> {
    const session = this.#deps.session();
    const message = this.#deps.store.targets.find(messageId, null, direction);
    if (!session || !message) return null;
    const { address, participant, payload } = message;
    const fromMe = direction === "outbound";
    try {
      return await session.requestFileAgain({
        messageId,
        chatJid: address,
        fromMe,
        participantJid: participant,
        payload,
      });
    } catch {
      // The phone is off, or does not have the file: there will be further attempts.
      return null;
    }
  }
}
