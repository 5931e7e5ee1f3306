import type { InstanceSummary, InstanceView } from "../durable/rpc.ts";
import { qrDataUrl } from "../qr/qr-code.ts";

/** An instance as the API shows it: the QR's text becomes a picture. */
export function instanceAnswer({ qr, ...view }: InstanceView) {
  return { ...view, qrCode: qr === null ? null : qrDataUrl(qr) };
}

/** An instance of a list, which knows neither QR nor pairing code. */
export function summaryAnswer({ revision: _revision, ...summary }: InstanceSummary) {
  return { ...summary, qrCode: null, pairingCode: null };
}
