/** What the demo prints: one line per thing that happened, with the milliseconds since it began and who did it. */
import { styleText } from "node:util";

/** Colours only where a terminal shows them; `NO_COLOR` and `FORCE_COLOR` are honoured. */
const paint = (format: Parameters<typeof styleText>[0], text: string): string =>
  styleText(format, text, { stream: process.stdout });

const TIME_WIDTH = 8;
const WHO_WIDTH = 20;

export class Transcript {
  readonly #print: (line: string) => void;
  readonly #now: () => number;
  readonly #startedAt: number;

  /** @param now milliseconds of a clock that never goes back */
  constructor(print: (line: string) => void, now: () => number) {
    this.#print = print;
    this.#now = now;
    this.#startedAt = now();
  }

  /** One thing that happened; `who` is a name, or `from → to`. */
  happened(who: string, what: string): void {
    const ms = `${Math.round(this.#now() - this.#startedAt)} ms`;
    this.#print(`${paint("dim", ms.padStart(TIME_WIDTH))}  ${paint("cyan", who.padEnd(WHO_WIDTH))}  ${what}`);
  }

  heading(text: string): void {
    this.#print("");
    this.#print(paint("bold", text));
  }

  line(text = ""): void {
    this.#print(text);
  }

  succeeded(text: string): void {
    this.#print("");
    this.#print(paint("green", text));
  }

  failed(text: string): void {
    this.#print("");
    this.#print(paint("red", text));
  }
}
