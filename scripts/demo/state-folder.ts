/**
 * The folder of one run's state, `.demo/<process id>`: fresh at each start, and a run beside another one does not take
 * its files away. What earlier runs left behind goes at the next start.
 */
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../.demo", import.meta.url));

/** @returns the path of an empty folder for this process */
export async function freshStateFolder(): Promise<string> {
  await mkdir(ROOT, { recursive: true });
  for (const name of await readdir(ROOT)) {
    if (!isRunning(Number(name))) await rm(join(ROOT, name), { recursive: true, force: true });
  }
  const folder = join(ROOT, String(process.pid), "state");
  await mkdir(folder, { recursive: true });
  return folder;
}

/** A process of the same id that is not a demo keeps a folder a little longer; that does no harm. */
function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is running too.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
