/** A linked session moves between an unmodified Baileys client on Node and the gateway, and between organisations. */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Phone } from "../../simulator/index.ts";
import { type Envelope, open } from "../../src/session-transfer/envelope.ts";
import { type BaileysClient, textOf, trust } from "../simulator/baileys-client.ts";
import { Api } from "./support/api.ts";
import { BaileysFolder } from "./support/baileys-folder.ts";
import { useLab } from "./support/lab.ts";
import { GatewayNumber } from "./support/number.ts";
import { knows } from "./support/stored-number.ts";

const PASSPHRASE = "correct horse battery staple";
const WITH_PASSPHRASE = { "X-Session-Passphrase": PASSPHRASE };
/** Of one device each: more than twice as many as an import takes. */
const MORE_PEOPLE = 5_000;
const run = promisify(execFile);

const lab = useLab();
const folders: BaileysFolder[] = [];
const clients: BaileysClient[] = [];

beforeAll(() => trust(lab.whatsApp.rootKey));
afterAll(async () => {
  await Promise.all(clients.map((client) => client.stop()));
  await Promise.all(folders.map((folder) => folder.remove()));
});

async function newFolder(): Promise<BaileysFolder> {
  const folder = await BaileysFolder.create();
  folders.push(folder);
  return folder;
}

async function clientOn(folder: BaileysFolder): Promise<BaileysClient> {
  const client = await folder.client(lab.whatsApp.whatsappUrl);
  clients.push(client);
  return client;
}

/** A phone whose linked device is a Baileys client that has written and received, and was stopped. */
async function sessionOfAnotherProgram(): Promise<{ phone: Phone; folder: BaileysFolder }> {
  const phone = lab.whatsApp.phone({ businessName: "Clinic" });
  const folder = await newFolder();
  const client = await clientOn(folder);
  const { deviceId } = await phone.scans(await client.qr());
  await phone.online({ deviceId });
  await client.open();
  const contact = lab.whatsApp.contact();
  await client.sends(`${contact.phone}@s.whatsapp.net`, "before the move");
  await contact.received("before the move");
  await contact.says("got it", { to: phone });
  await client.text("got it");
  await client.stop();
  await phone.offline();
  return { phone, folder };
}

/** Reads the next message and sends one. */
async function works(number: GatewayNumber, phone: Phone): Promise<void> {
  const contact = lab.whatsApp.contact();
  await contact.says(`hello ${number.id}`, { to: phone });
  await lab.hook.received(({ message }) => message === `hello ${number.id}`);
  expect(await number.sends(contact.phone, `welcome from ${number.id}`)).toMatchObject({ status: "sent" });
  await contact.received(`welcome from ${number.id}`);
}

/** @returns the body of POST …/session */
async function packed(folder: BaileysFolder): Promise<{ session: Record<string, unknown> }> {
  const { stdout } = await run(process.execPath, ["scripts/session-folder.ts", "pack", folder.path], {
    env: { ...process.env, SESSION_PASSPHRASE: PASSPHRASE },
    maxBuffer: 64 * 1_048_576,
  });
  return JSON.parse(stdout) as { session: Record<string, unknown> };
}

async function exported(number: GatewayNumber, format: string) {
  const answer = await lab.api.call("GET", `${number.path}/session?format=${format}`, undefined, WITH_PASSPHRASE);
  expect(answer.status).toBe(200);
  return answer.body as { session: Record<string, unknown>; omitted: number };
}

describe("a session that an unmodified Baileys client linked", () => {
  it("is imported as files, connects without a QR, reads the next message and sends one", async () => {
    const { phone, folder } = await sessionOfAnotherProgram();
    const number = await lab.number("from-files");
    const { status, body } = await lab.api.call("POST", `${number.path}/session`, { files: await folder.files() });
    expect([status, body]).toMatchObject([
      200,
      { ignored: 0, instance: { status: "disconnected", linked: true, connectedPhone: phone.phone } },
    ]);
    await number.connects();
    await number.isConnected();
    await works(number, phone);
  });

  it("is imported encrypted, as the script packs its folder", async () => {
    const { phone, folder } = await sessionOfAnotherProgram();
    const number = await lab.number("from-folder");
    const { status } = await lab.api.call("POST", `${number.path}/session`, await packed(folder), WITH_PASSPHRASE);
    expect(status).toBe(200);
    await number.connects();
    await number.isConnected();
    await works(number, phone);
  });
});

describe("a session that was linked here", () => {
  async function linkedAndStopped(id: string): Promise<{ phone: Phone; number: GatewayNumber }> {
    const phone = lab.whatsApp.phone();
    const number = await lab.number(id);
    await number.isLinkedBy(phone);
    await works(number, phone);
    await lab.api.ok("POST", `${number.path}/disconnect`);
    await phone.offline();
    return { phone, number };
  }

  it("is given to another organisation, and connects there without a QR", async () => {
    const { phone, number } = await linkedAndStopped("leaving");
    const { session, omitted } = await exported(number, "wasup");
    expect(omitted).toBe(0);
    const theirs = new Api(() => lab.url, { "X-Org-Id": "branch" });
    const arrived = await GatewayNumber.create(theirs, "arriving", lab.hook.url);
    const answer = await theirs.call("POST", `${arrived.path}/session`, { session }, WITH_PASSPHRASE);
    expect(answer.status).toBe(200);
    await arrived.connects();
    await arrived.isConnected();
    await works(arrived, phone);
    expect(await number.describes()).toMatchObject({ status: "disconnected", linked: true });
  });

  it("is given to an unmodified client, which reads and writes with it", async () => {
    const { phone, number } = await linkedAndStopped("to-baileys");
    const folder = await newFolder();
    const file = join(folder.path, "export.txt");
    await writeFile(file, JSON.stringify(await exported(number, "baileys")));
    await run(process.execPath, ["scripts/session-folder.ts", "unpack", file, folder.path], {
      env: { ...process.env, SESSION_PASSPHRASE: PASSPHRASE },
    });
    expect(JSON.parse(await readFile(join(folder.path, "creds.json"), "utf8"))).toHaveProperty("me.id");
    const client = await clientOn(folder);
    await client.open();
    const contact = lab.whatsApp.contact();
    await contact.says("are you still you?", { to: phone });
    expect(textOf((await client.text("are you still you?")).message)).toBe("are you still you?");
    await client.sends(`${contact.phone}@s.whatsapp.net`, "yes");
    await contact.received("yes");
  });

  it("with more people than an import takes leaves out the sessions read with longest ago, and still understands them", async () => {
    const [phone, alice] = [lab.whatsApp.phone(), lab.whatsApp.contact()];
    const number = await lab.number("crowded");
    await number.isLinkedBy(phone);
    await alice.says("before the move", { to: phone });
    await lab.hook.received(({ message }) => message === "before the move");
    // From here on hers are messages of an established session, which need it to be read.
    await number.sends(alice.phone, "welcome");
    await alice.received("welcome");
    await lab.api.ok("POST", `${number.path}/disconnect`);
    await phone.offline();
    await lab.crashesAndStarts(() => knows(lab.stateFolder, number.id, MORE_PEOPLE));

    const { session, omitted } = await exported(number, "wasup");
    const text = await open(session as unknown as Envelope, PASSPHRASE);
    const { keys } = JSON.parse(text.ok ? text.value : "{}") as { keys: Record<string, Record<string, unknown>> };
    const sessions = Object.keys(keys.session ?? {});
    expect(omitted).toBeGreaterThan(0);
    expect(sessions.length + omitted).toBeGreaterThan(MORE_PEOPLE);
    expect(sessions.filter((name) => name.startsWith(alice.lid))).toEqual([]);

    const moved = await lab.number("crowded-moved");
    expect((await lab.api.call("POST", `${moved.path}/session`, { session }, WITH_PASSPHRASE)).status).toBe(200);
    await moved.connects();
    await moved.isConnected();
    await alice.says("after the move", { to: phone });
    await lab.hook.received(({ message }) => message === "after the move");
    expect(await moved.sends(alice.phone, "I know you")).toMatchObject({ status: "sent" });
    await alice.received("I know you");
  });

  it("in two places at once ends in one of them, which says so and does not fight", async () => {
    const { phone, number } = await linkedAndStopped("first-place");
    const { session } = await exported(number, "wasup");
    const second = await lab.number("second-place");
    await lab.api.call("POST", `${second.path}/session`, { session }, WITH_PASSPHRASE);
    await number.connects();
    await number.isConnected();
    await second.connects();
    await second.isConnected();
    await number.isDisconnected();
    expect(await number.describes()).toMatchObject({
      linked: true,
      lastDisconnect: { reason: "replaced", code: 440, nextAction: "none" },
    });
    expect((await number.logs()).join("\n")).toContain("Another connection took over this device");
    const { events } = await lab.api.ok<{ events: { event: string; payload: object }[] }>(
      "GET",
      `${number.path}/events?limit=200`,
    );
    expect(events.at(-1)).toMatchObject({ event: "connection", status: "disconnected", reason: "replaced" });
    await works(second, phone);
  });

  it("needs its passphrase, and leaves a place that it cannot be put into as it was", async () => {
    const { number } = await linkedAndStopped("refusing");
    const { session } = await exported(number, "wasup");
    const empty = await lab.number("empty");
    const wrong = { "X-Session-Passphrase": "correct horse battery stable" };
    const post = (id: string, body: object, headers: Record<string, string> = WITH_PASSPHRASE) =>
      lab.api.call("POST", `/api/instances/${id}/session`, body, headers);
    const answers = await Promise.all([
      post("empty", { session }, wrong),
      post("empty", { session }, {}),
      post("empty", { session: { ...session, data: "AAAA" } }),
      post("empty", { session: { ...session, content: "baileys" } }),
      post("refusing", { session }),
    ]);
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
      [400, "invalid_request"],
      [400, "invalid_request"],
      [400, "invalid_request"],
      [400, "invalid_request"],
      [409, "wrong_state"],
    ]);
    expect(await empty.describes()).toMatchObject({ linked: false, status: "disconnected" });
    expect((await post("refusing", { session, replace: true })).status).toBe(200);
  });

  it("is not given away while it is in use", async () => {
    const phone = lab.whatsApp.phone();
    const number = await lab.number("in-use");
    await number.isLinkedBy(phone);
    const answer = await lab.api.call("GET", `${number.path}/session`, undefined, WITH_PASSPHRASE);
    expect([answer.status, answer.body.code]).toEqual([409, "wrong_state"]);
    const { entries } = await lab.api.ok<{ entries: { action: string; target: string; status: number }[] }>(
      "GET",
      "/api/audit",
    );
    expect(entries[0]).toMatchObject({ action: "exportSession", target: "in-use", status: 409 });
  });
});

describe("the deployment's log", () => {
  it("has neither the passphrase nor a key of any session that was moved", async () => {
    const keys = await Promise.all(
      folders.map(async (folder) => {
        const { "creds.json": text = "" } = await folder.files();
        const { noiseKey, signedIdentityKey } = JSON.parse(text) as Record<string, { private: { data: string } }>;
        return [noiseKey?.private.data ?? "", signedIdentityKey?.private.data ?? ""];
      }),
    );
    const secrets = [PASSPHRASE, ...keys.flat()];
    expect(secrets).toHaveLength(1 + 2 * folders.length);
    expect(secrets.filter((secret) => secret === "" || lab.output().includes(secret))).toEqual([]);
  });
});
