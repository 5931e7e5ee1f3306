/** A stored time (epoch milliseconds) as it is shown: ISO 8601, UTC. */
export const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
