/** A linked number with somebody to write to, and a web server with a document: files out and in, byte for byte. */
import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { SimulatorServer } from "../../simulator/index.ts";
import type { Api } from "../../test/e2e/support/api.ts";
import { eventually } from "../../test/e2e/support/eventually.ts";
import { GatewayNumber } from "../../test/e2e/support/number.ts";

const PATIENCE_MS = 120_000;

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** A PDF for all who look at its first bytes. */
export const documentOf = (size: number): Buffer => Buffer.concat([Buffer.from("%PDF-1.7\n"), randomBytes(size - 9)]);

const small = documentOf(100_000);

interface FileMessage {
  id: string;
  media: { status: string; sha256: string };
}

/** Links a number and sends a small file each way: the code has run, and what follows is the document's cost. */
export async function documents({ whatsApp, api }: { whatsApp: SimulatorServer; api: Api }, document: Buffer) {
  const web = createServer((request, response) => {
    const file = request.url === "/small.pdf" ? small : document;
    // The other kind of web server, which does not tell how much is to come.
    response.writeHead(200, request.url === "/chunked.pdf" ? {} : { "Content-Length": file.length }).end(file);
  });
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
  const base = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
  const [phone, alice] = [whatsApp.phone({ businessName: "Bench" }), whatsApp.contact()];
  const number = await GatewayNumber.create(api, "documents");
  await number.isLinkedBy(phone);

  /** @returns the hash of what arrived */
  const send = async (file: string): Promise<string> => {
    const body = { to: alice.phone, mediaUrl: `${base}/${file}` };
    const { messageId } = await api.ok<{ messageId: string }>("POST", `${number.path}/send`, body);
    await alice.received(({ id }) => id === messageId, { timeoutMs: PATIENCE_MS });
    return sha256(alice.opensFile(messageId));
  };
  /** @returns the hash of what was stored */
  const receive = async (file: Buffer): Promise<string> => {
    const id = await alice.sendsFile({ kind: "document", bytes: file, mimetype: "application/pdf" }, { to: phone });
    const messages = await eventually(
      () => number.messages() as Promise<unknown> as Promise<FileMessage[]>,
      (all) => all.some((message) => message.id === id && message.media.status === "stored"),
      "the file is stored",
      PATIENCE_MS,
    );
    return messages.find((message) => message.id === id)?.media.sha256 ?? "";
  };
  await send("small.pdf");
  await receive(small);
  return {
    out: () => send("large.pdf"),
    incoming: () => receive(document),
    /** From a source that does not tell its length. */
    outUnmeasured: () => send("chunked.pdf"),
    stop: () => web.close(),
  };
}
