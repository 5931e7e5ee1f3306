/** What Linux tells about a running process (/proc). */
import { readFileSync } from "node:fs";

/** Both in MiB; anonymous memory is what the process itself allocated, without the program's file. */
export interface Memory {
  resident: number;
  anonymous: number;
}

/** Clock ticks per second that /proc counts in: USER_HZ, 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

export function memoryOf(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const read = (field: string): number =>
    Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? Number.NaN) / 1_024;
  return { resident: read("VmRSS"), anonymous: read("RssAnon") };
}

/** Seconds of processor time used so far, in user and kernel mode. */
export function processorSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The program's name in brackets may hold spaces; user and kernel time are the 12th and 13th field behind it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
