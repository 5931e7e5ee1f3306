/** Addresses of devices: a phone number or a LID, and the device's number (0 is the phone itself). */
import { jidDecode } from "@whiskeysockets/baileys";

/** How a chat is addressed: by hidden id (`…@lid`) or by phone number (`…@s.whatsapp.net`). */
export type Addressing = "lid" | "pn";

export interface Address {
  user: string;
  addressing: Addressing;
  device: number;
}

/** Reads a user's or a device's jid; undefined for groups, broadcasts, servers and nonsense. */
export function parseAddress(jid: string | undefined): Address | undefined {
  const decoded = jidDecode(jid);
  if (!decoded?.user) return undefined;
  if (decoded.server !== "lid" && decoded.server !== "s.whatsapp.net") return undefined;
  return {
    user: decoded.user,
    addressing: decoded.server === "lid" ? "lid" : "pn",
    device: decoded.device ?? 0,
  };
}

/** Writes it back; device 0 is written without a number. */
export function formatAddress({ user, addressing, device }: Address): string {
  const server = addressing === "lid" ? "lid" : "s.whatsapp.net";
  return device === 0 ? `${user}@${server}` : `${user}:${device}@${server}`;
}

/** The digits of a phone number however it was written (`+55 11 …`, a jid, plain digits). */
export function phoneDigits(text: string): string {
  const digits = (text.split("@")[0] ?? "").split(":")[0]?.replace(/\D/g, "") ?? "";
  if (!digits) throw new Error(`"${text}" is not a phone number`);
  return digits;
}
