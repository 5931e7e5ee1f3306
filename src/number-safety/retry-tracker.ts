/** A message that its recipient cannot decrypt again and again is a sign of broken keys, not of load. */

/** Requests for another copy of one message from which it counts as a spiral (the public package's). */
export const SPIRAL_FROM = 3;

/** Reported once per message. @param retries requests for this message so far, this one included */
export const isSpiral = (retries: number): boolean => retries === SPIRAL_FROM;
