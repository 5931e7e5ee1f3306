/** Sizes of pictures and videos, durations of videos and sound, read from a file's first and last bytes. */
import { pictureSize } from "../pictures/picture-size.ts";
import { audioSeconds, type SoundFile } from "./audio-seconds.ts";
import { mp4Facts } from "./mp4-facts.ts";

export interface FileFacts {
  /** Pixels. */
  width: number | null;
  height: number | null;
  seconds: number | null;
}

const MP4_TYPES = new Set(["video/mp4", "video/quicktime", "video/3gpp", "audio/mp4"]);

/** What the file tells; null for what it does not. */
export function fileFacts(mimeType: string, file: SoundFile): FileFacts {
  if (MP4_TYPES.has(mimeType)) {
    const [first, last] = [mp4Facts(file.head), mp4Facts(file.tail)];
    return {
      width: first.width ?? last.width,
      height: first.height ?? last.height,
      seconds: first.seconds ?? last.seconds,
    };
  }
  const size = pictureSize(mimeType, file.head);
  return { width: size?.width ?? null, height: size?.height ?? null, seconds: audioSeconds(mimeType, file) };
}
