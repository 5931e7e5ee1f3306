/** A client of the live stream: reads Server-Sent Events, and comes back where it left off. */

export interface StreamedEvent {
  id: number;
  event: string;
  data: Record<string, unknown>;
}

export class EventSourceClient {
  readonly events: StreamedEvent[] = [];
  /** Comments, which only keep the line open. */
  comments = 0;
  readonly #url: () => string;
  #abort = new AbortController();
  #reading: Promise<void> = Promise.resolve();
  #waiting: (() => void)[] = [];

  constructor(url: () => string) {
    this.#url = url;
  }

  /** Connects; with events read before, behind the last of them. Resolves when the stream is there. */
  async connects(): Promise<void> {
    this.#abort = new AbortController();
    const last = this.events.at(-1)?.id;
    const headers: Record<string, string> = last === undefined ? {} : { "Last-Event-ID": String(last) };
    const response = await fetch(this.#url(), { headers, signal: this.#abort.signal });
    if (response.status !== 200 || response.body === null) throw new Error(`The stream answered ${response.status}`);
    this.#reading = this.#read(response.body).catch(() => {});
  }

  /** Resolves when the stream ended, by whichever side. */
  ended(): Promise<void> {
    return this.#reading;
  }

  async disconnects(): Promise<void> {
    this.#abort.abort();
    await this.#reading;
  }

  /** The first event that fits, past or future. */
  async got(fits: (event: StreamedEvent) => boolean, timeoutMs = 60_000): Promise<StreamedEvent> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const found = this.events.find(fits);
      if (found) return found;
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`No such event within ${timeoutMs} ms; ids: ${this.events.map(({ id }) => id)}`);
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, left);
      this.#waiting.push(resolve);
      await promise;
      clearTimeout(timer);
    }
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    let text = "";
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const blocks = text.split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) this.#take(block);
    }
  }

  #take(block: string): void {
    if (block.startsWith(":")) {
      this.comments += 1;
      return;
    }
    const fields = new Map(
      block.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]),
    );
    const data = fields.get("data");
    if (data === undefined) return;
    this.events.push({ id: Number(fields.get("id")), event: fields.get("event") ?? "", data: JSON.parse(data) });
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
