/** A person does not come online the instant their network does. */

/** Milliseconds between a connect and being shown online, drawn evenly (the public package's range). */
const LEAST_MS = 30_000;
const MOST_MS = 90_000;

/** Milliseconds between the connect and showing itself available. @param random in [0, 1) */
export const availableAfterMs = (random: number): number => Math.round(LEAST_MS + (MOST_MS - LEAST_MS) * random);
