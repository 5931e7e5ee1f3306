/**
 * What a number does under a limit of memory like that of Cloudflare, 128 MB for an isolate: with V8's heap limited to
 * HEAP_MIB, the runtime ends when it cannot keep to that. `node bench/heap-cap.ts [MiB]`; Linux only (/proc).
 *
 * The limit is on objects and texts. Not under it are buffers, streams and SQLite; they are in the anonymous memory,
 * together with the runtime's own. Every row is a runtime of its own. Fails when one of them ends, except that of the
 * first row: its limit is too low for the Worker itself, which shows that the limit is kept.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildGateway } from "../scripts/support/gateway-process.ts";
import { LIMITS } from "../src/schemas/limits.ts";
import type { Api } from "../test/e2e/support/api.ts";
import { GatewayNumber } from "../test/e2e/support/number.ts";
import { knows } from "../test/e2e/support/stored-number.ts";
import { documentOf, documents } from "./support/documents.ts";
import { type Files, importBody, PASSPHRASE, sessionFiles } from "./support/large-session.ts";
import { peakDuring, type Subject, startSubject } from "./support/subject.ts";

const MIB = 1_048_576;
const HEAP_MIB = Number(process.argv[2] ?? 64);
const TOO_LITTLE_MIB = 16;
const NUMBERS = 20;
const CONTACTS = 20;
const MANY_CONTACTS = 10_000;
const MESSAGES = 1_000;
/** A number takes no more than 100 calls that wait to be sent. */
const AT_ONCE = 2;
const SETTLE_MS = 5_000;
const LAST_WORDS_MS = 3_000;
const PATIENCE = { timeoutMs: 120_000 };

/** Prepares a runtime and gives what is measured. */
type Workload = (subject: Subject) => Promise<() => Promise<unknown>>;

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const indexes = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

async function linked({ whatsApp, api }: Subject, id: string) {
  const phone = whatsApp.phone({ businessName: "Bench" });
  const number = await GatewayNumber.create(api, id);
  await number.isLinkedBy(phone);
  return { phone, number };
}

const idleNumbers: Workload = async (subject) => {
  await linked(subject, "first");
  return async () => {
    for (const index of indexes(NUMBERS - 1)) await linked(subject, `idle-${index}`);
    await wait(SETTLE_MS);
  };
};

const document: Workload = async (subject) => {
  const files = await documents(subject, documentOf(64 * MIB));
  return async () => {
    await files.out();
    await files.incoming();
    files.stop();
  };
};

/** Everybody has written and was written to once: what follows is no first contact. */
async function acquainted(subject: Subject) {
  const { phone, number } = await linked(subject, "busy");
  const people = indexes(CONTACTS).map(() => subject.whatsApp.contact());
  for (const person of people) {
    await person.receiptFor(await person.says("hello", { to: phone }), "delivered");
    await number.sends(person.phone, "welcome");
  }
  return { phone, number, people };
}

const burstOut: Workload = async (subject) => {
  const { number, people } = await acquainted(subject);
  const each = indexes(MESSAGES / CONTACTS / AT_ONCE);
  const sends = async (person: (typeof people)[number], lane: number): Promise<void> => {
    for (const index of each) await number.sends(person.phone, `message ${lane}-${index}`);
    await Promise.all(each.map((index) => person.received(`message ${lane}-${index}`, PATIENCE)));
  };
  return () => Promise.all(people.flatMap((person) => indexes(AT_ONCE).map((lane) => sends(person, lane))));
};

const burstIn: Workload = async (subject) => {
  const { phone, people } = await acquainted(subject);
  const each = indexes(MESSAGES / CONTACTS);
  return () =>
    Promise.all(
      people.map(async (person) => {
        const ids = await Promise.all(each.map((index) => person.says(`message ${index}`, { to: phone })));
        await Promise.all(ids.map((id) => person.receiptFor(id, "delivered", PATIENCE)));
      }),
    );
};

/** An export, or an import, that must not be refused. */
async function moved(api: Api, method: "GET" | "POST", path: string, body?: object): Promise<void> {
  const answer = await api.call(method, `${path}/session`, body, { "X-Session-Passphrase": PASSPHRASE });
  if (answer.status !== 200) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
}

const sessionImport =
  (body: string): Workload =>
  async ({ api }) => {
    const { path } = await GatewayNumber.create(api, "target");
    return async () => {
      await moved(api, "POST", path, JSON.parse(body));
      await moved(api, "GET", path);
    };
  };

/** A number with more contacts than an export can hold. */
const largeExport: Workload = async (subject) => {
  const { number } = await acquainted(subject);
  await subject.api.ok("POST", `${number.path}/disconnect`);
  await subject.startsAnew((stateFolder) => knows(stateFolder, number.id, MANY_CONTACTS));
  return () => moved(subject.api, "GET", number.path);
};

async function measure(bundle: string, name: string, workload: Workload, heap = HEAP_MIB): Promise<boolean> {
  const row = (...cells: string[]): void => console.log(`| ${[name, ...cells].join(" | ")} |`);
  const subject = await startSubject(bundle, [`--max-heap-size=${heap}`]).catch(() => null);
  const anonymous = (): number => (subject?.isUp() ? subject.memory().anonymous : 0);
  try {
    if (subject === null) throw new Error("It did not start");
    const work = await workload(subject);
    const [idle, started] = [anonymous(), Date.now()];
    const { peak } = await peakDuring(anonymous, work);
    const seconds = (Date.now() - started) / 1_000;
    row(idle.toFixed(0), peak.toFixed(0), `+${(peak - idle).toFixed(0)}`, `${seconds.toFixed(1)} s`);
    return true;
  } catch (error) {
    // A process that ends for want of memory writes its last words first.
    await wait(LAST_WORDS_MS);
    row("", "", subject?.isUp() ? String(error).slice(0, 200) : "the runtime ended", "");
    return false;
  } finally {
    await subject?.stop();
  }
}

async function filesOf(bundle: string): Promise<Files> {
  const subject = await startSubject(bundle);
  try {
    return await sessionFiles(subject);
  } finally {
    await subject.stop();
  }
}

const folder = await mkdtemp(join(tmpdir(), "wasup-bundle-"));
try {
  const bundle = await buildGateway(folder);
  console.log(
    `Heap of at most ${HEAP_MIB} MiB; anonymous memory in MiB\n| | idle | at most | | time |\n|---|---|---|---|---|`,
  );
  const small = await measure(
    bundle,
    `${NUMBERS} idle numbers, heap of ${TOO_LITTLE_MIB} MiB`,
    idleNumbers,
    TOO_LITTLE_MIB,
  );
  const rows = [
    await measure(bundle, `${NUMBERS} idle numbers`, idleNumbers),
    await measure(bundle, "a document of 64 MiB out and in", document),
    await measure(bundle, `${MESSAGES} messages out`, burstOut),
    await measure(bundle, `${MESSAGES} messages in`, burstIn),
  ];
  const files = await filesOf(bundle);
  for (const form of ["files", "packed", "export"] as const) {
    const { contacts, body } = await importBody(files, LIMITS.sessionBodyBytes, form);
    const name = `a session of ${LIMITS.sessionBodyBytes / MIB} MiB (${form}, ${contacts} contacts) in and out`;
    rows.push(await measure(bundle, name, sessionImport(body)));
  }
  rows.push(await measure(bundle, `an export of a number with ${MANY_CONTACTS} contacts`, largeExport));
  if (small || rows.includes(false)) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
