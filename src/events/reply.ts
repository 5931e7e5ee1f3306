/** What a webhook may answer with: `{ "reply": "text" }` sends that text to the chat; all else sends nothing. */

/** WhatsApp shows longer texts folded; a reply is a message to a person, not a document. */
const LONGEST_REPLY = 4_096;

/** @param body the answer to a delivered `message` event */
export function replyIn(body: string | null): string | null {
  if (!body) return null;
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    return null;
  }
  if (typeof answer !== "object" || answer === null || Array.isArray(answer)) return null;
  const { reply } = answer as { reply?: unknown };
  if (typeof reply !== "string" || reply.trim() === "" || reply.length > LONGEST_REPLY) return null;
  return reply;
}
