/** An unmodified Baileys client whose session is a folder (`useMultiFileAuthState`), as most programs on Baileys keep it. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { useMultiFileAuthState } from "@whiskeysockets/baileys";
import { BaileysClient } from "../../simulator/baileys-client.ts";

export class BaileysFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async create(): Promise<BaileysFolder> {
    return new BaileysFolder(await mkdtemp(join(tmpdir(), "wasup-auth-")));
  }

  /** A client that runs on what is in the folder, and keeps it up to date. */
  async client(url: string): Promise<BaileysClient> {
    const { state, saveCreds } = await useMultiFileAuthState(this.path);
    return new BaileysClient(url, { auth: state }, { saveCreds }).connect();
  }

  /** File name → the text in it. */
  async files(): Promise<Record<string, string>> {
    const names = await readdir(this.path);
    const read = names.map(async (name) => [name, await readFile(join(this.path, name), "utf8")] as const);
    return Object.fromEntries(await Promise.all(read));
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}
