/**
 * Brings the files of received messages into the bucket: at once, and again later when a host or the bucket failed. A
 * scheduler over the media table; moving the bytes is a dependency, and happens outside the number's object.
 */
import { ok, type Result, refuse } from "../errors.ts";
import { mediaFields, mediaPayload } from "../events/payload.ts";
import type { NewEvent } from "../events/record.ts";
import { type MediaRow, mediaView } from "../store/media-table.ts";
import type { Store } from "../store/store.ts";
import type { DownloadJob, DownloadOutcome } from "./download-file.ts";

/** Waits after each failed attempt; a file that cannot be had for a day is given up. Milliseconds. */
const WAITS_MS = [10, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 28_800].map((seconds) => seconds * 1_000);
const MOST_AT_ONCE = 3;
/** Longer than a download can take: wakes the object when one died with it. */
const INSURANCE_MS = 180_000;
/** An outcome after which a further attempt can only end alike. */
const FINAL: ReadonlySet<DownloadOutcome> = new Set(["corrupt", "too_large"]);

export interface MediaKeeperDeps {
  store: Store;
  transaction: (work: () => void) => void;
  /** Never throws. */
  download: (job: DownloadJob) => Promise<{ outcome: DownloadOutcome; link: string | null }>;
  /** Removes a file from the bucket. Never throws. */
  discard: (key: string) => Promise<void>;
  /** Asks the sender's phone to upload the file again. @returns its new path, or null when that cannot be had now */
  requestAgain: (media: MediaRow) => Promise<string | null>;
  /** The whole link of a path; null while the deployment's address is not known. */
  publicUrl: (link: string) => string | null;
  instanceId: () => string;
  /** Appends to the event log, in the transaction of the caller. */
  record: (event: NewEvent) => void;
  limits: () => { maxBytes: number; mediaOrigin: string | null };
  /** Called when deliveries may have become due. */
  deliverSoon: () => void;
  wakeAt: (dueAt: number) => void;
  now: () => number;
}

export class MediaKeeper {
  readonly #deps: MediaKeeperDeps;
  /** Ids of files that are on their way; replaced when the number is removed. */
  #underWay = new Set<string>();

  constructor(deps: MediaKeeperDeps) {
    this.#deps = deps;
  }

  /** Starts every download that is due, and asks to be woken for the next. Returns at once. */
  pump(): void {
    const { store, now, wakeAt } = this.#deps;
    const candidates = store.media.due(now(), MOST_AT_ONCE + this.#underWay.size);
    for (const media of candidates.filter(({ id }) => !this.#underWay.has(id))) {
      if (this.#underWay.size >= MOST_AT_ONCE) break;
      this.#underWay.add(media.id);
      void this.#fetch(media, this.#underWay);
    }
    const next = this.#underWay.size > 0 ? now() + INSURANCE_MS : store.media.nextDueAt();
    if (next !== null) wakeAt(next);
  }

  /** Tries once more, by request. `not_found` when there is no such file. */
  retry(id: string): Result<{ status: string }> {
    const { store, now } = this.#deps;
    const media = store.media.get(id);
    if (!media) return refuse("not_found", "There is no such file.");
    if (media.status === "stored") return ok({ status: "stored" });
    store.media.retryAt(id, now());
    this.pump();
    return ok({ status: "pending" });
  }

  /** The number is removed: outcomes that are still to come change nothing, and leave no file behind. */
  forget(): void {
    this.#underWay = new Set();
  }

  async #fetch(media: MediaRow, underWay: Set<string>): Promise<void> {
    const { file, key } = media;
    const { kind, directPath, mediaKey, fileSha256, fileEncSha256, mimeType, fileName, size } = file;
    const job = { key, kind, directPath, mediaKey, fileSha256, fileEncSha256, mimeType, fileName, size };
    const { outcome, link } = await this.#deps.download({ ...job, ...this.#deps.limits() });
    const movedTo = outcome === "gone" ? await this.#deps.requestAgain(media) : null;
    const isNumberHere = underWay === this.#underWay;
    // The number, or the message, may have gone meanwhile: nobody would ever remove the file.
    const isWanted = isNumberHere && this.#deps.store.media.get(media.id) !== null;
    if (outcome === "stored" && !isWanted) void this.#deps.discard(key);
    if (!isNumberHere) return;
    underWay.delete(media.id);
    if (isWanted) this.#settle(media, outcome, link, movedTo);
    this.pump();
  }

  #settle(media: MediaRow, outcome: DownloadOutcome, link: string | null, movedTo: string | null): void {
    const { store, transaction, now, deliverSoon } = this.#deps;
    transaction(() => {
      const wait = WAITS_MS[media.attempts];
      if (outcome === "stored") store.media.stored(media.id, link);
      else if (FINAL.has(outcome) || wait === undefined) store.media.failed(media.id);
      else if (movedTo) {
        store.media.movedTo(media.id, movedTo);
        store.media.retryAt(media.id, now());
      } else store.media.retryAt(media.id, now() + wait);
      if (outcome !== "stored" && media.attempts === 0) {
        store.logs.add("warning", `A file could not be fetched (${outcome.replace("_", " ")})`, now());
      }
      // The place is new and the file has a second chance at once: the webhook can wait for that.
      if (!movedTo) this.#tell(media.id);
    });
    deliverSoon();
  }

  /**
   * Writes how the file stands into the event of its message, whose delivery has waited for this. Whoever was told
   * something else before, by the log or by a delivery that waited no longer, learns it by an event of its own.
   */
  #tell(id: string): void {
    const { store, publicUrl, instanceId, record, now } = this.#deps;
    const media = store.media.get(id);
    const event = media && media.eventSeq !== null ? store.events.get(media.eventSeq) : null;
    if (!media || !event) return;
    const url = media.link === null ? null : publicUrl(media.link);
    const chatId = event.chatId && store.contacts.chatIdNow(event.chatId);
    const told = event.payload as { media?: { status?: string } };
    store.events.amend(event.seq, mediaFields(media, url));
    store.deliveries.release(event.seq, now());
    if (told.media?.status === mediaView(media).status) return;
    record({ type: "message.media", chatId, payload: mediaPayload(media, instanceId(), chatId ?? "", url) });
  }
}
