/** The receiver of the demo's webhooks: an application of yours, in twenty lines. It answers each message. */
import type { Handler } from "./local-server.ts";

/** The fields of a delivery that the demo looks at. */
export interface WebhookBody {
  event: string;
  event_id: string;
  message_id: string;
  from_phone: string | null;
  push_name: string | null;
  message: string;
  instance_id: string;
}

export class Webhook {
  readonly #onDelivery: (body: WebhookBody, reply: string) => void;
  readonly #arrived: WebhookBody[] = [];
  #wake: (() => void)[] = [];

  /** @param onDelivery told of each delivery and of the answer it gets */
  constructor(onDelivery: (body: WebhookBody, reply: string) => void) {
    this.#onDelivery = onDelivery;
  }

  readonly handler: Handler = (body) => {
    const delivery = JSON.parse(body.toString("utf8")) as WebhookBody;
    const reply = replyTo(delivery);
    this.#onDelivery(delivery, reply);
    this.#arrived.push(delivery);
    for (const wake of this.#wake.splice(0)) wake();
    return { reply };
  };

  /** The delivery with this text, past or future. */
  async received(text: string): Promise<WebhookBody> {
    for (;;) {
      const found = this.#arrived.find(({ message }) => message === text);
      if (found) return found;
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }
}

/** What this application has to say. */
export function replyTo({ message, push_name: name }: Pick<WebhookBody, "message" | "push_name">): string {
  if (/friday/i.test(message)) return `Yes, Friday at 3 pm is free. See you then, ${name ?? "friend"}!`;
  return `You wrote: ${message}`;
}
