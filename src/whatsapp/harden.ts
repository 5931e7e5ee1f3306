/** What must hold in this isolate before the first session: libsignal is off the console, forged signatures are refused. */
import { log } from "../log.ts";
import { Curve } from "./baileys.ts";
import { assertForgeriesRefused } from "./crypto/install.ts";
import { quietConsole } from "./crypto/quiet-console.ts";

let hardened = false;

/** Runs once per isolate, about a millisecond. @throws when the curve functions in use accept a forgery */
export function harden(): void {
  if (hardened) return;
  quietConsole(({ message, count }) => {
    if (message !== "other") log("info", `libsignal: ${message}`, { count });
  });
  assertForgeriesRefused(Curve);
  hardened = true;
}
