/**
 * The only module that imports Baileys. What it imports first matters: the curve functions are replaced before Baileys
 * and libsignal are evaluated, and libsignal's program-wide queue is taken out before anything uses it.
 */
import "./crypto/install.ts";
import { usePrivateSignalQueues } from "./crypto/private-signal-queues.ts";
import { leaveSessionsUntouched } from "./crypto/untouched-sessions.ts";
import "./utf8-write.ts";

usePrivateSignalQueues();
leaveSessionsUntouched();

export * from "@whiskeysockets/baileys";
