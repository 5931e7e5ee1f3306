import type { InstanceView } from "../durable/rpc.ts";

/** What to do with a pairing code; the contract's sentence. */
export function enterCodeText(pairingCode: string): string {
  return `Enter code ${pairingCode} in WhatsApp > Linked Devices > Link a Device`;
}

/** Says that the number is connected, and as which. */
export function connectedText({ connectedPhone }: Pick<InstanceView, "connectedPhone">): string {
  return connectedPhone === null ? "Already connected" : `Already connected as ${connectedPhone}`;
}

/** What `POST …/connect` did. */
export function connectText(started: boolean, view: InstanceView): string {
  if (view.status === "connected") return connectedText(view);
  if (!started) return "Connection already in progress";
  return view.linked ? "Connection started (stored credentials)" : "Connection started (QR mode)";
}

/** What there is to do for whoever looks at the QR, given that there is something to see. */
export function qrText(view: InstanceView): string {
  if (view.status === "connected") return connectedText(view);
  if (view.pairingCode !== null) return enterCodeText(view.pairingCode);
  return "Scan the QR code in WhatsApp > Linked Devices > Link a Device";
}
