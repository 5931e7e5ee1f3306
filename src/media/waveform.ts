/**
 * The bars that apps draw for a voice note. Nothing here decodes sound: a voice note is Opus with a variable bit rate,
 * whose packets are small in silence and large in speech, so their sizes stand for the loudness.
 */

/** What WhatsApp's apps draw: 64 bars from 0 to 100. */
const BARS = 64;
const LOUDEST = 100;
/** Sizes that are kept; when there are more, two become one. */
const MOST_SIZES = 4_096;
/** Bytes of a page's header before its segment table (RFC 3533, 6). */
const PAGE_HEADER = 27;
/** The first two packets are headers. */
const HEADERS = 2;

/** Reads an Ogg stream as it passes, in constant memory. */
export class PacketSizes {
  #sizes: number[] = [];
  #packetsEach = 1;
  #sum = 0;
  #summed = 0;
  #packets = 0;
  #packet = 0;
  /** Bytes of a page's head that are still to come, and of its body that are passed over. */
  #head: number[] = [];
  #body = 0;
  #isBroken = false;

  update(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.byteLength && !this.#isBroken; ) {
      if (this.#body > 0) {
        const passed = Math.min(this.#body, chunk.byteLength - at);
        this.#body -= passed;
        at += passed;
      } else {
        this.#head.push(chunk[at] ?? 0);
        at += 1;
        this.#readHead();
      }
    }
  }

  /** 64 bars; null when this was no Ogg stream with packets of different sizes. */
  finish(): Uint8Array | null {
    const sizes = this.#sizes;
    const sorted = [...sizes].sort((a, b) => a - b);
    const quiet = sorted[0] ?? 0;
    // One packet that is larger than all others must not flatten the rest.
    const loud = sorted[Math.floor(sorted.length * 0.95)] ?? 0;
    if (this.#isBroken || loud <= quiet) return null;
    return Uint8Array.from({ length: BARS }, (_, bar) => {
      const from = Math.floor((bar * sizes.length) / BARS);
      const part = sizes.slice(from, Math.max(from + 1, Math.floor(((bar + 1) * sizes.length) / BARS)));
      const size = part.reduce((sum, each) => sum + each, 0) / part.length;
      return Math.round(Math.min(1, Math.max(0, (size - quiet) / (loud - quiet))) * LOUDEST);
    });
  }

  #readHead(): void {
    const head = this.#head;
    if (head.length === 4 && String.fromCharCode(...head) !== "OggS") this.#isBroken = true;
    const segments = head[PAGE_HEADER - 1];
    if (segments === undefined || head.length < PAGE_HEADER + segments) return;
    for (const segment of head.slice(PAGE_HEADER)) {
      this.#body += segment;
      this.#packet += segment;
      // A segment that is not full ends a packet.
      if (segment < 255) this.#packetEnded();
    }
    this.#head = [];
  }

  #packetEnded(): void {
    const size = this.#packet;
    this.#packet = 0;
    this.#packets += 1;
    if (this.#packets <= HEADERS) return;
    this.#sum += size;
    this.#summed += 1;
    if (this.#summed < this.#packetsEach) return;
    this.#sizes.push(this.#sum / this.#summed);
    this.#sum = 0;
    this.#summed = 0;
    if (this.#sizes.length < MOST_SIZES) return;
    this.#sizes = this.#sizes.flatMap((each, index, all) => (index % 2 ? [(each + (all[index - 1] ?? each)) / 2] : []));
    this.#packetsEach *= 2;
  }
}
