/**
 * The baseline of `idle-memory.ts`: unmodified Baileys clients in one Node process, each on a session folder
 * (`useMultiFileAuthState`), as most programs on Baileys run them. Started with `fork`: WhatsApp's address and root key
 * as arguments, then one message per client to start.
 */
import { useMultiFileAuthState } from "@whiskeysockets/baileys";
import { BaileysClient, trust } from "../../test/simulator/baileys-client.ts";

/** What the process is told: start a client on this folder. */
export interface StartClient {
  folder: string;
}

/** What it says: a code to scan, and that the client is logged in and has its first synchronisation behind it. */
export type ClientNews = { folder: string; qr: string } | { folder: string; isIdle: true };

const [url = "", rootKey = ""] = process.argv.slice(2);
trust(rootKey);

const say = (news: ClientNews): void => void process.send?.(news);

process.on("message", async ({ folder }: StartClient) => {
  const { state, saveCreds } = await useMultiFileAuthState(folder);
  const isLinked = state.creds.me !== undefined;
  const client = new BaileysClient(url, { auth: state }, { saveCreds }).connect();
  if (!isLinked) say({ folder, qr: await client.qr() });
  await client.open();
  if (!isLinked) {
    await client.find("creds.update", ({ accountSyncCounter }) => accountSyncCounter || undefined, {
      what: "the first synchronisation",
    });
  }
  say({ folder, isIdle: true });
});
