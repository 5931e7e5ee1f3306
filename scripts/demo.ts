/**
 * `npm run demo`: the whole chain on this machine, told as a transcript. A simulated WhatsApp, the real gateway, a
 * webhook. Then it stays up to be played with; with `--once` it ends, 0 when every step happened as it should.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type Stage, setStage } from "./demo/stage.ts";
import { tellStory } from "./demo/story.ts";
import { Transcript } from "./demo/transcript.ts";
import { inviteToTry } from "./demo/try-it.ts";

/** By convention 128 + the signal's number. */
const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
const SIGPIPE_CODE = 141;
/** Enough of the gateway's output to see why it failed. */
const LAST_LINES = 30;
/** What the Worker logs takes a moment to get through wrangler. */
const OUTPUT_DELAY_MS = 1_000;

const once = process.argv.includes("--once");
const transcript = new Transcript(console.log, () => performance.now());
const stop = new AbortController();
const interrupted = new Promise<number>((resolve) => {
  for (const [name, code] of Object.entries(SIGNALS)) {
    // npm hands a Ctrl-C on that the terminal has sent already: the second one changes nothing.
    process.on(name, () => {
      stop.abort(new Error(`stopped by ${name}`));
      resolve(code);
    });
  }
  // Nobody reads any more, as in `npm run demo | head`.
  process.stdout.on("error", () => {
    stop.abort(new Error("the output was closed"));
    resolve(SIGPIPE_CODE);
  });
});

/** @returns the exit code */
async function run(stack: AsyncDisposableStack): Promise<number> {
  let stage: Stage | null = null;
  try {
    transcript.heading("Wasup Edge demo: the real gateway and a simulated WhatsApp, all on this machine");
    stage = await setStage(stack, transcript, stop.signal);
    const told = await Promise.race([tellStory(stage, transcript), interrupted]);
    if (typeof told === "number") return told;
    transcript.succeeded("Everything happened as it should.");
    if (once) return 0;
    await inviteToTry(stage, told, transcript);
    await interrupted;
    return 0;
  } catch (error) {
    if (stop.signal.aborted) return interrupted;
    transcript.failed(`The demo failed: ${error instanceof Error ? error.message : String(error)}`);
    if (stage) {
      await sleep(OUTPUT_DELAY_MS);
      transcript.line("The gateway's last output:");
      transcript.line(stage.gateway.output().trimEnd().split("\n").slice(-LAST_LINES).join("\n"));
    }
    return 1;
  }
}

let code = 1;
{
  await using stack = new AsyncDisposableStack();
  code = await run(stack);
  if (!once || code !== 0) transcript.line("Stopping…");
}
// A step that was interrupted may still be waiting for something that no longer comes.
process.exit(code);
