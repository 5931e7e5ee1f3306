/** Repeatable chance: the same seed gives the same sequence. Mulberry32 (Tommy Ettinger, public domain). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One of `choices`. */
export function pick<T>(random: () => number, choices: readonly T[]): T {
  const choice = choices[Math.floor(random() * choices.length)];
  if (choice === undefined) throw new Error("Nothing to choose from");
  return choice;
}

/** A sequence of its own for each part of a run: who draws when then does not depend on the speed of the others. */
export function stream(seed: number, part: string): () => number {
  return seededRandom([...part].reduce((hash, letter) => Math.imul(hash, 31) + letter.charCodeAt(0), seed));
}
