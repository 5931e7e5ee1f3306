/** What is there to link a number with: the QR that WhatsApp renews now and then, or a pairing code it was asked for. */
import type { Linking } from "../store/instance-table.ts";
import type { WhatsAppSession } from "../whatsapp/session.ts";
import { PairingCode } from "./pairing-code.ts";

export interface LinkMaterialDeps {
  /** A new QR or code is there to be shown. */
  onNew: (material: { qr: string | null; pairingCode: string | null }) => void;
  /** WhatsApp gave no code. */
  onNoCode: () => void;
}

export class LinkMaterial {
  readonly #deps: LinkMaterialDeps;
  readonly #code = new PairingCode();
  #qr: string | null = null;

  constructor(deps: LinkMaterialDeps) {
    this.#deps = deps;
  }

  /** The text inside the QR; null when there is none. */
  get qr(): string | null {
    return this.#qr;
  }

  /** `XXXX-XXXX`, or null when there is none. */
  get pairingCode(): string | null {
    return this.#code.current;
  }

  /** The pairing code as soon as there is one; null when patience ends or the attempt does. */
  awaitCode(): Promise<string | null> {
    return this.#code.wait();
  }

  /**
   * WhatsApp offers a QR: it is shown, unless the number is being linked by code.
   * @param isOver tells whether the session is no longer the number's
   */
  offered(
    qr: string,
    linking: Linking | null,
    session: Pick<WhatsAppSession, "requestPairingCode"> | null,
    isOver: () => boolean,
  ): void {
    if (linking?.mode === "code" && linking.phone !== null) {
      // The transport is up now, and only now may a code be asked for; later QR texts of this session change nothing.
      if (session && this.#code.current === null) void this.#requestCode(linking.phone, session, isOver);
      return;
    }
    this.#qr = qr;
    this.#deps.onNew({ qr, pairingCode: null });
  }

  /** What was shown is void; those who wait for a code go on waiting, for a lost connection is opened again. */
  clear(): void {
    this.#qr = null;
    this.#code.clear();
  }

  /** The attempt is over: those who wait for a code get nothing. */
  abandon(): void {
    this.#qr = null;
    this.#code.abandon();
  }

  async #requestCode(
    phone: string,
    session: Pick<WhatsAppSession, "requestPairingCode">,
    isOver: () => boolean,
  ): Promise<void> {
    try {
      const code = await session.requestPairingCode(phone);
      if (!isOver()) this.#deps.onNew({ qr: null, pairingCode: this.#code.show(code) });
    } catch {
      this.#deps.onNoCode();
    }
  }
}
