import { vi } from "vitest";

/** Waits until a check passes, for what no event tells of; only what hangs fails, however busy the machine is. */
export const soon = <T>(check: () => T | Promise<T>): Promise<T> => vi.waitFor(check, { timeout: 30_000 });
