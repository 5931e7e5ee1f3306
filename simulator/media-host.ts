/** The media servers: take encrypted files under their hash, and give them out again, whole or in ranges. */
import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { sha256 } from "./media-file.ts";

const UPLOAD = /^\/mms\/(image|video|audio|document)\/([\w-]+)$/;

export class MediaHost {
  /** What a client has to show with each upload. */
  readonly auth = randomBytes(24).toString("base64url");
  /** By path. */
  readonly #files = new Map<string, Buffer>();
  /** By hash of the encrypted file: what phones can upload again. */
  readonly #kept = new Map<string, Buffer>();
  readonly #violated: (detail: string) => void;
  #failUploads = 0;
  #failDownloads = 0;
  #damageNext = false;
  readonly #stalls = new Map<"uploads" | "downloads", () => void>();
  /** Uploads that were taken. */
  uploads = 0;

  constructor(violated: (detail: string) => void) {
    this.#violated = violated;
  }

  /** Stores an encrypted file as a phone does; gives its path. */
  keep(bytes: Buffer): string {
    const path = this.#keep(bytes);
    if (this.#damageNext) this.damage(path);
    this.#damageNext = false;
    return path;
  }

  #keep(bytes: Buffer): string {
    const path = `/v/t62.${randomBytes(8).toString("hex")}?ccb=11-4&oh=${randomBytes(8).toString("hex")}`;
    this.#files.set(path, bytes);
    this.#kept.set(sha256(bytes).toString("hex"), bytes);
    return path;
  }

  read(path: string): Buffer | undefined {
    return this.#files.get(path);
  }

  /** All files are too old to be had any more. */
  forgetAll(): void {
    this.#files.clear();
  }

  /** A phone uploads a file again that it still has; gives its new path. */
  keepAgain(encryptedSha256: Uint8Array): string | undefined {
    const bytes = this.#kept.get(Buffer.from(encryptedSha256).toString("hex"));
    return bytes && this.keep(bytes);
  }

  /** The next uploads, or downloads, are answered with 500. */
  failNext(what: "uploads" | "downloads", times: number): void {
    if (what === "uploads") this.#failUploads += times;
    else this.#failDownloads += times;
  }

  /** The next upload, or download, gets no answer. @returns the promise of its request */
  stallNext(what: "uploads" | "downloads"): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#stalls.set(what, resolve);
    return promise;
  }

  /** Nothing is stalled any more, apart from what is stalled already. */
  unstall(): void {
    this.#stalls.clear();
  }

  /** The next file that is stored gets damaged. */
  damagesNext(): void {
    this.#damageNext = true;
  }

  /** Damages a stored file: one bit in its middle. */
  damage(path: string): void {
    const bytes = this.#files.get(path);
    if (!bytes) throw new Error(`there is no file ${path}`);
    const spoilt = Buffer.from(bytes);
    const at = spoilt.length >> 1;
    spoilt[at] = (spoilt[at] ?? 0) ^ 1;
    this.#files.set(path, spoilt);
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://media");
    const upload = UPLOAD.exec(url.pathname);
    if (request.method === "POST" && upload) await this.#take(request, response, url, upload[2] ?? "");
    else if (request.method === "GET") this.#give(request, response, `${url.pathname}${url.search}`);
    else response.writeHead(404).end();
  }

  async #take(request: IncomingMessage, response: ServerResponse, url: URL, token: string): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (this.#isStalled("uploads")) return;
    if (this.#failUploads > 0) {
      this.#failUploads -= 1;
      response.writeHead(500).end();
      return;
    }
    const bytes = Buffer.concat(chunks);
    if (url.searchParams.get("auth") !== this.auth) this.#violated("upload without the right auth");
    if (url.searchParams.get("token") !== token) this.#violated("upload under two names");
    if (sha256(bytes).toString("base64url") !== token) this.#violated("upload under a wrong hash");
    if (request.headers["content-length"] === undefined) this.#violated("upload of untold length");
    const path = this.keep(bytes);
    this.uploads += 1;
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ url: `https://mmg.whatsapp.net${path}`, direct_path: path }));
  }

  #give(request: IncomingMessage, response: ServerResponse, path: string): void {
    const bytes = this.#files.get(path);
    if (this.#isStalled("downloads")) return;
    if (this.#failDownloads > 0) {
      this.#failDownloads -= 1;
      response.writeHead(500).end();
    } else if (!bytes) response.writeHead(404).end();
    else {
      const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
      const from = Number(range?.[1] ?? 0);
      const to = range?.[2] ? Number(range[2]) : bytes.length - 1;
      const part = bytes.subarray(from, to + 1);
      response.writeHead(range ? 206 : 200, {
        "content-length": part.length,
        ...(range && { "content-range": `bytes ${from}-${to}/${bytes.length}` }),
      });
      response.end(part);
    }
  }

  #isStalled(what: "uploads" | "downloads"): boolean {
    const tell = this.#stalls.get(what);
    this.#stalls.delete(what);
    tell?.();
    return tell !== undefined;
  }
}
