/** Instances: one linked number each, with its settings. */
import { z } from "@hono/zod-openapi";
import { clearableTarget } from "./clearable-target.ts";
import { ConnectionStatusSchema, INSTANCE_ID, SuccessSchema, TimeSchema } from "./common.ts";
import { LIMITS } from "./limits.ts";
import {
  AntiBanHealthSchema,
  AntiBanSettingsInputSchema,
  AntiBanSettingsSchema,
  BehaviorSettingsInputSchema,
  BehaviorSettingsSchema,
} from "./settings.ts";

/** A webhook as a caller may give it; `""` and null clear it and come out as null. */
export const WebhookUrlSchema = z
  .string("Use a URL such as https://example.com/webhook, or null to clear it")
  .nullable()
  .transform(clearableTarget)
  .openapi({
    type: ["string", "null"],
    format: "uri",
    description: "Where received messages are delivered. https only; empty or null uses the deployment's default.",
    example: "https://your-api.com/webhook",
  });

const NAME_REMEDY = `Use a name of at most ${LIMITS.nameCharacters} characters`;
/** A blank name counts as none given. */
const NameSchema = z
  .string(NAME_REMEDY)
  .trim()
  .max(LIMITS.nameCharacters, NAME_REMEDY)
  .transform((name) => (name === "" ? undefined : name))
  .openapi({ description: "A name for people; the id when left out", example: "Customer Support" });

/** Why the number last lost its connection. */
const LastDisconnectSchema = z
  .object({
    reason: z.string().openapi({ description: "A stable word for machines", example: "logged_out" }),
    code: z
      .int()
      .nullable()
      .openapi({
        type: ["integer", "null"],
        description: "WhatsApp's status code; null when the link broke without one",
        example: 401,
      }),
    message: z.string().openapi({ description: "One sentence for people", example: "The phone removed this device" }),
    nextAction: z.enum(["reconnect", "link_again", "none"]).openapi({
      description:
        "`reconnect`: happens by itself. `link_again`: a new QR or code is needed. `none`: stays so until asked.",
      example: "link_again",
    }),
    at: TimeSchema,
  })
  .openapi("LastDisconnect");

const SYNC_HISTORY =
  "Take the messages of the last weeks and the names of people from the phone when the number is linked, into the " +
  "history only: without webhooks and events. Set it before linking; the phone offers its history once.";

/** An instance as every answer shows it. */
export const InstanceSchema = z
  .object({
    id: z.string().openapi({ example: "wa_lxyz123_abc45" }),
    name: z.string().openapi({ example: "Customer Support" }),
    status: ConnectionStatusSchema,
    qrCode: z.string().nullable().openapi({
      description: "The QR code to scan, a PNG as data URL, while one is waiting; always null in lists",
      example: null,
    }),
    pairingCode: z.string().nullable().openapi({
      description: "The code to type into the phone while linking by code; always null in lists",
      example: null,
    }),
    connectedPhone: z
      .string()
      .nullable()
      .openapi({ description: "Digits of the linked number", example: "60123456789" }),
    connectedAt: TimeSchema.nullable(),
    linked: z.boolean().openapi({
      description: "True when a linked device is stored: the next connect needs no QR",
      example: true,
    }),
    // A union, because the generator loses `nullable()` on a named schema.
    lastDisconnect: z.union([LastDisconnectSchema, z.null()]),
    webhookUrl: z.string().nullable().openapi({
      description: "The instance's own webhook; null when it uses the deployment's default",
      example: "https://your-api.com/webhook",
    }),
    behaviorSettings: BehaviorSettingsSchema,
    antiBanSettings: AntiBanSettingsSchema,
    syncHistory: z.boolean().openapi({ description: SYNC_HISTORY, example: false }),
    antiBanHealth: AntiBanHealthSchema.optional(),
    createdAt: TimeSchema,
  })
  .openapi("Instance");

/** Body of POST /api/instances. */
export const CreateInstanceSchema = z
  .object({
    id: z
      .string("Use letters, digits, _ and -, at most 64")
      .regex(INSTANCE_ID, "Use letters, digits, _ and -, at most 64; leave it out to get a generated id")
      .optional()
      .openapi({ description: "An id of your own; generated when left out", example: "my_custom_id" }),
    name: NameSchema.optional(),
    webhookUrl: WebhookUrlSchema.optional(),
    behaviorSettings: BehaviorSettingsInputSchema.optional(),
    antiBanSettings: AntiBanSettingsInputSchema.optional(),
    syncHistory: z
      .boolean("Use true or false")
      .optional()
      .openapi({ description: SYNC_HISTORY, default: false, example: true }),
  })
  .openapi("CreateInstance", { example: { name: "Customer Support", webhookUrl: "https://your-api.com/webhook" } });

/** Body of PUT /api/instances/{instanceId}; what is left out stays. */
export const UpdateInstanceSchema = CreateInstanceSchema.omit({ id: true }).openapi("UpdateInstance", {
  example: { name: "Updated Name", webhookUrl: "https://new-webhook.com/endpoint" },
});

/** Query of GET /api/instances. */
export const ListInstancesQuerySchema = z.object({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(LIMITS.pageInstances)
    .default(LIMITS.pageInstances)
    .openapi({ description: "How many at most", example: 100 }),
  cursor: z
    .string()
    .max(LIMITS.cursorCharacters)
    .optional()
    .openapi({ description: "`next` of the page before, for deployments with more instances than one page holds" }),
  status: ConnectionStatusSchema.optional().openapi({ description: "Only instances in this state" }),
});

/** An answer with one instance. */
export const InstanceAnswerSchema = z.object({ success: SuccessSchema, instance: InstanceSchema });

/** The answer of the list. */
export const InstanceListSchema = z.object({
  success: SuccessSchema,
  count: z.int().openapi({ type: "integer", description: "Instances in this answer", example: 2 }),
  instances: z.array(InstanceSchema),
  next: z.string().nullable().openapi({ description: "Cursor of the following page; null on the last", example: null }),
});

/** The answer of a deletion. */
export const DeletedSchema = z.object({
  success: SuccessSchema,
  message: z.string().openapi({ example: "Instance wa_lxyz123_abc45 deleted" }),
});
