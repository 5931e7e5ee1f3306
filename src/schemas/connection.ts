/** Linking a number and watching its connection. */
import { z } from "@hono/zod-openapi";
import { ConnectionStatusSchema, PhoneSchema, SuccessSchema, TimeSchema } from "./common.ts";
import { InstanceSchema } from "./instances.ts";

const PairingCodeSchema = z.string().openapi({ description: "The code to type into the phone", example: "A1B2-C3D4" });

const QrCodeSchema = z.string().nullable().openapi({
  description: "The QR code as a PNG data URL; null when there is none",
  example: "data:image/png;base64,iVBORw0KGgo…",
});

/** Body of POST …/connect. */
export const ConnectSchema = z
  .object({
    pairingPhone: PhoneSchema.optional().openapi({
      description: "The number to link, with country code. When given, a code is shown instead of a QR.",
      example: "447393002183",
    }),
  })
  .openapi("Connect", { example: {} });

/** Body of POST …/pair. */
export const PairSchema = z
  .object({
    phoneNumber: PhoneSchema.openapi({ description: "The number to link, with country code", example: "447393002183" }),
  })
  .openapi("Pair", { example: { phoneNumber: "447393002183" } });

/** Body of POST …/disconnect. */
export const DisconnectSchema = z
  .object({
    revoke: z.boolean("Use true or false").default(false).openapi({
      description:
        "True also removes the device from the account on WhatsApp's side: the next connect needs a new QR or code.",
      example: false,
    }),
  })
  .openapi("Disconnect", { example: { revoke: false } });

/** The answer of connect and pair. */
export const LinkingSchema = z.object({
  success: SuccessSchema,
  message: z.string().openapi({ example: "Connection started (QR mode)" }),
  pairingCode: PairingCodeSchema.nullable().openapi({
    description: "Only when linking by code; null when the number is connected already",
    example: null,
  }),
  instance: InstanceSchema,
});

/** The answer of disconnect and clear-auth. */
export const ConnectionChangedSchema = z.object({
  success: SuccessSchema,
  message: z.string().openapi({ example: "Disconnected" }),
  instance: InstanceSchema,
});

/** Query of GET …/qr. */
export const QrQuerySchema = z.object({
  format: z.enum(["image", "svg"], "Use image (PNG) or svg, or leave it out for JSON").optional().openapi({
    description: "`image` answers with the bare PNG, `svg` with the drawing, instead of JSON",
  }),
});

/** The JSON answer of GET …/qr. */
export const QrSchema = z.object({
  success: SuccessSchema,
  status: ConnectionStatusSchema,
  qrCode: QrCodeSchema,
  pairingCode: PairingCodeSchema.nullable(),
  phone: z.string().nullable().openapi({ description: "The linked number once `connected`", example: null }),
  message: z.string().openapi({ example: "Scan the QR code in WhatsApp > Linked Devices > Link a Device" }),
});

/** The answer of GET …/connection. */
export const ConnectionSchema = z
  .object({
    success: SuccessSchema,
    status: ConnectionStatusSchema,
    phone: z.string().nullable().openapi({ description: "The linked number", example: "447393002183" }),
    connectedAt: TimeSchema.nullable(),
    uptime: z
      .int()
      .nullable()
      .openapi({
        type: ["integer", "null"],
        description: "Seconds since the connection was established",
        example: 3_600,
      }),
    pairingCode: PairingCodeSchema.nullable().openapi({ example: null }),
    qrCode: QrCodeSchema.openapi({ example: null }),
  })
  .openapi("ConnectionStatus");
