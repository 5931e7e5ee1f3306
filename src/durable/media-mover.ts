/**
 * Moves the bytes of received files, outside the number's object: a download that runs inside it may cost it its
 * connection to WhatsApp, and its memory is shared with other numbers.
 */
import { WorkerEntrypoint } from "cloudflare:workers";
import type { Env } from "../env.ts";
import {
  type DownloadJob,
  type DownloadOutcome,
  downloadBytes,
  downloadFile,
  type FetchJob,
} from "../media/download-file.ts";
import { linkPath } from "../media/media-link.ts";

export interface Moved {
  outcome: DownloadOutcome;
  /** Path of the public link; null unless the file is stored. */
  link: string | null;
}

export class MediaMover extends WorkerEntrypoint<Env> {
  async download(job: DownloadJob): Promise<Moved> {
    const outcome = await downloadFile(this.env.MEDIA, job);
    if (outcome !== "stored") return { outcome, link: null };
    return { outcome, link: await linkPath(this.env.MEDIA, job.key) };
  }

  async read(job: FetchJob): Promise<Uint8Array> {
    return downloadBytes(job);
  }
}

/** The Worker's own entry points, as the runtime gives them to its objects. */
interface OwnExports {
  exports: {
    MediaMover: { download(job: DownloadJob): Promise<Moved>; read(job: FetchJob): Promise<Uint8Array> };
  };
}

const mover = (ctx: DurableObjectState) => (ctx as unknown as OwnExports).exports.MediaMover;

/** Never throws: whatever goes wrong on the way may pass. */
export async function moveFile(ctx: DurableObjectState, job: DownloadJob): Promise<Moved> {
  try {
    return await mover(ctx).download(job);
  } catch {
    return { outcome: "unavailable", link: null };
  }
}

/** @throws when the file cannot be had, or is not what was told of */
export function readFile(ctx: DurableObjectState, job: FetchJob): Promise<Uint8Array> {
  return mover(ctx).read(job);
}
