/**
 * Moves a session between a folder of Baileys' multi-file auth state and the form in which the API takes and gives it.
 *
 *   node scripts/session-folder.ts pack <folder>             the body of POST …/session, to standard output
 *   node scripts/session-folder.ts unpack <export> <folder>  the files of an answer of GET …/session?format=baileys
 *
 * The passphrase comes from the environment (SESSION_PASSPHRASE), so that no shell history has it.
 */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { LIMITS } from "../src/schemas/limits.ts";
import { type Envelope, open, seal } from "../src/session-transfer/envelope.ts";
import { readFiles } from "../src/session-transfer/read-session.ts";

const USAGE = `Usage: node scripts/session-folder.ts pack <folder>
       node scripts/session-folder.ts unpack <export.json> <folder>
Set SESSION_PASSPHRASE to at least ${LIMITS.passphraseCharacters.min} characters.`;

/** Whoever may read these files is the number. */
const OWNER_ONLY = 0o600;

async function pack(folder: string, passphrase: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".json"));
  const contents = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  const files = Object.fromEntries(names.map((name, index) => [name, contents[index]]));
  const checked = readFiles(files);
  if (!checked.ok) {
    const found = checked.error.issues?.map(({ path, message }) => `  ${path}: ${message}`) ?? [];
    throw new Error([`${folder} is not a linked session:`, ...found].join("\n"));
  }
  const session = await seal(JSON.stringify(files), "baileys", passphrase);
  process.stdout.write(`${JSON.stringify({ session })}\n`);
}

async function unpack(file: string, folder: string, passphrase: string): Promise<void> {
  const { session } = JSON.parse(await readFile(file, "utf8")) as { session?: Envelope };
  if (session?.content !== "baileys") throw new Error(`${file} is not an export with format=baileys`);
  const text = await open(session, passphrase);
  if (!text.ok) throw new Error("The passphrase is wrong, or the export was changed");
  await mkdir(folder, { recursive: true });
  const files = Object.entries(JSON.parse(text.value) as Record<string, unknown>);
  for (const [name, content] of files) {
    if (basename(name) !== name) throw new Error(`${name} is not the name of a file`);
    await writeFile(join(folder, name), JSON.stringify(content), { mode: OWNER_ONLY });
  }
  console.info(`${files.length} files in ${folder}`);
}

async function run([command, from, to]: string[]): Promise<void> {
  const passphrase = process.env.SESSION_PASSPHRASE ?? "";
  if (passphrase.length < LIMITS.passphraseCharacters.min) throw new Error(USAGE);
  if (command === "pack" && from !== undefined) return pack(from, passphrase);
  if (command === "unpack" && from !== undefined && to !== undefined) return unpack(from, to, passphrase);
  throw new Error(USAGE);
}

try {
  await run(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
