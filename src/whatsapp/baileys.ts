/**
 * The only module that imports Baileys. What it imports first matters: the curve functions are replaced before Baileys
 * and libsignal are evaluated.
 */
import "./crypto/install.ts";

export * from "@whiskeysockets/baileys";
