import type { MediaFile } from "../durable/rpc.ts";
import type { NewMedia } from "../store/media-table.ts";
import type { NewMessage } from "../store/messages-table.ts";

/** The row of a file that goes out with a message: it is in the bucket already. */
export function sentMedia(file: MediaFile, message: NewMessage): NewMedia {
  const { id, key, link, url: _, thumbnail: __, waveform: ___, ...remote } = file;
  return {
    id,
    message,
    key,
    link,
    status: "stored",
    file: { ...remote, voice: false, gif: false },
    dueAt: message.sentAt,
  };
}
