/** What must not be written anywhere, and every spelling in which it could be. */

export interface Secret {
  kind: "api-key" | "webhook-secret" | "webhook-header" | "private-key" | "passphrase" | "message-text";
  /** The text; for a private key its bytes as base64. */
  value: string;
}

/** Shorter texts turn up by chance. */
const SHORTEST_TEXT = 12;
const SHORTEST_SECRET = 6;

/** A key as base64 of either alphabet, as hexadecimal, as Node prints bytes, and as a list of numbers. */
function spellingsOfBytes(base64: string): string[] {
  const bytes = Buffer.from(base64, "base64");
  const hex = bytes.toString("hex");
  const pairs = [...hex.matchAll(/../g)].map(([pair]) => pair);
  return [
    // Without the end, which differs when more bytes follow.
    bytes.toString("base64").slice(0, 40),
    bytes.toString("base64url").slice(0, 40),
    hex,
    hex.toUpperCase(),
    pairs.slice(0, 16).join(" "),
    [...bytes.subarray(0, 16)].join(","),
    [...bytes.subarray(0, 16)].join(", "),
  ];
}

/** The texts to look for; none for what is too short to tell from others. */
export function spellings({ kind, value }: Secret): string[] {
  if (kind === "private-key") return spellingsOfBytes(value);
  if (value.length < (kind === "message-text" ? SHORTEST_TEXT : SHORTEST_SECRET)) return [];
  const texts = [value, JSON.stringify(value).slice(1, -1)];
  if (kind === "message-text") return texts;
  return [...texts, encodeURIComponent(value), Buffer.from(value).toString("base64").replace(/=+$/, "")];
}

/** Names of the kinds that stand in `text`, with a bit of what is around; never the secret itself. */
export function secretsIn(text: string, secrets: readonly Secret[]): string[] {
  return secrets.flatMap((secret) => {
    const at = spellings(secret).map((spelling) => text.indexOf(spelling));
    const found = at.find((position) => position >= 0);
    return found === undefined ? [] : [`${secret.kind} behind “${text.slice(Math.max(0, found - 80), found)}”`];
  });
}
