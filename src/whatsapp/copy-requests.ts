/**
 * Copies for devices that could not decrypt a message of ours. They ask by a `<receipt type='retry'>`; the session with
 * them is made anew, from the keys in the receipt or from WhatsApp's, and the message goes out again under its id.
 *
 * Baileys would do it, but it acknowledges a request also when it could not answer it, because a question of its own was
 * refused or not answered: the device would wait for ever. It also counts each request twice, of which it allows five, and
 * leaves out what goes beside the encrypted copies (stanza-extras.ts). Here a request is acknowledged when WhatsApp has
 * taken its copy, or never will; until then WhatsApp keeps it and repeats it at the next connection.
 */
import { errorName } from "../errors.ts";
import { answered, isForGood, waitAfterRefusalMs } from "./asking-again.ts";
import { BoundedMap } from "./auth/bounded-map.ts";
import type { UsedBundles } from "./auth/used-bundles.ts";
import type { BinaryNode, MessageRelayOptions, WASocket } from "./baileys.ts";
import { buildAckStanza, extractE2ESessionFromRetryReceipt, getBinaryNodeChild, jidDecode, proto } from "./baileys.ts";
import { isGroup } from "./identity.ts";
import { asRefusal } from "./query-errors.ts";
import type { RetryRequest } from "./receipts.ts";
import { type MessageLookups, RequestRefusedError, SessionClosedError } from "./session.ts";
import { takingTurns } from "./taking-turns.ts";

/** How often one device gets a copy of one message, in one session (as Baileys' `maxMsgRetryCount`). */
const MOST_COPIES = 5;
/** Requests that are remembered: far more than come at the same time. */
const REMEMBERED = 1_000;
/** What an error of ours is taken for: something that may go better in a while. */
const OUR_ERROR = 500;
/** So often something is tried in one session (ours); the request then waits for the next one. */
const MOST_ATTEMPTS = 5;
/**
 * WhatsApp answers every message within a second. Should it ever leave copies unanswered, so many are sent (ours) and the
 * request is done with: nobody gets copies for ever.
 */
const MOST_UNANSWERED = 2;

/** What a request needs cannot be had in this session. */
class PostponedError extends Error {
  override name = "PostponedError";
}

interface Socket {
  assertSessions: WASocket["assertSessions"];
  signalRepository: Pick<WASocket["signalRepository"], "injectE2ESession">;
}

export interface CopyRequestsDeps {
  socket: () => Socket;
  bundles: UsedBundles;
  /** An encoded message of ours to this chat (a JID); null when it is not known any more, or was taken back. */
  find: MessageLookups["repeatable"];
  /** Whether who asks may have it. @throws when WhatsApp does not tell */
  mayHave: (request: RetryRequest) => Promise<boolean>;
  /** Somebody who may have a copy asks for one. */
  onRequest: (messageId: string) => void;
  /** Sends a message, or a copy of it, to a JID. @throws like `send` of a session */
  relay: (to: string, message: proto.IMessage, options: MessageRelayOptions) => Promise<void>;
  /**
   * Resolves when WhatsApp took all that went out under this id.
   * @throws RequestRefusedError when it refused something, or does not say
   */
  taken: (messageId: string) => Promise<void>;
  send: (stanza: BinaryNode) => Promise<void>;
  /** Runs a call as long as the session lasts. @throws SessionClosedError */
  guarded: <T>(call: () => Promise<T>) => Promise<T>;
  pause: (ms: number) => Promise<void>;
  warn: (text: string) => void;
}

export class CopyRequests {
  readonly #deps: CopyRequestsDeps;
  readonly #inTurn = takingTurns();
  /** Answers by request: who repeats one while the connection stands gets no second copy. */
  readonly #answers = new BoundedMap<string, Promise<void>>(REMEMBERED);
  /** Copies that left, by message and device. */
  readonly #copies = new BoundedMap<string, number>(REMEMBERED);

  constructor(deps: CopyRequestsDeps) {
    this.#deps = deps;
  }

  /** Answers a request, then acknowledges it. Never throws. @param receipt the stanza that `request` was read from */
  async take(request: RetryRequest, receipt: BinaryNode): Promise<void> {
    const { send, warn } = this.#deps;
    try {
      const asked = readReceipt(receipt);
      const name = `${request.messageId} ${asked.device} ${asked.count} ${asked.time}`;
      const answer = this.#answers.get(name) ?? this.#answer(request, asked);
      this.#answers.set(name, answer);
      await answer;
      await send(buildAckStanza(receipt));
    } catch (error) {
      // Without its acknowledgement WhatsApp repeats the request.
      if (!(error instanceof SessionClosedError)) warn(`a request for a copy was not answered (${errorName(error)})`);
    }
  }

  /** Resolves when nothing more can be done about it. @throws SessionClosedError, PostponedError */
  async #answer(request: RetryRequest, asked: Asked): Promise<void> {
    const { mayHave, onRequest, find, taken, warn } = this.#deps;
    const isAllowed = await this.#insist(() => mayHave(request));
    if (isAllowed === null) return;
    if (!isAllowed) {
      warn("somebody asked for a copy of a message that was not sent to them");
      return;
    }
    onRequest(request.messageId);
    const name = `${request.messageId} ${asked.device}`;
    const copies = this.#copies.get(name) ?? 0;
    if (copies >= MOST_COPIES) {
      warn("a message was asked for too often; no further copy is sent");
      return;
    }
    this.#copies.set(name, copies + 1);
    const payload = find(request.messageId, request.chatJid);
    if (!payload) return;
    const message = proto.Message.decode(payload);
    const renewed = await this.#insist(() => this.#inTurn(() => this.#renewSession(asked)));
    if (renewed === null) return;
    let unanswered = 0;
    await this.#insist(async () => {
      await this.#inTurn(() => this.#sendCopy(request, asked, message));
      try {
        await taken(request.messageId);
      } catch (error) {
        if (!(error instanceof RequestRefusedError) || error.code !== null) throw error;
        unanswered += 1;
        if (unanswered < MOST_UNANSWERED) throw error;
      }
    });
  }

  async #sendCopy({ messageId }: RetryRequest, { chat, device, count }: Asked, message: proto.IMessage): Promise<void> {
    // A request of the primary device is answered to all of the recipient's, as Baileys does; in a group, where it would
    // send everything to everybody once more, whoever asks gets a copy with the group's key (as whatsmeow does).
    const isAlone = isGroup(chat) || Boolean(jidDecode(device)?.device);
    const whom: MessageRelayOptions = isAlone
      ? { participant: { jid: device, count } }
      : { useUserDevicesCache: false };
    await this.#deps.relay(chat, message, { messageId, ...whom });
  }

  async #renewSession({ device, bundle }: Asked): Promise<void> {
    const { socket, bundles } = this.#deps;
    const { signalRepository, assertSessions } = socket();
    if (bundle) {
      // Asked before the connection broke: the session was made then.
      if (await bundles.has(device, bundle)) return;
      try {
        await signalRepository.injectE2ESession({ jid: device, session: bundle });
        await bundles.add(device, bundle);
        return;
      } catch (error) {
        this.#deps.warn(`the keys in a request for a copy were of no use (${errorName(error)})`);
      }
    }
    await answered(assertSessions([device], true));
  }

  /**
   * Does something again when WhatsApp refuses it for now, or does not answer.
   * @returns null when it was refused for good. @throws SessionClosedError, PostponedError
   */
  async #insist<T>(job: () => Promise<T>): Promise<T | null> {
    const { guarded, pause, warn } = this.#deps;
    for (let failures = 1; ; failures += 1) {
      try {
        return await guarded(job);
      } catch (error) {
        if (error instanceof SessionClosedError) throw error;
        const refusal = asRefusal(error);
        const code = refusal instanceof RequestRefusedError ? refusal.code : OUR_ERROR;
        const why = refusal instanceof RequestRefusedError ? (code ?? "no answer") : errorName(error);
        warn(`a copy of a message could not be sent${isForGood(code) ? "" : " for now"} (${why})`);
        if (isForGood(code)) return null;
        const delayMs = failures < MOST_ATTEMPTS ? waitAfterRefusalMs(code, failures) : null;
        if (delayMs === null) throw new PostponedError("Not in this session");
        await guarded(() => pause(delayMs));
      }
    }
  }
}

type Bundle = Parameters<Socket["signalRepository"]["injectE2ESession"]>[0]["session"];

/** What the receipt says beside which message it is about. */
interface Asked {
  /** JID of the chat, as the copy is addressed. */
  chat: string;
  /** JID of the device that asks. */
  device: string;
  /** Which request for this message it is, from 1. */
  count: number;
  /** When it was made, as the receipt has it. */
  time: string;
  /** The device's keys; null when it sent none. */
  bundle: Bundle | null;
}

function readReceipt(receipt: BinaryNode): Asked {
  // A device of ours that asks names the chat as `recipient`.
  const { from = "", participant = from, recipient = from, t = "" } = receipt.attrs;
  const count = Number(getBinaryNodeChild(receipt, "retry")?.attrs.count) || 1;
  // Baileys' type says nothing of bundles without a one-time key; its session builder takes them.
  const bundle = extractE2ESessionFromRetryReceipt(receipt) as Bundle | null;
  return { chat: recipient, device: participant, count, time: t, bundle };
}
