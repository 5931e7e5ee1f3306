/** Link a number, start and end its session, and watch it. */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { AppEnv } from "../middleware/app-env.ts";
import { unwrap } from "../middleware/errors.ts";
import { qrDataUrl, qrMatrix, qrPng, qrSvg } from "../qr/qr-code.ts";
import { InstanceParamsSchema } from "../schemas/common.ts";
import {
  ConnectionChangedSchema,
  ConnectionSchema,
  ConnectSchema,
  DisconnectSchema,
  LinkingSchema,
  PairSchema,
  QrQuerySchema,
  QrSchema,
} from "../schemas/connection.ts";
import { connectedText, connectText, enterCodeText, qrText } from "./connection-text.ts";
import { answer, errorResponses, jsonContent, needs } from "./document.ts";
import { instanceAnswer } from "./instance-answer.ts";

const tags = ["Connection"];
const params = InstanceParamsSchema;
const bodyErrors = ["invalid_request", "unauthorized", "not_found", "too_large", "unsupported_media_type"] as const;

const connect = createRoute({
  ...needs("manage"),
  method: "post",
  path: "/api/instances/{instanceId}/connect",
  operationId: "connectInstance",
  tags,
  summary: "Connect",
  description:
    "Logs in with the stored device, or starts linking one. Without `pairingPhone` the answer comes at once and the QR " +
    "follows within seconds: poll `GET …/qr`. With it the answer waits for the code, 10 seconds at most. Safe to repeat: " +
    "a connection or an attempt that is running goes on.",
  request: { params, body: { required: false, content: jsonContent(ConnectSchema) } },
  responses: {
    200: answer("Connecting, or connected already", LinkingSchema),
    ...errorResponses(...bodyErrors, "wrong_state"),
  },
});

const pair = createRoute({
  ...needs("manage"),
  method: "post",
  path: "/api/instances/{instanceId}/pair",
  operationId: "pairInstance",
  tags,
  summary: "Link by code",
  description:
    "Starts linking without a QR: the answer is a code that is typed into the phone under Linked Devices. It waits for " +
    "the code, 10 seconds at most. Asked again for the same number, it gives the code that is still valid.",
  request: { params, body: { required: true, content: jsonContent(PairSchema) } },
  responses: {
    200: answer("The code, or connected already", LinkingSchema),
    ...errorResponses(...bodyErrors, "wrong_state"),
  },
});

const disconnect = createRoute({
  ...needs("manage"),
  method: "post",
  path: "/api/instances/{instanceId}/disconnect",
  operationId: "disconnectInstance",
  tags,
  summary: "Disconnect",
  description:
    "Ends the session: nothing is sent or received until the next connect, which normally needs no QR because the device " +
    "stays linked. `revoke: true` removes the device from the account on WhatsApp's side too.",
  request: { params, body: { required: false, content: jsonContent(DisconnectSchema) } },
  responses: { 200: answer("Disconnected", ConnectionChangedSchema), ...errorResponses(...bodyErrors) },
});

const clearAuth = createRoute({
  ...needs("manage"),
  method: "post",
  path: "/api/instances/{instanceId}/clear-auth",
  operationId: "clearAuth",
  tags,
  summary: "Forget the linked device",
  description:
    "Ends the session and wipes credentials and keys; messages, settings and logs stay. The next connect always needs a " +
    "new QR or code. For a device that was removed on the phone, or credentials that no longer work.",
  request: { params },
  responses: {
    200: answer("The device is forgotten", ConnectionChangedSchema),
    ...errorResponses("invalid_request", "unauthorized", "not_found"),
  },
});

const picture = z.string().openapi({ type: "string", format: "binary" });

const qr = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/instances/{instanceId}/qr",
  operationId: "getQr",
  tags,
  summary: "QR or pairing code",
  description:
    "What there is to scan or to type, or the linked number once connected; poll it while `connecting`. 204 when there " +
    "is nothing to show: call connect or pair first, or wait a second. `format=image` and `format=svg` answer with the " +
    "bare picture, and with 204 when there is no QR.",
  request: { params, query: QrQuerySchema },
  responses: {
    200: {
      description: "The QR, the pairing code or the linked number",
      content: {
        "application/json": { schema: QrSchema },
        "image/png": { schema: picture },
        "image/svg+xml": { schema: picture },
      },
    },
    204: { description: "Nothing to show: not started, not ready yet, or for pictures no QR" },
    ...errorResponses("invalid_request", "unauthorized", "not_found"),
  },
});

const connection = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/instances/{instanceId}/connection",
  operationId: "getConnection",
  tags: ["Whitelabel", ...tags],
  summary: "State of the connection",
  description:
    "Only the state, number, uptime and what there is to scan or to type: small enough to be polled every few seconds.",
  request: { params },
  responses: { 200: answer("The state", ConnectionSchema), ...errorResponses("unauthorized", "not_found") },
});

export const connections = new OpenAPIHono<AppEnv>()
  .openapi(connect, async (c) => {
    const { instance, orgId } = c.var;
    const { pairingPhone } = c.req.valid("json");
    if (pairingPhone !== undefined) {
      const { pairingCode, instance: view } = unwrap(await instance.requestPairingCode(orgId, pairingPhone));
      const message = pairingCode === null ? connectedText(view) : enterCodeText(pairingCode);
      return c.json({ success: true as const, message, pairingCode, instance: instanceAnswer(view) }, 200);
    }
    const { started, instance: view } = unwrap(await instance.startConnection(orgId));
    const message = connectText(started, view);
    return c.json({ success: true as const, message, pairingCode: null, instance: instanceAnswer(view) }, 200);
  })
  .openapi(pair, async (c) => {
    const { phoneNumber } = c.req.valid("json");
    const linking = unwrap(await c.var.instance.requestPairingCode(c.var.orgId, phoneNumber));
    const { pairingCode, instance: view } = linking;
    const message = pairingCode === null ? connectedText(view) : enterCodeText(pairingCode);
    return c.json({ success: true as const, message, pairingCode, instance: instanceAnswer(view) }, 200);
  })
  .openapi(disconnect, async (c) => {
    const { revoke } = c.req.valid("json");
    const view = unwrap(await c.var.instance.stopConnection(c.var.orgId, { revoke }));
    const message = revoke ? "Disconnected and removed from the account's linked devices" : "Disconnected";
    return c.json({ success: true as const, message, instance: instanceAnswer(view) }, 200);
  })
  .openapi(clearAuth, async (c) => {
    const view = unwrap(await c.var.instance.clearAuth(c.var.orgId));
    return c.json({ success: true as const, message: "Auth cleared", instance: instanceAnswer(view) }, 200);
  })
  .openapi(qr, async (c) => {
    const { format } = c.req.valid("query");
    const view = unwrap(await c.var.instance.describe(c.var.orgId));
    if (format !== undefined) {
      if (view.qr === null) return c.body(null, 204);
      const matrix = qrMatrix(view.qr);
      if (format === "svg") return c.body(qrSvg(matrix), 200, { "Content-Type": "image/svg+xml" });
      return c.body(qrPng(matrix), 200, { "Content-Type": "image/png" });
    }
    if (view.qr === null && view.pairingCode === null && view.status !== "connected") return c.body(null, 204);
    const { status, pairingCode, connectedPhone: phone } = view;
    const qrCode = view.qr === null ? null : qrDataUrl(view.qr);
    return c.json({ success: true as const, status, qrCode, pairingCode, phone, message: qrText(view) }, 200);
  })
  .openapi(connection, async (c) => {
    const view = unwrap(await c.var.instance.describe(c.var.orgId));
    const { status, connectedPhone: phone, connectedAt, pairingCode } = view;
    const qrCode = view.qr === null ? null : qrDataUrl(view.qr);
    const uptime =
      status === "connected" && connectedAt !== null
        ? Math.max(0, Math.floor((c.var.services.now() - Date.parse(connectedAt)) / 1_000))
        : null;
    return c.json({ success: true as const, status, phone, connectedAt, uptime, pairingCode, qrCode }, 200);
  });
