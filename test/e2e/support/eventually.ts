/** How often a state that is only readable over HTTP is looked at again, milliseconds. */
const LOOK_AGAIN_MS = 40;

/** Reads until the answer fits. @throws with the last answer when it never does */
export async function eventually<T>(
  read: () => Promise<T>,
  fits: (answer: T) => boolean,
  what: string,
  timeoutMs: number,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await read();
    if (fits(answer)) return answer;
    if (Date.now() > deadline) {
      throw new Error(`Not so within ${timeoutMs} ms: ${what}. Last answer: ${JSON.stringify(answer).slice(0, 1_500)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}
