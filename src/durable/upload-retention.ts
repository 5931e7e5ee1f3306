/** Keeps the uploads of an organisation that belong to no instance to their time, by the alarm of its directory. */
import { type Env, readSettings } from "../env.ts";
import { describeError, log } from "../log.ts";
import { removeOldUploads, uploadsFolder } from "../media/old-uploads.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;
/** Between two pages, for what else the object has to do. */
const PAUSE_MS = 1_000;
/** After the bucket failed, or while a setting is wrong. */
const RETRY_MS = 60 * 60 * 1_000;

export class UploadRetention {
  readonly #storage: DurableObjectStorage;
  readonly #env: Env;
  readonly #orgId: string;

  constructor(storage: DurableObjectStorage, env: Env, orgId: string) {
    this.#storage = storage;
    this.#env = env;
    this.#orgId = orgId;
  }

  /** Something is about to be uploaded: it will be looked for when its time is over. */
  async expect(now: number): Promise<void> {
    if ((await this.#storage.getAlarm()) === null) await this.#storage.setAlarm(now + (this.#keptForMs ?? RETRY_MS));
  }

  /** The alarm. Never throws: an alarm that keeps throwing is dropped by the platform. */
  async prune(now: number): Promise<void> {
    const next = await this.#remove(now);
    if (next !== null) await this.#storage.setAlarm(Math.max(next, now + PAUSE_MS));
  }

  async #remove(now: number): Promise<number | null> {
    const keptForMs = this.#keptForMs;
    if (keptForMs === null) return now + RETRY_MS;
    try {
      return await removeOldUploads(this.#env.MEDIA, uploadsFolder(this.#orgId, null), { keptForMs, now });
    } catch (error) {
      log("warning", "Old uploads could not be removed", { org: this.#orgId, error: describeError(error) });
      return now + RETRY_MS;
    }
  }

  /** Null while a setting is wrong. */
  get #keptForMs(): number | null {
    const settings = readSettings(this.#env);
    return settings.ok ? settings.value.retentionDays * DAY_MS : null;
  }
}
