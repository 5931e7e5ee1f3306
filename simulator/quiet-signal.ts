/**
 * Keeps libsignal quiet. Version 6 prints whole sessions, private keys included, with console.info and console.warn on
 * every re-key; both the simulated phones and a client in the same process run through it.
 */

/** How the lines start that libsignal 6.0.0 prints (session_record.js, session_builder.js, session_cipher.js). */
const PREFIXES = [
  "Closing session:",
  "Opening session:",
  "Removing old closed session:",
  "Session already closed",
  "Session already open",
  "Closing open session in favor of incoming prekey bundle",
  "Decrypted message with closed session.",
  "Failed to decrypt message with any known session...",
  "Session error:",
  "Migrating session to:",
];

const METHODS = ["info", "warn", "error"] as const;
let users = 0;
let restore: (() => void) | undefined;

/** Starts dropping those lines; the function it gives ends it, once everyone who started it has done so. */
export function quietSignal(): () => void {
  users += 1;
  if (users === 1) restore = install();
  let ended = false;
  return () => {
    if (ended) return;
    ended = true;
    users -= 1;
    if (users === 0) restore?.();
  };
}

function install(): () => void {
  const originals = METHODS.map((method) => [method, console[method]] as const);
  for (const [method, original] of originals) {
    console[method] = (...data: unknown[]) => {
      const [first] = data;
      if (typeof first === "string" && PREFIXES.some((prefix) => first.startsWith(prefix))) return;
      original.apply(console, data);
    };
  }
  return () => {
    for (const [method, original] of originals) console[method] = original;
  };
}
