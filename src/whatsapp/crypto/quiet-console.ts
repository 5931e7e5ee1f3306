/**
 * Keeps libsignal off the console. It prints whole session objects, private keys included, through `console.info` and
 * friends ("Closing session:", …), and offers no logger to replace.
 *
 * libsignal's calls cannot be told from others by their stack (a bundle has no file names), so the rule is the other
 * way round: after `quietConsole`, nothing that goes through these methods of `console` is printed; it is counted. What
 * wants to be heard writes through {@link appConsole}, which holds the functions as they were when this module was loaded.
 */

const METHODS = ["log", "info", "warn", "error", "debug", "trace"] as const;

/** The console methods that are redirected. */
export type ConsoleMethod = (typeof METHODS)[number];

type ConsoleFunctions = Record<ConsoleMethod, (...args: unknown[]) => void>;

/** What is left of a console call: no argument of it, only which of the known messages it was and how often it came. */
export interface ConsoleNotice {
  readonly method: ConsoleMethod;
  /** One of {@link LIBSIGNAL_MESSAGES}, or "other": never text taken from the call. */
  readonly message: string;
  /** Calls with this method and message since the redirect, this one included. */
  readonly count: number;
}

/** Every message libsignal 6.0.0 prints, as the literal its source starts the call with. */
export const LIBSIGNAL_MESSAGES: readonly string[] = [
  "Session already closed",
  "Closing session:",
  "Session already open",
  "Opening session:",
  "Removing old closed session:",
  "Closing open session in favor of incoming prekey bundle",
  "Failed to decrypt message with any known session...",
  "Session error:",
  "Decrypted message with closed session.",
  "V1 session storage migration error: registrationId",
  "Migrating session to:",
  "Unhandled bucket type (for naming):",
  "WARNING: Expected pubkey of length 33, please report the ST and client that generated the pubkey",
];

/** The console's own functions, taken before anything could be redirected: for the application's logger. */
export const appConsole: Readonly<ConsoleFunctions> = functionsOf(console);

/**
 * Redirects `target` (the global console) and calls `notice` on the 1st, 10th, 100th, … call of each kind, so that a
 * storm of session errors does not become a storm of log lines. Whatever `notice` itself prints passes, and an error it
 * throws is dropped: logging must not break a decryption. Gives a function that undoes the redirect.
 */
export function quietConsole(notice: (notice: ConsoleNotice) => void, target: ConsoleFunctions = console): () => void {
  const originals = functionsOf(target);
  const counts = new Map<string, number>();
  let noticing = false;

  const swallow = (method: ConsoleMethod, args: readonly unknown[]): void => {
    if (noticing) {
      originals[method](...args);
      return;
    }
    const message = classify(args[0]);
    const key = `${method} ${message}`;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    if (!isPowerOfTen(count)) return;
    noticing = true;
    try {
      notice({ method, message, count });
    } catch {
      // Dropped, as documented: the caller is libsignal in the middle of a session operation.
    } finally {
      noticing = false;
    }
  };

  for (const method of METHODS) target[method] = (...args) => swallow(method, args);
  return () => {
    Object.assign(target, originals);
  };
}

function functionsOf(source: ConsoleFunctions): ConsoleFunctions {
  return {
    log: source.log.bind(source),
    info: source.info.bind(source),
    warn: source.warn.bind(source),
    error: source.error.bind(source),
    debug: source.debug.bind(source),
    trace: source.trace.bind(source),
  };
}

/** By prefix, because "Session error:" has the error's text glued to it; no message of the list is a prefix of another. */
function classify(first: unknown): string {
  if (typeof first !== "string") return "other";
  return LIBSIGNAL_MESSAGES.find((message) => first.startsWith(message)) ?? "other";
}

function isPowerOfTen(count: number): boolean {
  return /^10*$/.test(String(count));
}
