/**
 * The log: one line of JSON per entry. The fields are a closed list, so that no key, secret, message text or phone
 * number can get in by habit. The console functions are taken at load time, because libsignal prints session keys
 * through `console` and that is redirected elsewhere.
 */

/** How bad it is; `error` is for what nobody foresaw. */
export type LogLevel = "info" | "warning" | "error";

/** What an entry may carry besides its message. */
export interface LogFields {
  requestId?: string;
  org?: string;
  instance?: string;
  /** A machine code of ours, e.g. of `ERROR_STATUS` or of the table of disconnect reasons. */
  code?: string;
  /** HTTP method, and the route as it is declared (`/media/:file/:signature`): what stands in a path or query is the caller's. */
  method?: string;
  route?: string;
  status?: number;
  durationMs?: number;
  count?: number;
  /** From `describeError`. */
  error?: ErrorDescription;
}

/** What of an error is safe to write down. */
export interface ErrorDescription {
  name: string;
  /** Places in the code, innermost first. */
  frames: string[];
}

const write: Record<LogLevel, (line: string) => void> = {
  info: console.info.bind(console),
  warning: console.warn.bind(console),
  error: console.error.bind(console),
};

const MAX_FRAMES = 12;
const FRAME = /^at .*:\d+:\d+\)?$/;

/**
 * Name and stack frames of an error. Its message is left out on purpose: a parser or a library quotes what it choked
 * on, and that may be somebody's message or key.
 */
export function describeError(error: unknown): ErrorDescription {
  if (!(error instanceof Error)) return { name: typeof error, frames: [] };
  // The stack starts with the message, which may have lines of its own that look like frames.
  const lines = (error.stack ?? "").split("\n").slice(error.message.split("\n").length);
  const frames = lines.map((line) => line.trim()).filter((line) => FRAME.test(line));
  return { name: error.name, frames: frames.slice(0, MAX_FRAMES) };
}

/** Writes one entry; `message` is a fixed sentence, everything variable goes into the fields. */
export function log(level: LogLevel, message: string, fields: LogFields = {}): void {
  write[level](JSON.stringify({ level, message, ...fields }));
}
