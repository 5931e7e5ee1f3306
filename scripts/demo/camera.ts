/** A simulated phone's camera: the picture of a QR in, a linked device out. */
import type { Phone, SimulatorServer } from "../../simulator/index.ts";
import { readQr } from "../support/read-qr.ts";
import type { Handler } from "./local-server.ts";

export class Camera {
  readonly #simulator: SimulatorServer;
  readonly #onScan: (phone: string) => void;

  constructor(simulator: SimulatorServer, onScan: (phone: string) => void) {
    this.#simulator = simulator;
    this.#onScan = onScan;
  }

  /** A PNG file (the body) is scanned by a phone of its own. */
  readonly handler: Handler = async (png) => {
    if (png.length === 0) throw new Error("There is no QR at the moment: the instance is connected, or ask again");
    const phone = this.#simulator.phone({ name: "Second shop" });
    await scanPicture(phone, `data:image/png;base64,${png.toString("base64")}`);
    this.#onScan(phone.phone);
    return { linked: phone.phone };
  };
}

/** The phone reads the picture and nothing else. */
export function scanPicture(phone: Phone, dataUrl: string): Promise<{ deviceId: number }> {
  return phone.scans(readQr(dataUrl));
}
