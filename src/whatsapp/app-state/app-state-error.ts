/**
 * Why settings could not be read or changed. `conflict`: another device was faster, what it did is to be taken over first.
 * `unverified`: what the server gave does not fit its MACs. `not_ready`: the phone has not shared the key yet.
 * `refused`: WhatsApp said no. `unanswered`: it said nothing.
 */
export type AppStateProblem = "conflict" | "unverified" | "not_ready" | "refused" | "unanswered";

export class AppStateError extends Error {
  override name = "AppStateError";
  readonly problem: AppStateProblem;

  constructor(problem: AppStateProblem) {
    super(`App state: ${problem}`);
    this.problem = problem;
  }
}
