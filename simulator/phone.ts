/** The owner's phone of a number under test: it links devices and removes them, and is device 0 of the account. */
import type { proto } from "@whiskeysockets/baileys";
import type { Companion } from "./companion.ts";
import { COLLECTIONS, changeOnPhone, contactChange, nameChange } from "./flows/app-state.ts";
import { removeDevice } from "./flows/endings.ts";
import { findScanned, linkDevice, readCode } from "./flows/pairing.ts";
import { enterCode } from "./flows/pairing-code.ts";
import { resentMessages } from "./flows/resent.ts";
import { Person, type Recipient } from "./person.ts";

/** A device that was linked. */
export interface LinkedDevice {
  /** 1 and up; 0 is the phone. */
  deviceId: number;
}

export interface DeviceWait {
  /** Any linked device unless one is named. */
  deviceId?: number | undefined;
  timeoutMs?: number | undefined;
}

export class Phone extends Person {
  #ignoresRequests = false;

  /** Scans a QR text; resolves when the device is linked. Throws `PairingRefused`. */
  async scans(qrText: string): Promise<LinkedDevice> {
    const code = readCode(qrText);
    const { connection, registration } = findScanned(this.simulation, code);
    return linked(await linkDevice(this.simulation, this.account, connection, registration, code.advSecret));
  }

  /** Types a pairing code (`ABCD1234` or `ABCD-1234`); resolves when the device is linked. Throws `WrongPairingCode`. */
  async entersCode(code: string, { timeoutMs }: { timeoutMs?: number } = {}): Promise<LinkedDevice> {
    return linked(await enterCode(this.simulation, this.account, code, timeoutMs));
  }

  /** Removes one linked device, or all of them: they are told with 401 and can never log in again. */
  async removesDevice(deviceId?: number): Promise<void> {
    const companions = this.#companions(deviceId);
    if (companions.length === 0) throw new Error(`${this.phone} has no linked device ${deviceId ?? ""}`);
    const connections = companions.flatMap(({ connection }) => connection ?? []);
    for (const companion of companions) removeDevice(this.simulation, this.account, companion);
    await Promise.all(connections.map(({ closed }) => closed));
  }

  /** Waits until a linked device has logged in and finished its init. */
  async online({ deviceId, timeoutMs }: DeviceWait = {}): Promise<LinkedDevice> {
    const find = () => this.#companions(deviceId).find(({ online }) => online);
    return linked(
      await this.simulation.waits.until(find, {
        what: `a linked device of ${this.phone} to be online`,
        seen: () => this.#states(),
        timeoutMs,
      }),
    );
  }

  /**
   * Waits until a linked device has also pulled the whole app state, which clients do once, after their first login.
   * A client that is cut off before waits 20 s for its history at the next login, and one that wants no history never
   * pulls.
   */
  async synced({ deviceId, timeoutMs }: DeviceWait = {}): Promise<LinkedDevice> {
    const isSynced = (companion: Companion) => COLLECTIONS.every((name) => companion.pulled.has(name));
    return linked(
      await this.simulation.waits.until(() => this.#companions(deviceId).find(isSynced), {
        what: `a linked device of ${this.phone} to pull the app state`,
        seen: () =>
          this.#companions(deviceId)
            .flatMap(({ pulled }) => [...pulled])
            .join(", "),
        timeoutMs,
      }),
    );
  }

  /** Waits until no linked device (or not the one named) is connected. */
  async offline({ deviceId, timeoutMs }: DeviceWait = {}): Promise<void> {
    const isGone = () => this.#companions(deviceId).every(({ connection }) => connection === undefined);
    await this.simulation.waits.until(() => isGone() || undefined, {
      what: `the linked devices of ${this.phone} to be offline`,
      seen: () => this.#states(),
      timeoutMs,
    });
  }

  /** Changes the account's name; linked devices learn it by app-state sync. */
  async renames(name: string): Promise<void> {
    this.account.name = name;
    await changeOnPhone(this.account, nameChange(name));
  }

  /** Saves a contact in the phone's address book; linked devices learn it by app-state sync. */
  async savesContact(contact: Recipient, name: string): Promise<void> {
    await changeOnPhone(this.account, contactChange(this.resolve(contact), name));
  }

  /** Names in the phone's address book, by phone number, and whether the change asked to save it there. */
  get contacts(): Record<string, { name: string; isSavedHere: boolean; lid: string | null }> {
    const entries = [...this.account.appState.contacts].map(([jid, contact]) => [
      jid.split("@", 1)[0] ?? jid,
      {
        name: contact.fullName ?? "",
        isSavedHere: contact.saveOnPrimaryAddressbook === true,
        lid: contact.lidJid ?? null,
      },
    ]);
    return Object.fromEntries(entries);
  }

  /** What the settings are so far is given to linked devices as a snapshot from here on. */
  compactsSettings(): void {
    this.account.appState.compact();
  }

  /** Just before the next change of settings by a linked device arrives, this happens. */
  isFasterWith(change: () => Promise<void>): void {
    this.account.appState.beforeNextPatch(change);
  }

  /** Hands a message on to the linked devices, as a late answer to their request. */
  async resends(messageId: string): Promise<void> {
    const message = this.messages.find(messageId);
    if (!message) throw new Error(`${this.phone} has not received a message ${messageId}`);
    for (const { device } of this.#companions(undefined)) {
      await this.outbox.sendPeer(resentMessages("", [message], this.simulation), device);
    }
  }

  /** From here on it leaves requests for messages unanswered, or answers them again. */
  ignoresRequests(ignored = true): void {
    this.#ignoresRequests = ignored;
  }

  protected override answerPeer(
    request: proto.Message.IPeerDataOperationRequestMessage,
    { id, device }: { id: string; device: number },
  ): void {
    const asked = request.placeholderMessageResendRequest ?? [];
    if (asked.length === 0 || this.#ignoresRequests) return;
    const messages = asked.flatMap(({ messageKey }) => this.messages.find(messageKey?.id ?? "") ?? []);
    void this.outbox.sendPeer(resentMessages(id, messages, this.simulation), device);
  }

  #companions(deviceId: number | undefined): Companion[] {
    const all = [...this.account.companions.values()];
    return deviceId === undefined ? all : all.filter(({ device }) => device === deviceId);
  }

  #states(): string {
    const state = ({ device, online, connection }: Companion) =>
      `device ${device} ${online ? "online" : connection ? "logging in" : "not connected"}`;
    return [...this.account.companions.values()].map(state).join(", ") || "no linked device";
  }
}

function linked({ device }: Companion): LinkedDevice {
  return { deviceId: device };
}
