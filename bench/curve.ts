/**
 * Compares our curve functions with libsignal's in one run: `node bench/curve.ts [batches]`.
 * Median microseconds per call. The two take turns in batches, so that a busy machine slows both alike and neither pays
 * for the caches the other has emptied.
 */
import { randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import * as ours from "../src/whatsapp/crypto/curve.ts";

type Curve = Pick<typeof ours, "generateKeyPair" | "calculateAgreement" | "calculateSignature"> & {
  verifySignature(pubKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
};

const require = createRequire(import.meta.url);
const libsignal = require("libsignal/src/curve.js") as Curve;

const batches = Number(process.argv[2] ?? 10);
if (!Number.isInteger(batches) || batches < 1) throw new Error("batches must be a positive whole number");

const CALLS_PER_BATCH = 20;

const mine = ours.generateKeyPair();
const theirs = ours.generateKeyPair();
const message = randomBytes(200);
const signature = ours.calculateSignature(mine.privKey, message);

const operations: Readonly<Record<string, (curve: Curve) => unknown>> = {
  "key pair": (curve) => curve.generateKeyPair(),
  agreement: (curve) => curve.calculateAgreement(theirs.pubKey, mine.privKey),
  sign: (curve) => curve.calculateSignature(mine.privKey, message),
  verify: (curve) => curve.verifySignature(mine.pubKey, message, signature),
};

const rows = Object.entries(operations).map(([name, operation]) => {
  const original: number[] = [];
  const replaced: number[] = [];
  for (let batch = -1; batch < batches; batch++) {
    const slow = timeBatch(() => operation(libsignal));
    const fast = timeBatch(() => operation(ours));
    if (batch < 0) continue; // warm-up
    original.push(...slow);
    replaced.push(...fast);
  }
  const [slow, fast] = [median(original), median(replaced)];
  return [name, slow.toFixed(0), fast.toFixed(0), `${(slow / fast).toFixed(1)}×`] as const;
});

console.log(`Node ${process.version}, median of ${batches * CALLS_PER_BATCH} calls, µs`);
for (const row of [["", "libsignal", "ours", "ratio"] as const, ...rows]) {
  console.log(row.map((cell, column) => (column === 0 ? cell.padEnd(12) : cell.padStart(10))).join(""));
}

function timeBatch(run: () => unknown): number[] {
  return Array.from({ length: CALLS_PER_BATCH }, () => {
    const start = performance.now();
    run();
    return (performance.now() - start) * 1000;
  });
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
